import type { Config } from '../config/config.js';
import type { Plan } from '../core/plan.js';
import type { PathTrace, TraceReason } from '../core/trace/trace.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';
import type { PacketOptions, ProbeDriver } from '../../probes/probe.js';
import type { WatchStore } from '../store/watch-store.js';
import type { Clock, EngineEvents, Log, Resolve } from '../engine/ports.js';
import { gradeRound, isInWorstBand } from './standing/round-grade.js';
import { termsAt } from './standing/sources.js';
import { addressOf } from '../engine/round-runner.js';

interface TracerOptions {
  readonly clock: Clock;
  readonly driver: Pick<ProbeDriver, 'trace' | 'kind'>;
  readonly resolve: Resolve;
  readonly store: Pick<WatchStore, 'put' | 'traces'>;
  readonly config: () => Config;
  readonly defaultPlan: () => Plan | null;
  readonly log: Log;
}

/**
 * Traces the path to a port when an outage of it opens or a round to it becomes severe, and from time to time while
 * nothing is wrong, for comparison. Traces are explanations only; no judgement uses them.
 */
interface Tracer {
  readonly events: Pick<EngineEvents, 'outageChanged' | 'roundStored' | 'portState'>;
  /** Resolves when `signal` is aborted. */
  keep(signal: AbortSignal): Promise<void>;
}

/** Traces that run at the same time: each takes some dozens of packets and a thread. */
const atOnce = 2;
/**
 * The minimum interval between traces of one port for a fault, milliseconds, so that a flapping outage is traced once.
 */
const leastBetweenMs = 5 * 60_000;
const quietEveryMs = 24 * 3_600_000;
const maxWaiting = 256;
const lookEveryMs = 1_000;
const methods = ['icmp', 'udp'] as const;
const maxHops = 30;
const tries = 3;

interface Wish {
  readonly port: PopId;
  readonly reason: TraceReason;
}

export function createTracer(options: TracerOptions): Tracer {
  const { clock, driver, resolve, store, config, defaultPlan, log } = options;
  const waiting: Wish[] = [];
  const running = new Set<PopId>();
  /**
   * By port, on the monotonic clock: when it was last traced for a fault, when it was last disturbed, and since when it
   * is up.
   */
  const tracedAt = new Map<PopId, number>();
  const troubleAt = new Map<PopId, number>();
  const upSince = new Map<PopId, number>();
  /** By port, on the wall clock: when it was last traced for comparison. */
  const quietAt = new Map<PopId, EpochMs>();
  const isSevere = new Map<PathId, boolean>();

  const wish = (port: PopId, reason: TraceReason): void => {
    const now = clock.monotonicMs();
    troubleAt.set(port, now);
    if (!config().trace.enabled || !driver.trace) return;
    if (now - (tracedAt.get(port) ?? -Infinity) < leastBetweenMs) return;
    if (waiting.length >= maxWaiting || running.has(port)) return;
    tracedAt.set(port, now);
    // Traces for a fault take precedence over those for comparison.
    waiting.unshift({ port, reason });
  };

  const traceOne = async ({ port, reason }: Wish, signal: AbortSignal): Promise<void> => {
    const { agent, pops, paths } = config();
    const pop = pops.find(({ id }) => id === port);
    if (!pop || !driver.trace) return;
    const at = clock.now();
    try {
      const address = await addressOf(pop, resolve, signal);
      const packet = optionsOf(paths.find(({ destination }) => destination === port)?.probe);
      const runs = await driver.trace({
        address,
        methods,
        mostHops: maxHops,
        tries,
        ...(packet && { options: packet }),
      });
      const trace: PathTrace = { observer: agent, port, at, reason, address, runs };
      await store.put({ outages: [], states: [], spans: [], blind: [], traces: [trace] });
      const ends = runs.map(({ method, reached, hops }) => ({ method, reached, hops: hops.length }));
      log.info({ port, reason, ends }, 'the path to a port was traced');
    } catch (error) {
      if (!signal.aborted) log.warn({ port, reason, err: error }, 'the path to a port could not be traced');
    }
  };

  /**
   * A port that has been up and undisturbed for long enough, and was not traced for comparison in the last day; or
   * null.
   */
  const quietPort = (): PopId | null => {
    const [now, wall, { quietAfterMs }] = [clock.monotonicMs(), clock.now(), config().trace];
    for (const port of config().watch.ports) {
      const since = Math.max(upSince.get(port) ?? Infinity, troubleAt.get(port) ?? -Infinity);
      if (now - since < quietAfterMs || running.has(port)) continue;
      if (wall - (quietAt.get(port) ?? -Infinity) >= quietEveryMs) return port;
    }
    return null;
  };

  const begin = (signal: AbortSignal): void => {
    while (running.size < atOnce) {
      let next = waiting.shift();
      const quiet = next === undefined && running.size === 0 ? quietPort() : null;
      if (quiet !== null) {
        quietAt.set(quiet, clock.now());
        next = { port: quiet, reason: 'quiet' };
      }
      if (next === undefined) return;
      const { port } = next;
      running.add(port);
      void traceOne(next, signal).then(() => running.delete(port));
    }
  };

  return {
    events: {
      outageChanged: ({ port, observer, end, voided }) => {
        if (observer !== config().agent || end !== null || voided !== null) return;
        wish(port, 'outage');
      },
      portState: (port, state) => {
        if (state !== 'up') upSince.delete(port);
        else if (!upSince.has(port)) upSince.set(port, clock.monotonicMs());
      },
      roundStored: (round) => {
        const now = config();
        const path = now.paths.find(({ id }) => id === round.path);
        if (!path || path.source !== now.agent) return;
        const terms = termsAt(now, [path], defaultPlan(), clock.now()).get(path.id);
        const grade = terms && gradeRound(round, terms)?.grade;
        if (!terms || !grade?.latencyBand) return;
        const severe = isInWorstBand(grade, terms);
        const before = isSevere.get(path.id) ?? false;
        isSevere.set(path.id, severe);
        if (severe && !before) wish(path.destination, 'severe');
      },
    },
    async keep(signal) {
      if (!driver.trace) return;
      for (const { port, at } of await store
        .traces({ observer: config().agent, reason: 'quiet' })
        .catch(() => []))
        quietAt.set(port, at);
      while (!signal.aborted) {
        if (config().trace.enabled) begin(signal);
        else waiting.length = 0;
        await clock.sleep(lookEveryMs, signal);
      }
    },
  };
}

/** The packet options for a trace, which sets its own TTLs and sends small packets that need no fragmentation. */
function optionsOf(probe: PacketOptions | undefined): PacketOptions | undefined {
  if (!probe) return undefined;
  const { dscp, source, interface: device } = probe;
  return {
    ...(dscp !== undefined && { dscp }),
    ...(source !== undefined && { source }),
    ...(device !== undefined && { interface: device }),
  };
}
