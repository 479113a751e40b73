import { lookup } from 'node:dns/promises';
import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Config } from '../config/config.js';
import type { Problem } from '../config/problem.js';
import { roundLengthMs } from '../core/time/slot.js';
import type { EpochMs } from '../core/types.js';
import type { Clock, EngineEvents, Log, Resolve } from '../engine/ports.js';
import { silenceMs } from '../engine/watch/watch.js';
import type { Readiness } from '../http/mesh.js';
import type { StandingListener } from '../metrics/metrics.js';
import { closeStanding } from '../services/statements/month-close.js';
import { reportsStanding } from '../services/tickets/append.js';
import type { Store, UpkeepStore } from '../store/store.js';
import { askClock, type ClockSource, clockSources } from './clock/sources.js';
import { Queue } from './queue.js';

interface WatchReadiness {
  readonly events: Partial<EngineEvents>;
  /** Why the ports are not watched at the monotonic instant `nowMs`; null: they are, or nobody asked for it. */
  fault(nowMs: number, config: Pick<Config, 'watch'>): string | null;
}

/** Beats may come late on a busy machine; a watch that missed this many is not at work. */
const beatsMissed = 3;
const graceMs = 10_000;

/** Follows the watch of the ports: does it still get to run, and does its driver still answer it? */
function followWatch(options: {
  readonly monotonicMs: () => number;
  /** Whether the driver can send single echoes at all: who chose one that can't was told so at the start. */
  readonly canWatch: boolean;
}): WatchReadiness {
  const { monotonicMs, canWatch } = options;
  let lastBeatMs = monotonicMs();
  let silent = 0;
  let ended: string | null = null;
  return {
    events: {
      watchBeat: (silentMs) => {
        lastBeatMs = monotonicMs();
        silent = silentMs;
        ended = null;
      },
      watchEnded: (why) => {
        ended = why;
      },
      // Ports that a new configuration names are not watched from its first instant on.
      configLoaded: () => {
        lastBeatMs = monotonicMs();
      },
    },
    fault: (nowMs, { watch }) => {
      if (!canWatch || watch.ports.length === 0) return null;
      if (ended !== null) return `the watch of the ports has ended: ${ended}; a restart brings it back`;
      const sinceMs = nowMs - lastBeatMs;
      if (sinceMs > beatsMissed * watch.heartbeatMs + graceMs)
        return `the watch of the ports has not run for ${Math.floor(sinceMs / 1000)} s`;
      if (silent > watch.thresholdMs + silenceMs)
        return `the driver has answered no echo of the watch for ${Math.floor(silent / 1000)} s`;
      return null;
    },
  };
}

interface ReadinessWatch {
  readonly events: Partial<EngineEvents>;
  /** What holds at the monotonic instant `nowMs`. */
  check(nowMs: number, config: Config): Readiness[];
}

/** The heartbeat writes every 10 s, and gives a write up after 15 s. */
const storeSilenceMs = 45_000;

/**
 * Follows the engine: can the store be written, do rounds still come, are the ports watched? A daemon that answers and no longer
 * measures must not look healthy.
 */
