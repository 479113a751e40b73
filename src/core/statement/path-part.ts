import { formatShort } from '../number/decimal.js';
import { add, multiply, ratio, roundHalfUp, type Rational } from '../number/rational.js';
import type { Band } from '../plan/plan.js';
import type { PathMonth } from '../quality/path-month.js';
import type { DueDay } from './day-figures.js';
import { dayFigures } from './day-figures.js';
import type { PathPart } from './document-parts.js';
import type { PlanMonth } from './facts.js';
import { coverage, pathResult } from './result.js';

/** A path of a plan's month, as statements say it. */
export function pathPart(path: PathMonth, planMonth: PlanMonth, days: readonly DueDay[]): PathPart {
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

/** Commitment and excess together, for a line in a chart; what decides is the rounded excess. */
function edgeUs({ upToPercent }: Band, commitmentUs: Rational | null): number | null {
  if (upToPercent === null || commitmentUs === null) return null;
  const factor = add(ratio(1n), multiply(upToPercent, ratio(1n, 100n)));
  return Number(roundHalfUp(multiply(commitmentUs, factor)));
}
