import type { MissingRound, Provenance, Round } from '../core/measurement/round.js';
import type { EpochMs, PathId, PopId } from '../core/types.js';
import type { BlindReason, ObservedOutage, PortState } from '../core/watch/outage.js';

/** The clocks and the sleep of the shell; a virtual one runs a month in seconds. */
export interface Clock {
  /** The wall clock. */
  now(): EpochMs;
  /** Milliseconds on a clock that no one sets; it need not run while the machine sleeps. */
  monotonicMs(): number;
  /** Milliseconds since boot, those asleep included. */
  sinceBootMs(): number;
  /** Resolves after `ms`, or at once when `signal` is or becomes aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Rings once, when the wall clock has reached `instant`; late when the process or the machine slept. */
export interface Alarm {
  at(instant: EpochMs, ring: () => void): { cancel(): void };
}

/** What the engine writes to: pino's methods. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** Name → address. Rejects when the name does not resolve; gives up when `signal` is aborted. */
export interface Resolve {
  (host: string, signal: AbortSignal): Promise<string>;
  /**
   * Since when the address of this name is one from before, because the resolver does not answer now; null: it is not.
   * Absent: such addresses are not given.
   */
  readonly staleSince?: (host: string) => EpochMs | null;
}

/** A number in [0, 1). */
export type Random = () => number;

/** What the engine tells of itself; metrics listen. None of these may throw. */
export interface EngineEvents {
  roundStarted(path: PathId, slot: EpochMs): void;
  /** A round was measured (with any status) and its store confirmed it. */
  roundStored(round: Round): void;
  /** The store refused a round; it is kept in memory and tried again. `queued` rounds wait now. */
  roundDelayed(round: Round, queued: number): void;
  /** A round was given up: the queue was full. It becomes a missing slot. */
  roundDropped(round: Round): void;
  slotsMissing(missing: readonly MissingRound[]): void;
  /** How late the scheduler woke up for a slot. */
  schedulerLag(ms: number): void;
  clockStepped(byMs: number): void;
  /** How far the wall clock is from where the monotonic clock has it since it was last right; 0: it is right again. */
  clockDeviates(ms: number): void;
  /** How many rounds are in flight now. */
  inFlight(rounds: number): void;
  configLoaded(ok: boolean, at: EpochMs): void;
  /** The paths that are measured from now on; series of others are to vanish. */
  pathsChanged(paths: readonly PathId[]): void;
  storeWritable(ok: boolean): void;
  /** What a watched port is from now on. */
  portState(port: PopId, state: PortState): void;
  /** An outage was opened, has ended, was inferred in part or was voided. */
  outageChanged(outage: ObservedOutage): void;
  /** The observer is cut off from its references, or reaches them again. */
  isolated(isolated: boolean, at: EpochMs): void;
  /** So much time passed in which nobody watched a port, or any of them (null). */
  unobserved(port: PopId | null, ms: number, reason: BlindReason): void;
  /** The watch got to run. `silentMs`: for how long its driver has said nothing of echoes that it was given. */
  watchBeat(silentMs: number): void;
  /** The watch of the ports is no more, though nobody stopped it. */
  watchEnded(why: string): void;
  /** What of an RTT is this machine itself, from now on. */
  calibrated(calibration: NonNullable<Provenance['calibration']>): void;
}

/** Tells every listener; a listener that is not interested in a kind leaves it out. */
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