export function watchReadiness(options: {
  readonly monotonicMs: () => number;
  readonly canWatch: boolean;
}): ReadinessWatch {
  const { monotonicMs } = options;
  const watch = followWatch(options);
  let isWritable = true;
  let answeredMs = monotonicMs();
  let clockDeviationMs = 0;
  let lastRoundMs = monotonicMs();
  const measured = (): void => {
    lastRoundMs = monotonicMs();
  };
  /** That it could once be written is no news for long: a write that is never answered says nothing. */
  const storeFault = (nowMs: number): string | null => {
    if (!isWritable) return 'the store can not be written; rounds wait in memory';
    const silentMs = nowMs - answeredMs;
    return silentMs > storeSilenceMs
      ? `the store has answered no write for ${Math.floor(silentMs / 1000)} s; rounds wait in memory`
      : null;
  };
  return {
    events: {
      ...watch.events,
      storeWritable: (ok) => {
        isWritable = ok;
        if (ok) answeredMs = monotonicMs();
      },
      clockDeviates: (ms) => {
        clockDeviationMs = ms;
      },
      roundStored: measured,
      roundDelayed: measured,
      // A wider interval must not be held against the wait for its first round.
      configLoaded: (ok, at) => {
        measured();
        watch.events.configLoaded?.(ok, at);
      },
    },
    check: (nowMs, config) => {
      const { everyMs, spreadMs } = config.measurement;
      const silentMs = nowMs - lastRoundMs;
      const dueMs = everyMs + spreadMs + roundLengthMs(config.measurement) + 60_000;
      const watchFault = watch.fault(nowMs, config);
      const silent = config.paths.length > 0 && silentMs > dueMs;
      return [
        { name: 'store', ok: storeFault(nowMs) === null, reason: storeFault(nowMs) },
        {
          name: 'rounds',
          ok: !silent,
          reason: silent ? `no round has ended for ${Math.floor(silentMs / 1000)} s` : null,
        },
        {
          name: 'clock',
          ok: clockDeviationMs === 0,
          reason:
            clockDeviationMs === 0
              ? null
              : `the wall clock was set ${clockDeviationMs > 0 ? 'ahead' : 'back'} by ${Math.abs(clockDeviationMs / 1000).toFixed(1)} s less than 15 minutes ago; rounds have the names that it gives them`,
        },
        { name: 'watch', ok: watchFault === null, reason: watchFault },
      ];
    },
  };
}

const everyMs = 60_000;

interface VitalsOptions {
  readonly clock: Clock;
  readonly store: { readonly upkeep: Pick<UpkeepStore, 'sizeBytes'> };
  /** Null: it lies with another machine, whose disk is not ours to look at. */
  readonly storePath: string | null;
  readonly tell: Pick<StandingListener, 'storeSize' | 'clockRead'>;
  readonly sources?: readonly ClockSource[];
}

/** Looks every minute at what this daemon lives on: its disk and its clock. What can't be had is left as it was. */
export async function keepVitals(options: VitalsOptions, signal: AbortSignal): Promise<void> {
  const { clock, store, storePath, tell } = options;
  let sources = options.sources ?? clockSources;
  const look = async (): Promise<void> => {
    const [bytes, disk] = await Promise.all([
      store.upkeep.sizeBytes(),
      storePath === null ? null : statfs(dirname(storePath)),
    ]);
    tell.storeSize({
      bytes,
      disk: disk && { freeBytes: disk.bavail * disk.bsize, bytes: disk.blocks * disk.bsize },
    });
  };
  const readClock = async (): Promise<void> => {
    const answer = await askClock(sources);
    tell.clockRead(answer?.state ?? null);
    // Whoever answered is asked again; programs that are not there need not be looked for every minute.
    if (answer) sources = [answer.source];
  };
  while (!signal.aborted) {
    await Promise.allSettled([look(), readClock()]);
    await clock.sleep(everyMs, signal);
  }
}

/** The new configuration, with what a reload can't change as it is running. */
export function reloadable(running: Config, next: Config): Config {
  const { role, mesh, driver, http, log, store } = running;
  const { path, postgres } = store;
  return { ...next, role, mesh, driver, http, log, store: { ...next.store, path, postgres } };
}

/**
 * What can't be taken at all while it runs; null: nothing. Its rounds, its rows at the hub and what it saw of ports go
 * by the PoP that it stands in.
 */
export function refusedReload(running: Config, next: Config): Problem | null {
  if (running.agent === next.agent) return null;
  return {
    file: next.file,
    line: null,
    column: null,
    path: 'agent',
    value: next.agent,
    what: `is another PoP than ${running.agent}, which this daemon stands in`,
    allowed: `${running.agent}, or a restart`,
  };
}

/** What a reload can't change: the parts of the new configuration that take effect at the next start. */
export function restartNeeded(running: Config, next: Config): string[] {
  const parts: readonly [string, (config: Config) => unknown][] = [
    ['role', (config) => config.role],
    ['mesh', (config) => config.mesh],
    ['driver', (config) => config.driver],
    ['store', ({ store }) => [store.path, store.postgres]],
    ['http', (config) => config.http],
    ['log', (config) => config.log],
  ];
  return parts
    .filter(([, part]) => JSON.stringify(part(running)) !== JSON.stringify(part(next)))
    .map(([name]) => name);
}

