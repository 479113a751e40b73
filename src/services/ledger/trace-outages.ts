import { tracesOfOutage } from '../../core/trace/trace.js';
import type { EpochMs } from '../../core/types.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { ShownOutage } from './entries.js';

/** A trace takes time, and may end after a short outage has ended, milliseconds. */
const afterMs = 60_000;
/** How far back a trace for comparison is looked for, milliseconds. */
const beforeMs = 31 * 86_400_000;

/**
 * Adds to each measured outage its traces: the one made when it opened, and the latest one for comparison before it.
 */
export async function traceOutages(
  watch: Pick<WatchStore, 'traces'>,
  shown: readonly ShownOutage[],
  now: EpochMs,
): Promise<ShownOutage[]> {
  return Promise.all(
    shown.map(async (one) => {
      const { measured } = one;
      if (!measured) return { ...one, traces: null };
      const { observer, port, start, openedAt } = measured;
      const end = Math.max(measured.end?.at ?? now, openedAt) + afterMs;
      const traces = await watch.traces({ observer, port, from: start.at - beforeMs, to: end });
      const found = tracesOfOutage(traces, { start: start.at, end });
      return { ...one, traces: found.then === null ? null : found };
    }),
  );
}
