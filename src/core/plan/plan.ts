import type { ExclusionKind } from '../exclusion/kinds.js';
import type { LengthBasis } from '../measurement/length.js';
import type { Rational } from '../number/rational.js';
import type { LocalDate } from '../time/date.js';
import type { Share } from './share.js';

/** A text in any languages, by BCP 47 tag: `{ en: …, zh-CN: … }`. At least one. */
export type Words = Readonly<Record<string, string>>;

/** A contract's rules as data, through its versions. */
export interface Plan {
  readonly id: string;
  readonly name: Words;
  /** The document it was written from, for people. */
  readonly source: Words | null;
  /** In the order of their coming into force. */
  readonly versions: readonly PlanVersion[];
}

export interface PlanVersion {
  readonly version: string;
  readonly effectiveFrom: LocalDate;
  readonly timeZone: string;
  readonly measurement: MeasurementRules;
  readonly exclusions: ExclusionRules;
  readonly availability: AvailabilityRules;
  readonly latency: LatencyRules;
  readonly loss: LossRules;
  /** Protection classes by id, in the order of the plan. */
  readonly classes: ReadonlyMap<string, ServiceClass>;
  readonly credit: CreditRules;
  readonly faultReports: FaultReportRules;
  readonly tax: TaxRules;
  /** Field path → the clause of the document that it comes from. */
  readonly clauses: ReadonlyMap<string, string>;
  /** How the document is read where it is silent or contradicts itself, in the order of the plan. */
  readonly rulings: readonly Ruling[];
}

/** One reading of the document, which a field of the plan says as data. */
export interface Ruling {
  readonly id: string;
  /** The field path that it explains. */
  readonly field: string;
  /** The clause that leaves it open; null: the document says nothing of it. */
  readonly clause: string | null;
  readonly text: Words;
  /** Which statements it is told in; null: it goes by the field. */
  readonly when: Circumstance | null;
}

/** What of a service's month makes a ruling worth telling. */
export const circumstances = [
  ...(['always', 'never', 'partial-month', 'partial-month-credit', 'several-lines', 'outage'] as const),
  ...(['excused', 'unobserved', 'planned-maintenance', 'force-majeure', 'paths'] as const),
  ...(['latency-commitment', 'left-out', 'quality-credit', 'credit'] as const),
] as const;
export type Circumstance = (typeof circumstances)[number];

export interface MeasurementRules {
  readonly sizes: readonly number[];
  readonly lengthBasis: LengthBasis;
  readonly packets: number;
  /** A size counts when so many of its packets were sent; a round with a size that doesn't is `partial`. */
  readonly minimumSent: number;
  readonly everyMinutes: number;
  readonly lostAfterMs: number;
}

export interface ExclusionRules {
  readonly plannedMaintenance: {
    /** The notice lies at least so long before the start, and before it in any case; null: none is asked for. */
    readonly noticeHours: number | null;
    /** Beyond it, planned maintenance excuses no outage any more; null: no bound. */
    readonly allowance: { readonly hours: Rational; readonly per: 'month' | 'year' } | null;
  };
  readonly forceMajeure: { readonly noticeWithinDays: number | null; readonly proof: boolean };
}

export interface AvailabilityRules {
  /** `keep`: excused time stays in the period, as available; `remove-from-period`: it leaves it. */
  readonly excusedTime: 'keep' | 'remove-from-period';
  /** The kinds of exclusion that excuse an outage. */
  readonly excusedBy: readonly ExclusionKind[];
  /** More unobserved time than this share of the period makes a statement incomplete. */
  readonly incompleteAbove: Rational;
}

export interface Band {
  readonly id: string;
  readonly name: Words;
  /** The last value that belongs to it, in percent; null: no end. */
  readonly upToPercent: Rational | null;
}

export interface LatencyRules {
  /** The kinds of exclusion whose slots are left out of the month's figure. */
  readonly leavesOut: readonly ExclusionKind[];
  /** Decimals that the excess in percent is rounded to before a band is looked up. */
  readonly excessDecimals: number;
  /** By excess over the commitment. */
  readonly bands: readonly Band[];
}