interface ResolverOptions {
  /** Asks for a name, however long that takes. */
  readonly ask?: (host: string) => Promise<string>;
  readonly now?: () => EpochMs;
  /** How long one caller waits for an answer. */
  readonly patienceMs?: number;
  /** Names that are asked for at the same time: each holds a thread of the process until it is answered. */
  readonly atOnce?: number;
}

interface Known {
  /** The last good address. */
  address: string | null;
  /** When it was good for the last time. */
  at: EpochMs;
  /** The latest question failed or is not answered in time. */
  isStale: boolean;
}

const defaultPatienceMs = 5_000;

/**
 * Asks the system's resolver, as every other program here does. A name is asked for once at a time, whoever waits for
 * it, so that a resolver that is mute for an hour has a question a name before it and not thousands; an answer that
 * comes late is used by the next caller. Where there is none in time the last good address stays in use, and is marked.
 */
export function createResolver(options: ResolverOptions = {}): Resolve {
  const {
    ask = async (host: string): Promise<string> => (await lookup(host)).address,
    now = Date.now,
    patienceMs = defaultPatienceMs,
    atOnce = 2,
  } = options;
  const known = new Map<string, Known>();
  const asking = new Map<string, Promise<string>>();
  const questions = new Queue(atOnce);

  const entryOf = (host: string): Known => {
    let entry = known.get(host);
    if (!entry) known.set(host, (entry = { address: null, at: 0, isStale: false }));
    return entry;
  };
  const askOnce = async (host: string): Promise<string> => {
    const entry = entryOf(host);
    try {
      const address = await ask(host);
      Object.assign(entry, { address, at: now(), isStale: false });
      return address;
    } catch (error) {
      entry.isStale = true;
      throw error;
    }
  };
  const question = (host: string): Promise<string> => {
    let asked = asking.get(host);
    if (!asked) {
      asked = questions.run(() => askOnce(host)).finally(() => asking.delete(host));
      asking.set(host, asked);
      // Nobody may be waiting any more when it fails.
      asked.catch(() => undefined);
    }
    return asked;
  };

  const resolve = async (host: string, signal: AbortSignal): Promise<string> => {
    try {
      return await within(patienceMs, signal, question(host));
    } catch (error) {
      const { address } = entryOf(host);
      if (address === null || signal.aborted) throw error;
      entryOf(host).isStale = true;
      return address;
    }
  };
  return Object.assign(resolve, {
    staleSince: (host: string): EpochMs | null => {
      const entry = known.get(host);
      return entry?.isStale === true && entry.address !== null ? entry.at : null;
    },
  });
}

async function within<T>(ms: number, signal: AbortSignal, answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  let onAbort: (() => void) | undefined;
  const silence = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${ms / 1000} s`));
    }, ms);
    onAbort = () => {
      reject(new Error('the round was ended'));
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([answer, silence]);
  } finally {
    clearTimeout(timer);
    if (onAbort) signal.removeEventListener('abort', onAbort);
  }
}

/** The process's own: all that it measures shares what is known of a name. */
export const resolveName: Resolve = createResolver();

interface BacklogOptions {
  readonly clock: Clock;
  readonly store: Pick<Store, 'faults' | 'statements' | 'paths'>;
  readonly config: () => Config;
  readonly tell: Pick<StandingListener, 'reports' | 'close'>;
  readonly log: Log;
}

/** Looks every minute at what people have to do: fault reports, and months to be sealed. */
export async function pollBacklog(
  { clock, store, config, tell, log }: BacklogOptions,
  signal: AbortSignal,
): Promise<void> {
  const sealed = new Set<string>();
  let failed = false;
  while (!signal.aborted) {
    try {
      tell.reports(await reportsStanding(store.faults, clock.now()));
      const { book } = config();
      const close = await closeStanding({ store, book, now: clock.now(), sealed });
      if (close) tell.close(close);
      failed = false;
    } catch (error) {
      if (!failed) log.warn({ err: error }, 'reports and months could not be looked at; tried every minute');
      failed = true;
    }
    await clock.sleep(everyMs, signal);
  }
}
