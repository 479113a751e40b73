import type { Config } from '../config/config.js';
import { type CustomerRegistry, segmentsOf } from '../core/customer/book.js';
import type { Exclusion } from '../core/exclusion.js';
import { figuresFromParts, type SummedPart } from '../core/measurement/figures.js';
import { monthOf, type Plan, versionFor } from '../core/plan.js';
import { leftOutOf } from '../core/quality.js';
import { type BandWindow, bandWindows, judgeWindow, type PathWindow } from '../core/standing.js';
import { formatInstant } from '../core/time/calendar.js';
import { alwaysDue, notDueIn, roundLengthMs, slotAtOrBefore } from '../core/time/slot.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { RoundStore } from '../store/store.js';
import { commitmentsIn, meanSums } from './months/load-case.js';

interface BandsQuery {
  readonly rounds: Pick<RoundStore, 'monthSums' | 'list'>;
  readonly config: Config;
  readonly plan: Plan;
  readonly path: PathId;
  readonly now: EpochMs;
  /** Approved exclusions only. */
  readonly exclusions: readonly Exclusion[];
}

/**
 * The bands of a path under a plan: of its newest round, the last 24 h and the month to date, in that order, each with
 * its figures and coverage. Empty where the plan is not in force yet. The store sums up; no round is loaded.
 */
export async function storedBands(query: BandsQuery): Promise<readonly PathWindow[]> {
  const { rounds, config, plan, path, exclusions } = query;
  const { everyMs } = config.measurement;
  const newest = await newestSlot(query);
  const zone = plan.versions[0]?.timeZone ?? 'UTC';
  const name = formatInstant(newest, zone).slice(0, 7);
  const version = versionFor(plan, name);
  if (version === null) return [];
  const month = monthOf(version, name);
  const windows = bandWindows({ newest, everyMs, month });
  const leftOut = [version.latency.leavesOut, version.loss.leavesOut].flatMap((kinds) =>
    leftOutOf(path, exclusions, kinds),
  );
  const due = config.paths.find(({ id }) => id === path) ?? alwaysDue;
  const notDue = windows.flatMap((window) => notDueIn(window, due));
  const parts: SummedPart[] = [];
  for (const { from, to } of cutAt(windows, [...leftOut, ...notDue])) {
    const [sums] = await rounds.monthSums({ paths: [path], from, to });
    if (sums && sums.roundsHeld > 0) parts.push({ from, to, sums: meanSums(sums) });
  }
  const [commitment] = commitmentsIn(config, [path], month, version);
  return windows.map((window) =>
    judgeWindow({
      path,
      window,
      everyMs,
      due,
      plan: version,
      exclusions,
      commitmentUs: commitment?.latencyUs ?? null,
      figuresOf: figuresFromParts(() => parts),
    }),
  );
}

/** The newest slot that has a row, or that is over for certain. */
async function newestSlot({ rounds, config, path, now }: BandsQuery): Promise<EpochMs> {
  const { everyMs, spreadMs } = config.measurement;
  const graceMs = spreadMs + roundLengthMs(config.measurement);
  const settled = slotAtOrBefore(now - graceMs, everyMs);
  const stored = await rounds.list({ path, from: settled, to: now + 1, limit: 20 });
  const slots = stored.flatMap(({ slot }) => (slot % everyMs === 0 ? [slot] : []));
  return Math.max(settled, ...slots);
}

/** Cuts time so that every window, with or without exclusions, is a union of whole parts. */
function cutAt(windows: readonly BandWindow[], leftOut: readonly { from: EpochMs; to: EpochMs }[]) {
  const first = Math.min(...windows.map(({ from }) => from));
  const last = Math.max(...windows.map(({ to }) => to));
  const edges = [...windows, ...leftOut]
    .flatMap(({ from, to }) => [from, to])
    .filter((at) => first <= at && at <= last)
    .sort((a, b) => a - b);
  const cuts = [...new Set(edges)];
  return cuts.slice(1).map((to, index) => ({ from: cuts[index] ?? first, to }));
}

/** The plans that judge a path at an instant: those of the services that use it then, ordered by id. */
export function plansOfPath(book: CustomerRegistry, path: PathId, at: EpochMs): Plan[] {
  const ids = new Set<string>();
  for (const service of book.services) {
    for (const segment of segmentsOf(service)) {
      const plan = book.plans.get(segment.plan);
      if (!plan || !segment.paths.includes(path)) continue;
      const day = formatInstant(at, plan.versions[0]?.timeZone ?? 'UTC').slice(0, 10);
      if (segment.start <= day && (segment.end === null || day < segment.end)) ids.add(plan.id);
    }
  }
  return [...ids].sort().flatMap((id) => book.plans.get(id) ?? []);
}
