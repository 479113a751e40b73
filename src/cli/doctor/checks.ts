import { lookup } from 'node:dns/promises';
import { lstat, mkdtemp, readlink, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type PacketOptions,
  type ProbeLog,
  ProbeUnavailableError,
  type Shortcoming,
} from '../../../probes/probe.js';
import type { ClockSource } from '../../app/clock/sources.js';
import type { Config, HttpConfig, Pop } from '../../config/config.js';
import { networkDiskOf } from '../../store/sqlite/network-disk.js';
import { whoElseReads } from '../../store/sqlite/private-file.js';
import { StoreError } from '../../store/store.js';
import type { AppPort } from '../context.js';

/**
 * `unknown`: it could not be found out, which is not the same as being right. `note`: nothing that the daemon needs.
 */
export type CheckStatus = 'ok' | 'fail' | 'unknown' | 'note';

/** What was looked at, and what to do where it is not right. */
export interface Check {
  readonly name: string;
  readonly status: CheckStatus;
  readonly detail: string;
  /** One line that a person can follow or paste; null where nothing is to be done. */
  readonly remedy: string | null;
}

export const check = (
  name: string,
  status: CheckStatus,
  detail: string,
  remedy: string | null = null,
): Check => ({ name, status, detail, remedy });

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** A slot is an instant of the wall clock: where it is wrong, rounds are due at the wrong time. */
export async function checkClock(given?: readonly ClockSource[]): Promise<Check> {
  const name = 'clock';
  const { askClock, clockSources } = await import('../../app/clock/sources.js');
  const sources = given ?? clockSources;
  const answer = await askClock(sources);
  if (answer !== null) {
    const { source, state } = answer;
    const off = state.offsetMs === null ? '' : `, ${state.offsetMs.toFixed(3)} ms off`;
    return state.synchronised
      ? check(name, 'ok', `synchronised, says ${source.name}${off}`)
      : check(
          name,
          'fail',
          `not synchronised, says ${source.name}${off}`,
          'run a time service on this machine or its host: apt install chrony',
        );
  }
  return check(
    name,
    'unknown',
    `nobody here could say whether it is synchronised (${sources.map((source) => source.name).join(', ')})`,
    'make sure that a time service keeps this machine, or its host, in step',
  );
}

/** Less than this is soon full. */
const enoughBytes = 64 * 2 ** 20;

/** Tries what the store will do: writes a file in the folder of the database, or where that will be made. */
export async function checkDataFolder(database: string): Promise<Check> {
  const name = 'data folder';
  const folder = dirname(database);
  const elsewhere = 'set store.path to a folder on a disk of this machine';
  let existing: string;
  try {
    existing = await nearestExisting(folder);
  } catch (error) {
    return check(name, 'fail', `${folder} can't be made: ${messageOf(error)}`, `mend that, or ${elsewhere}`);
  }
  const where = existing === folder ? folder : `${folder} (to be made in ${existing})`;
  const disk = networkDiskOf(existing);
  if (disk?.refused === true)
    return check(name, 'fail', `${where} lies on a network file system (${disk.name})`, elsewhere);
  try {
    const trial = await mkdtemp(join(existing, '.pop-sla-doctor-'));
    try {
      await writeFile(join(trial, 'trial'), 'x');
    } finally {
      await rm(trial, { recursive: true, force: true });
    }
  } catch (error) {
    return check(
      name,
      'fail',
      `${where} can't be written: ${messageOf(error)}`,
      `give it to the user that runs the daemon (chown), or set store.path to a place that can be written`,
    );
  }
  const { bavail, bsize } = await statfs(existing);
  const free = bavail * bsize;
  const room = `${Math.floor(free / 2 ** 20)} MiB free`;
  if (free < enoughBytes)
    return check(
      name,
      'fail',
      `${where}: only ${room}`,
      'free some space, or set store.path to a larger disk',
    );
  if (disk !== null)
    return check(
      name,
      'note',
      `${where} lies on ${disk.name}, ${room}: no other machine may write there`,
      elsewhere,
    );
  const readers = whoElseReads(database);
  if (readers !== null)
    return check(
      name,
      'note',
      `${where} can be written, ${room}; ${database}: ${readers}`,
      `chmod 600 ${database}`,
    );
  return check(name, 'ok', `${where} can be written, ${room}`);
}

/** Rejects where something is in the way that is no folder. */
async function nearestExisting(folder: string): Promise<string> {
  try {
    if ((await stat(folder)).isDirectory()) return folder;
  } catch (error) {
    const link = await lstat(folder).catch(() => null);
    if (link?.isSymbolicLink() === true)
      throw new Error(`${folder} is a link to ${await readlink(folder)}, which is not there`, {
        cause: error,
      });
    const parent = dirname(folder);
    return parent === folder ? folder : nearestExisting(parent);
  }
  throw new Error(`${folder} is no folder`);
}

