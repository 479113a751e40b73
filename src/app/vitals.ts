import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock } from '../engine/ports.js';
import type { StandingListener } from '../metrics/metrics.js';
import type { UpkeepStore } from '../store/store.js';
import { askClock, clockSources, type ClockSource } from './clock/sources.js';

const everyMs = 60_000;

export interface VitalsOptions {
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