export interface LossRules {
  readonly leavesOut: readonly ExclusionKind[];
  readonly commitment: Rational;
  /** By the exact loss in percent. */
  readonly bands: readonly Band[];
}

export interface ServiceClass {
  readonly id: string;
  readonly name: Words;
  readonly commitment: Rational;
  readonly minLines: number;
  /** Null: any number. */
  readonly maxLines: number | null;
  /** Credit by availability: the deepest step that applies. From the mildest to the deepest; may be empty. */
  readonly steps: readonly AvailabilityStep[];
}

export interface AvailabilityStep {
  /** Applies when the availability, a share of 1, is below this. */
  readonly below: Rational;
  readonly credit: Share;
}

export interface CreditRules {
  readonly base: 'billed' | 'full-month';
  /** Whose rent: the affected service's, or the rents of all services at its site. */
  readonly of: 'service' | 'site';
  /** A cause on latency or loss pays only for a figure that at least this share of its due rounds was held for. */
  readonly minimumCoverage: Rational;
  readonly combine: 'add' | 'largest';
  /** Beside the availability steps of the classes. */
  readonly causes: readonly CauseRule[];
  readonly caps: readonly CapRule[];
  /** Less than this for one service or site and month is not paid. By currency. */
  readonly minimumPayable: {
    readonly per: 'service' | 'site' | 'customer';
    readonly amounts: ReadonlyMap<string, bigint>;
  } | null;
  /** The customer has to claim within so many days of the month's end; null: no claim needed. */
  readonly claimWithinDays: number | null;
}

interface CauseBase {
  readonly id: string;
  readonly name: Words;
  /** The classes it holds for; null: all. */
  readonly classes: readonly string[] | null;
}

/** A step over a quality figure; the deepest that applies counts. */
export interface QualityStep {
  readonly over: Rational;
  /** True: a figure equal to `over` is in the step. */
  readonly inclusive: boolean;
  readonly credit: Share;
}

export type CauseRule =
  | (CauseBase & {
      readonly kind: 'latency' | 'loss';
      /** `excess-percent` over the commitment, or the figure itself: milliseconds, or percent of loss. */
      readonly measure: 'excess-percent' | 'absolute';
      /** The figure is rounded half-up to so many decimals first; null: exact. */
      readonly decimals: number | null;
      /** Of a service's paths: the worst one counts, or each of them. */
      readonly paths: 'worst' | 'each';
      readonly steps: readonly QualityStep[];
    })
  | (CauseBase & {
      readonly kind: 'downtime';
      readonly unitMinutes: Rational;
      readonly count: 'started' | 'full';
      /** Downtime of the month together, or each outage by itself. */
      readonly over: 'month' | 'outage';
      /** Not counted, of the month or of each outage. */
      readonly allowanceMinutes: Rational;
      readonly credit: Share;
    })
  | (CauseBase & {
      readonly kind: 'failed-days';
      readonly metric: 'availability' | 'latency' | 'loss';
      /** Availability: percent of the day below which it failed; latency: excess in percent, loss: percent, above which. */
      readonly threshold: Rational;
      readonly credit: Share;
    })
  | (CauseBase & {
      readonly kind: 'long-outages';
      readonly longerThanMinutes: Rational;
      readonly credit: Share;
    });

export interface CapRule {
  readonly per: 'service' | 'site' | 'customer';
  readonly over: 'month' | 'rolling-year';
  /** Of the rents billed in that time, or of one full monthly rent. */
  readonly of: 'billed' | 'full-month';
  readonly share: Share;
}

/** How soon a fault report is answered, and its fault repaired; null: nothing is promised. */
export interface FaultReportRules {
  readonly firstResponseMinutes: number | null;
  readonly repairMinutes: number | null;
}

export interface TaxRules {
  /** Contained in the rents; null: the plan does not say. */
  readonly rate: Rational | null;
}