/** Opens the database as `rounds` does, and reads it whole. */
export async function checkDatabase(config: Config, { readStore, storeName }: AppPort): Promise<Check> {
  const name = 'database';
  const place = await storeName(config);
  try {
    const store = await readStore(config, { checkUpToBytes: Infinity });
    try {
      const [latest] = await store.rounds.list({ limit: 1 });
      const size = `${Math.ceil((await store.upkeep.sizeBytes()) / 1024)} KiB`;
      const last =
        latest === undefined ? 'no rounds yet' : `latest slot ${new Date(latest.slot).toISOString()}`;
      return check(
        name,
        'ok',
        `${place} is ${config.store.postgres === null ? 'whole' : 'there'}: ${size}, ${last}`,
      );
    } finally {
      await store.close();
    }
  } catch (error) {
    const kind = error instanceof StoreError ? error.kind : 'other';
    if (kind === 'missing') {
      // A database of a server is made by people, and only its tables by the first start.
      if (config.store.postgres !== null && /3D000/.test(messageOf(error)))
        return check(name, 'fail', messageOf(error), 'createdb NAME, and give it to the user of the URL');
      return check(name, 'ok', `${place} is not there yet: the first start makes it`);
    }
    const remedy = config.store.postgres === null ? remedies[kind] : null; // PostgreSQL's say it themselves
    return check(name, 'fail', messageOf(error), remedy);
  }
}

const remedies: Readonly<Record<StoreError['kind'], string | null>> = {
  corrupt: 'stop the daemon and put the last copy made by `pop-sla backup FILE` in its place',
  'newer-schema': 'run the version of pop-sla that wrote it, or a newer one',
  'read-only': 'check the mount and the owner of the file',
  full: 'free some space on its disk',
  busy: 'wait for the process that holds it, or end it',
  missing: null,
  replaced: null,
  io: 'check the owner of the file and its folder, then the disk (dmesg)',
  other: 'the message says what failed; nothing was changed',
};

const patienceMs = 5_000;

/** Resolves every host name that is probed: PoPs without a literal address. */
export async function checkNames(pops: readonly Pop[]): Promise<Check> {
  const name = 'names';
  const hosts = pops
    .filter((pop) => pop.ipv4 === null && pop.ipv6 === null)
    .map((pop) => pop.host)
    .filter((host) => host !== null);
  if (hosts.length === 0) return check(name, 'ok', 'none to resolve: every PoP has an address');
  const faults = (await Promise.all(hosts.map(faultOf))).filter((fault) => fault !== null);
  return faults.length === 0
    ? check(name, 'ok', `${hosts.length} resolved`)
    : check(
        name,
        'fail',
        faults.join('; '),
        'mend the name or /etc/resolv.conf, or give the PoP an ipv4 or ipv6 address',
      );
}

async function faultOf(host: string): Promise<string | null> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      lookup(host).then(
        () => null,
        (error: unknown) => `${host}: ${messageOf(error)}`,
      ),
      sleep(patienceMs, `${host}: no answer in ${patienceMs / 1000} s`, { signal: timer.signal }),
    ]);
  } finally {
    timer.abort();
  }
}

/** Listens for a moment as the daemon would; who is there already is asked whether it is a pop-sla. */
export async function checkPort({ host, port }: Pick<HttpConfig, 'host' | 'port'>): Promise<Check> {
  const name = 'port';
  const place = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const error = await tryToListen(host, port);
  if (error === null) return check(name, 'ok', port === 0 ? 'any free one' : `${place} is free`);
  switch (error.code) {
    case 'EADDRINUSE':
      return (await isPopSla(host, port))
        ? check(name, 'ok', `${place} is held by a pop-sla that runs`)
        : check(
            name,
            'fail',
            `${place} is held by another program`,
            `see who: ss -ltnp 'sport = :${port}'; or set http.listen to a free port`,
          );
    case 'EACCES':
      return check(
        name,
        'fail',
        `this user may not listen on ${place}`,
        'set http.listen to a port from 1024 on',
      );
    case 'EADDRNOTAVAIL':
      return check(
        name,
        'fail',
        `this machine has no address ${host}`,
        'set http.listen to one that `ip address` shows',
      );
    case undefined:
    default:
      return check(name, 'fail', `${place}: ${messageOf(error)}`, 'set http.listen to another place');
  }
}

function tryToListen(host: string, port: number): Promise<NodeJS.ErrnoException | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ host, port }, () => {
      server.close(() => {
        resolve(null);
      });
    });
  });
}

async function isPopSla(host: string, port: number): Promise<boolean> {
  // Who listens on every address is asked on the loopback one.
  const asked =
    host === '0.0.0.0' ? '127.0.0.1' : host.includes(':') ? `[${host === '::' ? '::1' : host}]` : host;
  try {
    const response = await fetch(`http://${asked}:${port}/metrics`, { signal: AbortSignal.timeout(3_000) });
    return (await response.text()).includes('\npop_sla_build_info{');
  } catch {
    return false;
  }
}

