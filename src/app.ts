import type { BackupDone, BackupManifest, BackupOptions, LastBackup } from './app/backup.js';
import type { Status } from './app/status.js';
import type {
  EvidenceMade,
  EvidenceOptions,
  LedgerOptions,
  OpenBilling,
  OpenBillingOptions,
  OpenLedger,
  OpenRegistry,
  OpenReports,
  RegistryOptions,
  ReportsOptions,
} from './app/services.js';
import type { CompareKindsOptions, KindsCompared, ProbeOnceOptions } from './app/probe-once.js';
import type { CopiedStore, CopyProgress, CopyStoreOptions, ReadStoreOptions } from './app/store.js';
import type { InitDone, JoinDone, JoinOptions } from './app/mesh/provision.js';
import type { InitOptions } from './app/mesh/provision-files.js';
import type { Daemon, DaemonOptions } from './app/daemon.js';
import type { SimulatedHistory, SimulateHistoryOptions } from './app/simulate.js';
import type { Config } from './config/config.js';
import type { DeadLetters } from './mesh/dead.js';
import type { AgentsShown } from './render/mesh.js';
import type { Round } from './core/measurement/round.js';
import type { KeyFolder } from './seal/keys.js';
import type { Store, SumsCheck, SumsQuery } from './store/store.js';
import type { WriterName } from './store/writer-lock.js';

/**
 * The only wiring: which parts go together, and in which order they start and stop. Each part is
 * loaded when it is asked for: who reads the store does not wait for a web server.
 */
export type {
  CompareKindsOptions,
  CopiedStore,
  CopyProgress,
  CopyStoreOptions,
  Daemon,
  DaemonOptions,
  EvidenceMade,
  EvidenceOptions,
  KindsCompared,
  LedgerOptions,
  OpenBilling,
  OpenBillingOptions,
  OpenLedger,
  OpenRegistry,
  OpenReports,
  ProbeOnceOptions,
  ReadStoreOptions,
  RegistryOptions,
  ReportsOptions,
  SimulatedHistory,
  SimulateHistoryOptions,
};
export { ConfigRejectedError, ListenError } from './app/round-log.js';

export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const daemon = await import('./app/daemon.js');
  return daemon.startDaemon(options);
}

export async function probeOnce(options: ProbeOnceOptions): Promise<Round[]> {
  const once = await import('./app/probe-once.js');
  return once.probeOnce(options);
}

export async function compareKinds(options: CompareKindsOptions): Promise<KindsCompared> {
  const compare = await import('./app/probe-once.js');
  return compare.compareKinds(options);
}

export async function readStore(config: Config, options?: ReadStoreOptions): Promise<Store> {
  const read = await import('./app/store.js');
  return read.readStore(config, options);
}

export async function makeBackup(options: BackupOptions): Promise<BackupDone> {
  const backup = await import('./app/backup.js');
  return backup.makeBackup(options);
}

export async function restoreBackup(options: {
  readonly archive: string;
  readonly root: string;
}): Promise<BackupManifest> {
  const backup = await import('./app/backup.js');
  return backup.restoreBackup(options);
}

export async function lastBackup(storePath: string): Promise<LastBackup | null> {
  const backup = await import('./app/backup.js');
  return backup.lastBackup(storePath);
}

export async function statusOf(config: Config, now: number): Promise<Status> {
  const status = await import('./app/status.js');
  return status.statusOf(config, now);
}

export async function storeName(config: Config): Promise<string> {
  const open = await import('./app/store.js');
  return open.storeName(config);
}

export async function storeWriter(config: Config): Promise<WriterName | 'somebody' | null> {
  const open = await import('./app/store.js');
  return open.storeWriter(config);
}

export async function copyStore(options: CopyStoreOptions): Promise<CopiedStore> {
  const copy = await import('./app/store.js');
  return copy.copyStore(options);
}

export async function checkStore(config: Config, query: SumsQuery): Promise<SumsCheck> {
  const check = await import('./app/store.js');
  return check.checkStore(config, query);
}

export async function openLedger(options: LedgerOptions): Promise<OpenLedger> {
  const ledger = await import('./app/services.js');
  return ledger.openLedger(options);
}

export async function simulateHistory(options: SimulateHistoryOptions): Promise<SimulatedHistory> {
  const simulate = await import('./app/simulate.js');
  return simulate.simulateHistory(options);
}

export async function openRegistry(options: RegistryOptions): Promise<OpenRegistry> {
  const registry = await import('./app/services.js');
  return registry.openRegistry(options);
}

export async function openReports(options: ReportsOptions): Promise<OpenReports> {
  const reports = await import('./app/services.js');
  return reports.openReports(options);
}

export async function makeEvidence(options: EvidenceOptions): Promise<EvidenceMade> {
  const evidence = await import('./app/services.js');
  return evidence.makeEvidence(options);
}

export async function openBilling(options: OpenBillingOptions): Promise<OpenBilling> {
  const billing = await import('./app/services.js');
  return billing.openBilling(options);
}

export async function initMesh(options: InitOptions): Promise<InitDone> {
  const provision = await import('./app/mesh/provision.js');
  return provision.initMesh(options);
}

export async function renewCertificate(folder: string): Promise<string> {
  const provision = await import('./app/mesh/provision.js');
  return provision.renewCertificate(folder);
}

export async function joinMesh(options: JoinOptions): Promise<JoinDone> {
  const provision = await import('./app/mesh/provision.js');
  return provision.joinMesh(options);
}

export async function askMesh(config: Config, now: number): Promise<AgentsShown> {
  const ask = await import('./app/mesh/rows.js');
  return ask.askMesh(config, now);
}

export async function withDeadLetters<T>(
  config: Config,
  work: (letters: DeadLetters) => Promise<T>,
): Promise<T> {
  const dead = await import('./app/mesh/rows.js');
  return dead.withDeadLetters(config, work);
}

export async function openKeys(config: Config): Promise<KeyFolder> {
  const billing = await import('./app/services.js');
  return billing.openKeys(config);
}
