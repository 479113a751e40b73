import type { PacketOptions } from '../../../probes/probe.js';
import type { PathConfig, Pop, WatchConfig } from '../../config/config.js';
import type { EpochMs, PopId } from '../../core/types.js';
import type { BlindReason } from '../../core/watch/outage.js';
import { newPort, type PortWatch } from '../../core/watch/port.js';
import type { Clock, Resolve } from '../ports.js';
import { addressOf } from '../round-runner.js';

/** A destination of echoes. */
export interface Target {
  /** The id of its PoP, or its address. */
  readonly key: string;
  /** Null: it is a reference only, and nothing about it is stored. */
  port: PopId | null;
  reference: boolean;
  pop: Pop | null;
  options: PacketOptions | undefined;
  /** Null while its name has not been resolved. */
  address: string | null;
  /** On the monotonic clock, milliseconds. */
  resolvedAt: number;
  lastDueAt: number;
  watch: PortWatch;
}

export interface TargetSettings {
  readonly watch: WatchConfig;
  readonly pops: readonly Pop[];
  readonly paths: readonly PathConfig[];
}

type Wanted = Pick<Target, 'key' | 'port' | 'reference' | 'pop' | 'options'>;

/** The targets in the configuration: the ports, and the references among them or in addition to them. */
export function wantedTargets({ watch, pops, paths }: TargetSettings): Wanted[] {
  const wanted = new Map<string, Wanted>();
  const popOf = (id: PopId): Pop | null => pops.find((pop) => pop.id === id) ?? null;
  const optionsOf = (id: PopId): PacketOptions | undefined =>
    paths.find(({ destination }) => destination === id)?.probe;
  for (const port of watch.ports)
    wanted.set(port, { key: port, port, reference: false, pop: popOf(port), options: optionsOf(port) });
  for (const reference of watch.references) {
    const key = reference.kind === 'pop' ? reference.pop : reference.address;
    const pop = reference.kind === 'pop' ? popOf(reference.pop) : null;
    const beside: Wanted = { key, port: null, reference: true, pop, options: undefined };
    wanted.set(key, { ...(wanted.get(key) ?? beside), reference: true });
  }
  return [...wanted.values()];
}

/** The initial state of a target; its first echo is due at `dueAt`. */
export function newTarget(wanted: Wanted, dueAt: number, everyMs: number): Target {
  const address = wanted.pop ? (wanted.pop.ipv4 ?? wanted.pop.ipv6) : wanted.key;
  return { ...wanted, address, resolvedAt: -Infinity, lastDueAt: dueAt - everyMs, watch: newPort };
}

/** How long a resolved address is used before the name is looked up again, milliseconds. */
const freshMs = 60_000;
const patienceMs = 5_000;

/** Looks up the addresses of targets that have only a name; an old address stays in use until there is a new one. */
export function createLookup(clock: Clock, resolve: Resolve): (targets: Iterable<Target>) => void {
  const asking = new Set<Target>();
  const ask = async (target: Target, pop: Pop): Promise<void> => {
    asking.add(target);
    target.resolvedAt = clock.monotonicMs();
    const over = new AbortController();
    const settled = new AbortController();
    void clock.sleep(patienceMs, settled.signal).then(() => {
      over.abort();
    });
    try {
      target.address = await addressOf(pop, resolve, over.signal);
    } catch {
      // A port whose name never resolved is not observed, and its state shows that.
    } finally {
      settled.abort();
      asking.delete(target);
    }
  };
  return (targets) => {
    const now = clock.monotonicMs();
    for (const target of targets) {
      const { pop } = target;
      if (!pop || pop.ipv4 !== null || pop.ipv6 !== null) continue;
      const waitMs = target.address === null ? patienceMs : freshMs;
      if (now - target.resolvedAt >= waitMs && !asking.has(target)) void ask(target, pop);
    }
  };
}

/** A stretch that the process did not live through. `to` before `from`: the clock was set back. */
export interface Passed {
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly reason: Extract<BlindReason, 'asleep' | 'stalled' | 'clock-stepped'>;
}

export interface Look {
  readonly wall: EpochMs;
  readonly monotonic: number;
  /** The time between the look before and this one, when it is longer than it should be. */
  readonly passed: Passed | null;
}

/** Maps the monotonic clock to the wall clock, which is read many times a second. */
interface Timebase {
  look(): Look;
  /** The wall clock's reading, milliseconds, at an instant of the monotonic clock, by the latest look. */
  wallAt(monotonicMs: number): EpochMs;
}

/**
 * Slewing moves a clock by at most half a millisecond per second; a larger jump between two looks means that it was
 * set.
 */
const stepMs = 200;
/** Reading two clocks takes microseconds; when it took longer the process was preempted in between. */
const atOnceMs = 2;

export function createTimebase(clock: Clock, options: { readonly stallMs: () => number }): Timebase {
  const read = (): { wall: EpochMs; monotonic: number } => {
    for (let tries = 0; ; tries += 1) {
      const before = clock.monotonicMs();
      const wall = clock.now();
      const monotonic = clock.monotonicMs();
      if (monotonic - before <= atOnceMs || tries === 3) return { wall, monotonic };
    }
  };
  const asleepInAll = (): number => clock.sinceBootMs() - clock.monotonicMs();
  let latest = read();
  let asleepBefore = asleepInAll();

  return {
    look() {
      const before = latest;
      latest = read();
      const { wall, monotonic } = latest;
      const elapsedMs = monotonic - before.monotonic;
      const jumpedMs = wall - before.wall - elapsedMs;
      let reason: Passed['reason'] | null = elapsedMs > options.stallMs() ? 'stalled' : null;
      if (Math.abs(jumpedMs) > stepMs) {
        const asleep = asleepInAll();
        const asleepMs = asleep - asleepBefore;
        asleepBefore = asleep;
        // The clock since boot has a resolution of hundredths of a second, on some systems of seconds.
        reason = asleepMs > stepMs && Math.abs(asleepMs - jumpedMs) <= 1_000 ? 'asleep' : 'clock-stepped';
      }
      return { wall, monotonic, passed: reason === null ? null : { from: before.wall, to: wall, reason } };
    },
    wallAt: (monotonicMs) => Math.round(latest.wall + (monotonicMs - latest.monotonic)),
  };
}