const quiet: ProbeLog = { debug: () => undefined, info: () => undefined, warn: () => undefined };

/** Can the configured kind send packets here? And which others could. Opens each as the daemon would. */
export async function checkProbes(config: Pick<Config, 'driver' | 'role' | 'paths'>): Promise<Check[]> {
  if (config.role === 'hub')
    return [check('sending packets', 'ok', 'a hub sends none: its agents do, and it needs no right to')];
  const { kind: configured } = config.driver;
  const { kindNames } = await import('../../../probes/kinds.js');
  const others = kindNames.filter((kind) => !['auto', 'simulated', configured].includes(kind));
  const [result, ...rest] = await Promise.all([configured, ...others].map(tryKind));
  const name = 'sending packets';
  const checks: Check[] = result?.error
    ? [check(name, 'fail', `driver ${configured}: ${messageOf(result.error)}`, remedyOf(result.error))]
    : [
        check(
          name,
          'ok',
          `driver ${configured} works${result && result.became !== configured ? `: it is ${result.became}` : ''}`,
        ),
        ...(result?.shortcomings ?? []).map(({ what, remedy }) => check('stamps', 'note', what, remedy)),
      ];
  if (result && result.error === null) checks.push(...(await tryOptions(configured, config)));
  if (rest.length > 0) {
    const words = rest.map(
      ({ kind, error }) => `${kind} ${error ? `does not (${messageOf(error)})` : 'works'}`,
    );
    // What is missing for a better kind than `auto` could take is worth a remedy; other kinds were not asked for.
    const kernel = rest.find(({ kind, error }) => kind === 'kernel' && error !== null)?.error;
    const remedy = configured === 'auto' && kernel ? remedyOf(kernel) : null;
    checks.push(check('other drivers', 'note', words.join('; '), remedy));
  }
  return checks;
}

interface Tried {
  readonly kind: string;
  /** What opened: of `auto` another kind. */
  readonly became: string;
  /** Of one that works: what keeps it from its best. */
  readonly shortcomings: readonly Shortcoming[];
  /** Null when it works. */
  readonly error: Error | null;
}

async function tryKind(kind: string): Promise<Tried> {
  const [{ openDriver }, { systemClock }] = await Promise.all([
    import('../../../probes/kinds.js'),
    import('../../engine/clock.js'),
  ]);
  try {
    const driver = await openDriver(kind, { log: quiet, simulated: null, clock: systemClock });
    await driver.close();
    return { kind, became: driver.kind, shortcomings: driver.shortcomings ?? [], error: null };
  } catch (error) {
    return {
      kind,
      became: kind,
      shortcomings: [],
      error: error instanceof Error ? error : new Error(String(error)),
    };
  }
}

/** Sends a packet to this machine as each of the paths' options asks for: not every version of a program knows all. */
async function tryOptions(kind: string, { paths }: Pick<Config, 'paths'>): Promise<Check[]> {
  const wanted = new Map<string, PacketOptions>();
  for (const { probe } of paths) {
    if (probe === undefined) continue;
    // Where they are sent from and through is looked at by itself: it has no way to the loopback.
    const options: PacketOptions = Object.fromEntries(
      Object.entries(probe).filter(([key]) => key !== 'source' && key !== 'interface'),
    );
    if (Object.keys(options).length > 0) wanted.set(JSON.stringify(options), options);
  }
  if (wanted.size === 0) return [];
  const [{ openDriver }, { systemClock }] = await Promise.all([
    import('../../../probes/kinds.js'),
    import('../../engine/clock.js'),
  ]);
  const driver = await openDriver(kind, { log: quiet, simulated: null, clock: systemClock });
  const failed: string[] = [];
  try {
    for (const [text, options] of wanted) {
      const result = await driver.measure({
        address: '127.0.0.1',
        sizes: [{ bytes: 64, icmpBytes: 64 }],
        count: 1,
        intervalMs: 20,
        lostAfterMs: 500,
        lateWaitMs: 0,
        signal: AbortSignal.timeout(3_000),
        options,
      });
      const [packet] = result.sizes[0]?.packets ?? [];
      if (result.ended === 'failed') failed.push(`${text}: ${result.reason ?? 'no reason'}`);
      else if (packet?.kind === 'not-sent') failed.push(`${text}: not sent (${packet.reason})`);
    }
  } finally {
    await driver.close();
  }
  const remedy = 'choose another driver, a newer version of its program, or take the options out of `probe`';
  return failed.length === 0
    ? [check('packet options', 'ok', `${wanted.size} kinds of packets can be made`)]
    : [check('packet options', 'fail', `driver ${kind} can't do ${failed.join('; ')}`, remedy)];
}

function remedyOf(error: Error): string | null {
  return error instanceof ProbeUnavailableError ? error.remedy : null;
}
