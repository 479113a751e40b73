import type { MissingRound, Provenance, Round } from '../core/measurement/round.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';
import type { BlindReason, ObservedOutage, PortState } from '../core/watch/outage.js';

/** The clocks and the sleep that the engine uses; with a virtual one, a month runs in seconds. */
export interface Clock {
  /** The wall clock. */
  now(): EpochMs;
  /** Milliseconds on a clock that is never set; it may stop while the machine sleeps. */
  monotonicMs(): number;
  /** Milliseconds since boot, including time asleep. */
  sinceBootMs(): number;
  /** Resolves after `ms`, or at once when `signal` is or becomes aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Fires once, when the wall clock has reached `instant`; late when the process or the machine slept. */
export interface Alarm {
  at(instant: EpochMs, ring: () => void): { cancel(): void };
}

/** The log interface, as in pino. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Resolves a name to an address. Rejects when the name does not resolve, or when `signal` is aborted. */
export interface Resolve {
  (host: string, signal: AbortSignal): Promise<string>;
  /**
   * Since when the address of this name is a cached one, because the resolver does not answer; null: it is current.
   * Absent: cached addresses are not returned.
   */
  readonly staleSince?: (host: string) => EpochMs | null;
}

/** Returns a number in [0, 1). */
export type Random = () => number;

/** Events of the engine, for metrics and other listeners. None of the listeners may throw. */
export interface EngineEvents {
  roundStarted(path: PathId, slot: EpochMs): void;
  /** A round was measured (with any status) and the store confirmed it. */
  roundStored(round: Round): void;
  /** The store refused a round; it is queued in memory and retried. `queued` is the length of the queue. */
  roundDelayed(round: Round, queued: number): void;
  /** A round was dropped because the queue was full. Its slot will be missing. */
  roundDropped(round: Round): void;
  slotsMissing(missing: readonly MissingRound[]): void;
  /** How late the scheduler woke up for a slot. */
  schedulerLag(ms: number): void;
  clockStepped(byMs: number): void;
  /** The deviation of the wall clock from the monotonic one since it was last right; 0: it is right again. */
  clockDeviates(ms: number): void;
  /** How many rounds are in flight now. */
  inFlight(rounds: number): void;
  configLoaded(ok: boolean, at: EpochMs): void;
  /** The paths that are measured from now on; metric series of others have to be removed. */
  pathsChanged(paths: readonly PathId[]): void;
  storeWritable(ok: boolean): void;
  /** The state of a watched port from now on. */
  portState(port: PopId, state: PortState): void;
  /** An outage was opened, ended, inferred in part or voided. */
  outageChanged(outage: ObservedOutage): void;
  /** The observer was cut off from its references, or reaches them again. */
  isolated(isolated: boolean, at: EpochMs): void;
  /** This much time passed in which the observer did not watch a port, or any port (null). */
  unobserved(port: PopId | null, ms: number, reason: BlindReason): void;
  /** The watch's loop ran. `silentMs`: for how long its driver has reported nothing about echoes that it was given. */
  watchBeat(silentMs: number): void;
  /** The watch of the ports ended unexpectedly. */
  watchEnded(why: string): void;
  /** The part of an RTT that this machine adds, from now on. */
  calibrated(calibration: NonNullable<Provenance['calibration']>): void;
}

/** Combines listeners into one; a listener leaves out the events that it does not need. */
export function fanOut(listeners: readonly Partial<EngineEvents>[]): EngineEvents {
  const tell =
    <K extends keyof EngineEvents>(kind: K) =>
    (...args: Parameters<EngineEvents[K]>): void => {
      for (const listener of listeners) {
        (listener[kind] as ((...all: Parameters<EngineEvents[K]>) => void) | undefined)?.(...args);
      }
    };
  return {
    roundStarted: tell('roundStarted'),
    roundStored: tell('roundStored'),
    roundDelayed: tell('roundDelayed'),
    roundDropped: tell('roundDropped'),
    slotsMissing: tell('slotsMissing'),
    schedulerLag: tell('schedulerLag'),
    clockStepped: tell('clockStepped'),
    clockDeviates: tell('clockDeviates'),
    inFlight: tell('inFlight'),
    configLoaded: tell('configLoaded'),
    pathsChanged: tell('pathsChanged'),
    storeWritable: tell('storeWritable'),
    portState: tell('portState'),
    outageChanged: tell('outageChanged'),
    isolated: tell('isolated'),
    unobserved: tell('unobserved'),
    watchBeat: tell('watchBeat'),
    watchEnded: tell('watchEnded'),
    calibrated: tell('calibrated'),
  };
}
