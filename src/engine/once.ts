import type { MeasurementConfig, PathConfig, Pop } from '../config/config.js';
import type { Round } from '../core/measurement/round.js';
import { slotAtOrBefore } from '../core/time/slot.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { Progress } from '../../probes/probe.js';
import type { Clock, Random } from './ports.js';
import type { RunRound } from './round-runner.js';

/** Rounds started by hand begin spread over this time, milliseconds, so that not all paths send at the same instant. */
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

/** Runs one round of a path now, outside of any month; resolves to null when it was ended before it began. */
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

/** An instant that is never the name of a scheduled slot, so that the round can't take a slot's place. */
const unscheduledSlot = (now: EpochMs, everyMs: number): EpochMs =>
  now === slotAtOrBefore(now, everyMs) ? now + 1 : now;
