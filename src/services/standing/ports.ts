import type { LedgerStanding } from '../../core/ledger/standing.js';
import type { Rational } from '../../core/number.js';
import type { Grade, Graded, PathStanding, QualityTerms } from '../../core/standing.js';
import type { ServiceStanding } from '../../core/statement/standing.js';
import type { EpochMs, PathId } from '../../core/types.js';

/** The figures that a grade is based on, and the commitments that they are compared with. */
export interface GradedRound extends Graded {
  readonly slot: EpochMs;
  /** Microseconds; null: no commitment. */
  readonly commitmentUs: Rational | null;
  /** In the worst latency band of its plan, or nothing answered. */
  readonly severe: boolean;
}

/** Events of the month to date, for metrics and other listeners. None of the listeners may throw. */
export interface StandingEvents {
  /** A path's latest round was graded; sent at once, after the event of the round itself. */
  roundGraded(path: PathId, grade: Grade, of: GradedRound): void;
  /** The last 24 hours and the month to date of a path. */
  pathStanding(path: PathId, standing: PathStanding): void;
  /** The quality terms of the plans of all paths, from now on. */
  terms(terms: readonly QualityTerms[]): void;
  /** All services that are judged in this month. */
  services(standings: readonly ServiceStanding[]): void;
  ledger(standing: LedgerStanding): void;
  /** Everything was judged again at `at`, which took `tookMs`. */
  judged(at: EpochMs, tookMs: number): void;
}
