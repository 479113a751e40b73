import type { LedgerStanding } from '../../core/ledger/standing.js';
import type { Rational } from '../../core/number.js';
import type { Grade, Graded, PathStanding, QualityTerms } from '../../core/standing.js';
import type { ServiceStanding } from '../../core/statement/standing.js';
import type { EpochMs, PathId } from '../../core/types.js';

/** The figures that a grade is of, and what they are held against. */
export interface GradedRound extends Graded {
  readonly slot: EpochMs;
  /** Microseconds; null: none is promised. */
  readonly commitmentUs: Rational | null;
}

/** Who wants to know how everything stands; metrics listen. None of these may throw. */
export interface StandingEvents {
  /** What a path's latest round is worth; told at once, after the round itself. */
  roundGraded(path: PathId, grade: Grade, of: GradedRound): void;
  /** The last 24 hours and the month to date of a path. */
  pathStanding(path: PathId, standing: PathStanding): void;
  /** What the plans of all paths say of quality, from now on. */
  terms(terms: readonly QualityTerms[]): void;
  /** All services that are judged in this month. */
  services(standings: readonly ServiceStanding[]): void;
  ledger(standing: LedgerStanding): void;
  /** Everything was judged anew at `at`, in `tookMs`. */
  judged(at: EpochMs, tookMs: number): void;
}
