import { faultStates, type FaultState } from '../../core/fault/actions.js';
import { foldReport } from '../../core/fault/report.js';
import { targetClocks } from '../../core/fault/targets.js';
import type { EpochMs } from '../../core/types.js';
import type { FaultStore } from '../../store/fault-store.js';

/** How the fault reports stand. */
export interface ReportsStanding {
  readonly byState: ReadonlyMap<FaultState, number>;
  /** Those that somebody still has to do something about, and that are past what was promised. */
  readonly overdue: number;
}

/** So many open reports are looked at. */
const limit = 1_000;
const open: readonly FaultState[] = ['filed', 'acknowledged', 'investigating', 'reopened'];

export async function reportsStanding(
  faults: Pick<FaultStore, 'count' | 'heads' | 'events'>,
  now: EpochMs,
): Promise<ReportsStanding> {
  const byState = new Map<FaultState, number>();
  for (const state of faultStates) byState.set(state, await faults.count({ states: [state] }));
  let overdue = 0;
  for (const { number } of await faults.heads({ states: open, limit })) {
    const report = foldReport(await faults.events(number));
    if (!report) continue;
    const { firstResponse, repair } = targetClocks(report, now);
    if ([firstResponse, repair].some((clock) => clock?.running === true && clock.met === false)) overdue += 1;
  }
  return { byState, overdue };
}
