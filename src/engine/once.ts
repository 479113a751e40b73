import type { MeasurementConfig, PathConfig, Pop } from '../config/config.js';
import type { Round } from '../core/measurement/round.js';
import { slotAtOrBefore } from '../core/time/slot.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { Progress } from '../../probes/probe.js';
import type { Clock, Random } from './ports.js';
import type { RunRound } from './round-runner.js';

/** Starts of rounds asked for by hand are spread over this, so that not all paths' packets leave at one instant. */
const spreadMs = 1_000;

interface OnceOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly runRound: RunRound;
  readonly path: PathConfig;
  readonly destination: Pop;
  readonly measurement: MeasurementConfig;
  readonly signal: AbortSignal;
  readonly onProgress?: (path: PathId, progress: Progress) => void;
}

/** One round of a path now, of no month; null when it was ended before it began. */
export async function runUnscheduled(options: OnceOptions): Promise<Round | null> {
  const { clock, random, runRound, path, destination, measurement, signal, onProgress } = options;
  await clock.sleep(Math.floor(random() * Math.min(spreadMs, measurement.spreadMs)), signal);
  if (signal.aborted) return null;
  return runRound({
    path,
    destination,
    measurement,
    slot: unscheduledSlot(clock.now(), measurement.everyMs),
    scheduled: false,
    signal,
    ...(onProgress && {
      onProgress: (progress: Progress) => {
        onProgress(path.id, progress);
      },
    }),
  });
}

/** Never a scheduled slot's name, so that it can't take that slot's place. */
const unscheduledSlot = (now: EpochMs, everyMs: number): EpochMs =>
  now === slotAtOrBefore(now, everyMs) ? now + 1 : now;
