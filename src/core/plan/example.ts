import type { ExclusionKind } from '../exclusion/kinds.js';
import type { Money } from '../money/money.js';
import type { Rational } from '../number/rational.js';
import type { LocalDate } from '../time/date.js';
import type { Words } from './plan.js';

/** A case in short form with what it gives: one service with one path. Times are local, `2026-10-12 03:00`. */
export interface PlanExample extends ExampleFigures {
  readonly name: Words;
  /** `2026-10`. */
  readonly month: string;
  readonly class: string | null;
  readonly rent: Money;
  readonly start: LocalDate | null;
  readonly end: LocalDate | null;
  readonly agreedStart: LocalDate | null;
  readonly installationCharge: Money | null;
  readonly outages: readonly ExampleOutage[];
  readonly exclusions: readonly {
    readonly kind: ExclusionKind;
    readonly at: string;
    readonly lasts: number;
  }[];
  readonly commitmentMs: Rational | null;
  readonly dscp: number | null;
  readonly exceptions: readonly ({ readonly at: string; readonly lasts: number } & ExampleFigures)[];
  readonly history: readonly { readonly month: string; readonly rent: Money; readonly credit: Money }[];
  readonly credit: Money;
}

/** What every round measures; null: not measured. */
export interface ExampleFigures {
  readonly latencyMs: Rational | null;
  /** A share of 1. */
  readonly lossPercent: Rational | null;
  readonly jitterMs: Rational | null;
}

export interface ExampleOutage {
  readonly at: string | null;
  /** Milliseconds. */
  readonly lasts: number;
  /** Milliseconds after its beginning. */
  readonly reportedAfter: number | null;
  /** Counted from 1; null: all lines. */
  readonly line: number | null;
}
