import { add, formatShort, multiply, ratio, type Rational, roundHalfUp } from '../number.js';
import type { Band } from '../plan.js';
import { dueSlots, type PathMonth } from '../quality.js';
import { daysOf } from '../time/calendar.js';
import { dayFigures, type DueDay, type MonthFacts, type PlanMonth } from './facts.js';
import type { PathPart } from './document-parts.js';
import { coverage, pathResult } from './result.js';
import { pathRounds, type PathRounds } from './digest.js';

/** A path as it appears in every statement that names it. */
export interface PathOnce {
  readonly part: PathPart;
  readonly rounds: PathRounds;
}

/** Calculates each path of each plan's month when the first statement needs it, and remembers the result. */
export function pathsOnce(facts: MonthFacts): (planMonth: PlanMonth, path: string) => PathOnce | null {
  const known = new Map<PlanMonth, ReturnType<typeof planPaths>>();
  return (planMonth, path) => {
    const paths = known.get(planMonth) ?? planPaths(planMonth, facts);
    known.set(planMonth, paths);
    return paths(path);
  };
}

function planPaths(planMonth: PlanMonth, facts: MonthFacts): (path: string) => PathOnce | null {
  const { case: monthCase, paths } = planMonth.judgement;
  const byId = new Map<string, (typeof paths)[number]>(paths.map((path) => [path.path, path]));
  const days = dueDays(planMonth, facts.asOf);
  const made = new Map<string, PathOnce>();
  return (id) => {
    const path = byId.get(id);
    if (!path) return null;
    const own = made.get(id) ?? {
      part: pathPart(path, planMonth, days),
      rounds: pathRounds(path.path, daysOf(monthCase.month), planMonth.partsOf(path.path), facts.digest),
    };
    made.set(id, own);
    return own;
  };
}

/** The days that have begun, with the number of slots due in them until now. */
function dueDays({ judgement }: PlanMonth, asOf: number): DueDay[] {
  const { month, plan } = judgement.case;
  const slots = dueSlots(month, plan).filter((slot) => slot < asOf);
  return daysOf(month)
    .filter(({ from }) => from < asOf)
    .map((day) => ({ ...day, slots: slots.filter((slot) => day.from <= slot && slot < day.to) }));
}

/** A path of a plan's month in the form of a statement. */
function pathPart(path: PathMonth, planMonth: PlanMonth, days: readonly DueDay[]): PathPart {
  const { planId, plan } = planMonth.judgement.case;
  const { path: id, ...result } = pathResult(path, plan.latency.excessDecimals);
  const percent = (value: Rational | null): string | null => value && formatShort(value, 15);
  return {
    path: id,
    plan: planId,
    ...result,
    loss: {
      roundsDue: path.loss.due,
      roundsHeld: path.loss.held,
      coveragePercent: coverage(path.loss),
    },
    commitmentUs: percent(path.commitmentUs),
    latencyBands: plan.latency.bands.map((band) => ({
      id: band.id,
      upToPercent: percent(band.upToPercent),
      upToUs: edgeUs(band, path.commitmentUs),
    })),
    lossBands: plan.loss.bands.map(({ id: band, upToPercent }) => ({
      id: band,
      upToPercent: percent(upToPercent),
    })),
    days: dayFigures(path, days, planMonth.partsOf(id)),
    measuredBy: planMonth.measuredBy(id),
  };
}

/** Commitment plus excess, microseconds, for a line in a chart; judgements use the rounded excess instead. */
function edgeUs({ upToPercent }: Band, commitmentUs: Rational | null): number | null {
  if (upToPercent === null || commitmentUs === null) return null;
  const factor = add(ratio(1n), multiply(upToPercent, ratio(1n, 100n)));
  return Number(roundHalfUp(multiply(commitmentUs, factor)));
}
