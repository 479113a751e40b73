import type { PlanVersion } from '../plan/plan.js';
import { windowsIn } from '../quality/failed-windows.js';
import { leftOutOf } from '../quality/path-month.js';
import { daysOf } from '../time/days.js';
import { alwaysDue, notDueIn } from '../time/due.js';
import type { Interval } from '../time/intervals.js';
import type { Month } from '../time/month.js';
import type { EpochMs, PathId } from '../types.js';
import type { MonthCase } from './case.js';

/**
 * The month cut wherever its judgement may look at a piece of it: at the edges of what the plan leaves out of the
 * path's figures, where its slots begin and cease to be due, where a service begins or ceases to have the path, if a
 * credit rests on its figure, and at every midnight where a metric is judged, or shown,
 * by the day. Whoever sums rounds up by these parts has summed them up once for everything that is asked.
 */
export function partsAsked(
  monthCase: Pick<MonthCase, 'month' | 'plan' | 'exclusions' | 'due' | 'services' | 'ruleSet'>,
  { byDay = judgedByDay(monthCase.plan) }: { readonly byDay?: boolean } = {},
): (path: PathId) => Interval[] {
  const { month, plan, exclusions, due } = monthCase;
  const termEdges = edgesOfTerms(monthCase);
  const midnights = byDay ? daysOf(month).map(({ from }) => from) : [];
  const windows = windowEdges(plan, month);
  return (path) => {
    const leftOut = [plan.latency, plan.loss, plan.jitter].flatMap(({ leavesOut: kinds }) =>
      leftOutOf(path, exclusions, kinds),
    );
    const notDue = notDueIn(month, due?.get(path) ?? alwaysDue);
    const cutsAt = [...midnights, ...termEdges(path), ...windows];
    const edges = [...[...leftOut, ...notDue].flatMap(({ from, to }) => [from, to]), ...cutsAt]
      .filter((at) => month.from < at && at < month.to)
      .sort((a, b) => a - b);
    const cuts = [...new Set([month.from, ...edges, month.to])];
    return cuts.slice(1).map((to, index) => ({ from: cuts[index] ?? month.from, to }));
  };
}

function judgedByDay(plan: PlanVersion): boolean {
  return plan.credit.causes.some((rule) => rule.kind === 'failed-days' && rule.metric !== 'availability');
}

/** Where the windows that the plan looks at begin and end. */
function windowEdges(plan: PlanVersion, month: Month): EpochMs[] {
  const rules = [
    ...plan.availability.degradedIsDown,
    ...plan.credit.causes.flatMap((cause) => (cause.kind === 'failed-windows' ? [cause.window] : [])),
  ];
  const edges = rules.flatMap((rule) =>
    windowsIn(rule, { plan, month, period: { spans: [month] } }).flatMap(({ from, to }) => [from, to]),
  );
  return [...new Set(edges)];
}

/** When services begin and cease to have a path whose figure a credit of theirs rests on. */
function edgesOfTerms({
  plan,
  services,
  ruleSet,
}: Pick<MonthCase, 'plan' | 'services' | 'ruleSet'>): (path: PathId) => readonly number[] {
  if (ruleSet === 1 || !paysForQuality(plan)) return () => [];
  const edges = new Map<PathId, Set<number>>();
  for (const { inForce } of services) {
    for (const { paths, period } of inForce) {
      for (const path of paths) {
        const known = edges.get(path) ?? new Set();
        edges.set(path, known.add(period.from).add(period.to));
      }
    }
  }
  return (path) => [...(edges.get(path) ?? [])];
}

/** Whether a credit rests on a figure of a path. */
export const paysForQuality = ({
  credit,
  availability,
}: Pick<PlanVersion, 'credit' | 'availability'>): boolean =>
  availability.degradedIsDown.length > 0 ||
  credit.causes.some(
    (rule) =>
      rule.kind === 'latency' ||
      rule.kind === 'loss' ||
      rule.kind === 'jitter' ||
      rule.kind === 'failed-windows' ||
      (rule.kind === 'failed-days' && rule.metric !== 'availability'),
  );
