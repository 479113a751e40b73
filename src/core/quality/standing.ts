import type { Rational } from '../number/rational.js';
import type { Band, PlanVersion } from '../plan/plan.js';
import { excessPercent, latencyBand, lossBand } from './band.js';

/** A band by its place in the plan: 0 is the best. */
export interface GradedBand {
  readonly id: string;
  readonly level: number;
}

/** What figures of a path are worth. */
export interface Grade {
  /** In percent, exact; null without a commitment or a latency. */
  readonly excess: Rational | null;
  readonly latencyBand: GradedBand | null;
  readonly lossBand: GradedBand | null;
}

/** A path over a window that ends now: the last 24 hours, or the month to date. */
export interface WindowStanding extends Grade {
  /** Microseconds, exact; null when no packet came back. */
  readonly latencyUs: Rational | null;
  /** A share of 1, exact; null when no round is held. */
  readonly loss: Rational | null;
  /** Slots due until now, those left out not among them. */
  readonly due: number;
  readonly held: number;
}

/** How a path stands. */
export interface PathStanding {
  /** The id of the plan that it is judged by. */
  readonly plan: string;
  /** Microseconds; null: none is promised. */
  readonly commitmentUs: Rational | null;
  readonly day: WindowStanding;
  readonly month: WindowStanding;
}

/** What a plan says of quality, for whoever draws it. */
export interface QualityTerms {
  readonly plan: string;
  readonly latency: PlanVersion['latency'];
  readonly loss: PlanVersion['loss'];
}

export interface Graded {
  readonly latencyUs: Rational | null;
  readonly loss: Rational | null;
}

/** The bands of figures by a plan: of a round as of a month (rules, section 5). */
export function grade(
  { latencyUs, loss }: Graded,
  commitmentUs: Rational | null,
  plan: Pick<PlanVersion, 'latency' | 'loss'>,
): Grade {
  const excess = commitmentUs && latencyUs ? excessPercent(latencyUs, commitmentUs) : null;
  return {
    excess,
    latencyBand: graded(excess && latencyBand(excess, plan.latency), plan.latency.bands),
    lossBand: graded(loss && lossBand(loss, plan.loss), plan.loss.bands),
  };
}

const graded = (band: Band | null, bands: readonly Band[]): GradedBand | null =>
  band && { id: band.id, level: bands.indexOf(band) };
