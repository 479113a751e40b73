import type { Exclusion } from '../exclusion/exclusion.js';
import type { CountedRound } from '../measurement/figures.js';
import type { Money } from '../money/money.js';
import type { Rational } from '../number/rational.js';
import type { PlanVersion } from '../plan/plan.js';
import type { LocalDate } from '../time/date.js';
import type { DueSpan } from '../time/due.js';
import type { Interval } from '../time/intervals.js';
import type { Month } from '../time/month.js';
import type { EpochMs, PathId } from '../types.js';

/** Everything that a month is judged on, checked. */
export interface MonthCase {
  readonly planId: string;
  readonly plan: PlanVersion;
  readonly month: Month;
  readonly lines: readonly Line[];
  readonly services: readonly ServiceTerms[];
  readonly outages: readonly LineInterval[];
  readonly unobserved: readonly LineInterval[];
  readonly exclusions: readonly Exclusion[];
  readonly commitments: readonly Commitment[];
  /** The code points that the probes of paths carry; a path that is not in it has none. */
  readonly dscp?: ReadonlyMap<PathId, number>;
  readonly rounds: readonly CountedRound[];
  /** When each path's slots are due; one that is not in it is due all the time. */
  readonly due?: ReadonlyMap<PathId, DueSpan>;
  /** Earlier months, for a cap over a rolling year. */
  readonly history: readonly PastCredit[];
  /** Planned maintenance of the calendar year before this month, for a yearly allowance. */
  readonly maintenanceUsed: ReadonlyMap<string, number>;
}

export interface Line {
  readonly id: string;
  readonly pop: string;
}

/** One segment of a service: its identity is (id, start). */
export interface ServiceTerms {
  readonly id: string;
  readonly site: string;
  readonly customer: string | null;
  readonly class: string;
  readonly lines: readonly string[];
  readonly start: LocalDate;
  /** The first day without it; null: no end is known. */
  readonly end: LocalDate | null;
  readonly monthlyRent: Money;
  readonly paths: readonly PathId[];
  /** Its own tax rate, a share of 1; null: the plan's. */
  readonly taxRate: Rational | null;
  /** When the service was agreed to start, where that was agreed. */
  readonly agreedStart?: LocalDate | null;
  /** Charged for its installation, in the currency of the rent; left out: not known. */
  readonly installationCharge?: Money | null;
}

export interface LineInterval extends Interval {
  readonly line: string;
  /** Infinity for an outage that is still open. */
  readonly to: EpochMs;
  /** When the customer reported an outage; left out: never. */
  readonly reportedAt?: EpochMs | null;
}

export interface Commitment {
  readonly path: PathId;
  readonly latencyUs: Rational;
}

/** What one service was billed and credited in an earlier month. */
export interface PastCredit {
  readonly month: string;
  readonly service: string;
  readonly site: string;
  readonly customer: string | null;
  readonly rent: Money;
  readonly credit: bigint;
}
