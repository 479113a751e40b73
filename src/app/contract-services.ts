import { join } from 'node:path';
import { lastBackup } from './backup.js';
import type { Stopping } from './stopping.js';
import { type Answers, type Task, toTransferable } from './workers/job-tasks.js';
import { judgeInThread } from './workers/month.js';
import { createWorkerPool, type WorkerPool } from './workers/pool.js';
import type { Rendered } from './workers/thread.js';
import type { Config } from '../config/config.js';
import type { EpochMs } from '../core/types.js';
import type { Log } from '../engine/ports.js';
import type { Jobs } from '../http/contract/evaluate.js';
import type { HttpOptions } from '../http/http.js';
import { UnavailableError } from '../http/problem.js';
import { renderNote } from '../render/note/files.js';
import { renderReport, type ReportFormat } from '../render/report/formats.js';
import { keyFolder } from '../seal/keys.js';
import { secretKeyFile } from '../seal/secret-key.js';
import { createAuthenticator } from '../services/access/authenticator.js';
import { createRegistry } from '../services/access/registry.js';
import { type Billing, createBilling } from '../services/credits/billing.js';
import { createLedgerBacklog } from '../services/ledger/backlog.js';
import { createReports } from '../services/reports.js';
import { createTicketBacklog } from '../services/tickets/service.js';
import type { Store } from '../store/store.js';

interface ContractServicesOptions {
  readonly store: Store;
  readonly log: Pick<Log, 'warn'>;
  /** Returns the configuration in force. */
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The version of this program. */
  readonly version: string;
  /** Called after the customer registry was changed, to apply it to the configuration in force. */
  readonly onRegistryChanged: () => Promise<void>;
  /** Of the OpenID Connect provider; null: there is none. */
  readonly clientSecret: string | null;
  /** Receives what has to be closed when the daemon ends. */
  readonly stopping: Pick<Stopping, 'add'>;
}

/** What the API and the pages offer beside measurements, and the statements that closing a month draws up. */
export interface ContractServices {
  readonly http: Required<
    Pick<HttpOptions, 'ledger' | 'faults' | 'access' | 'reports' | 'billing' | 'jobs'>
  > &
    Pick<HttpOptions, 'lastBackup'>;
  readonly statements: Billing['statements'];
}

/**
 * Statements, credits, tickets, reports and sign-in. A daemon that only measures never loads this module.
 */
export async function openContractServices(options: ContractServicesOptions): Promise<ContractServices> {
  const { store, log, config, now, version, onRegistryChanged, clientSecret, stopping } = options;
  const pool = createWorkerPool();
  stopping.add('workers', () => pool.close());
  const judging = judgeInThread({ pool, store, config, now, software: version });
  const ledgerBacklog = createLedgerBacklog({ store, config, now, judging, bookChanged: onRegistryChanged });
  const signer = () => keyFolder(config().keys.folder).signer();
  const billing = createBilling({ store, config, now, software: version, judging, signer });
  // Customers that contradict each other are told where they are read; then names are stored at the next start.
  void billing.statements.nameSealed().catch(() => undefined);
  const jobs = createJobs({ pool, config, now, software: version });
  return {
    http: {
      ledger: { ledgerBacklog, now },
      faults: {
        ticketBacklog: createTicketBacklog({ store, ledger: ledgerBacklog.ledgerService, config, now }),
        now,
      },
      access: await openAccess({ store, config, now, clientSecret }),
      reports: {
        reports: createReports({ store, config, now, software: version, judging }),
        render: reportsIn(pool, log),
        renderNote: notesIn(pool, log),
        csv: () => config().csv,
      },
      billing,
      jobs,
      lastBackup: config().store.postgres === null ? () => lastBackup(config().store.path) : undefined,
    },
    statements: billing.statements,
  };
}

interface AccessOptions {
  readonly store: Pick<Store, 'access'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** Of the OpenID Connect provider; null: there is none. */
  readonly clientSecret: string | null;
}

/** Sign-in as the web server needs it. */
async function openAccess({
  store,
  config,
  now,
  clientSecret,
}: AccessOptions): Promise<NonNullable<HttpOptions['access']>> {
  const { auth, publicUrl } = config().http;
  const { sessionMs, idleMs, secondFactor, oidc } = auth;
  const authenticator = createAuthenticator({
    store: store.access,
    now,
    sessionMs,
    idleMs,
    secondFactor,
    factorKey: secretKeyFile(join(config().keys.folder, 'second-factor.key')),
  });
  // Where the key can't be made they stay as they are; whoever enrols another one is told why.
  await authenticator.factors.sealStored().catch(() => undefined);
  const customers = () => config().book.customers.map(({ id }) => id);
  return {
    authenticator,
    store: store.access,
    now,
    registry: createRegistry({ store: store.access, now, customers }),
    // Loaded only where there is a provider.
    oidc:
      oidc === null || publicUrl === null
        ? undefined
        : (await import('../services/access/oidc.js')).createOidc({
            config: oidc,
            authenticator,
            customers,
            now,
            redirectUri: `${publicUrl}/auth/oidc/callback`,
            clientSecret,
          }),
  };
}

interface JobsOptions {
  readonly pool: Pick<WorkerPool, 'run'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** The program version. */
  readonly software: string;
}

/** Evaluates cases, and makes and verifies evidence packs, in threads. */
export function createJobs({ pool, config, now, software }: JobsOptions): Jobs {
  const run = <K extends Task['kind']>(task: Extract<Task, { kind: K }>): Promise<Answers[K]> =>
    pool.run(task.kind, task);
  return {
    evaluate: (task) => run<'evaluate'>({ kind: 'evaluate', ...task }),
    async evidence(task) {
      const transferable = toTransferable(config());
      const answer = await run<'evidence'>({
        kind: 'evidence',
        ...task,
        config: transferable,
        now: now(),
        software,
      });
      if ('unavailable' in answer) throw new UnavailableError(answer.unavailable);
      return answer;
    },
    verify: (task) => run<'verify'>({ kind: 'verify', ...task, software }),
  };
}

type RenderReport = typeof renderReport;

/** Formats that take no longer than their transfer to a thread would. */
const quick: readonly ReportFormat[] = ['json', 'csv'];

/** Renders reports in a thread, because setting pages takes longer than a probe may wait. */
export const reportsIn =
  (pool: Pick<WorkerPool, 'run'>, log: Pick<Log, 'warn'>): RenderReport =>
  async (report, format, language, options) => {
    if (quick.includes(format)) return renderReport(report, format, language, options);
    const { bytes, unsettable } = await pool.run<Rendered>('report', {
      report,
      format,
      language,
      content: options?.content,
    });
    if (unsettable.length > 0) {
      const { month, selection } = report;
      log.warn(
        { month, by: selection.by, id: selection.id, language, characters: unsettable },
        'a document names characters that no typeface has by their code points',
      );
    }
    return bytes;
  };

/** Renders credit notes in a thread where pages are set; the other formats take no time. */
export const notesIn =
  (pool: Pick<WorkerPool, 'run'>, log: Pick<Log, 'warn'>): typeof renderNote =>
  async (source, format, language) => {
    if (format !== 'pdf') return renderNote(source, format, language);
    const { bytes, unsettable } = await pool.run<Rendered>('note', { source, format, language });
    if (unsettable.length > 0)
      log.warn(
        { note: source.note.id, language, characters: unsettable },
        'a credit note names characters that no typeface has by their code points',
      );
    return bytes;
  };
