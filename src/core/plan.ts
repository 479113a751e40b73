import type { ExclusionKind } from './exclusion.js';
import type { LengthBasis } from './measurement/round.js';
import type { Money } from './money.js';
import type { Rational } from './number.js';
import type { Share } from './share.js';
import { type LocalDate, type Month, zonedMonth } from './time/calendar.js';

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
  /** Worked examples; they decide nothing. */
  readonly examples: readonly PlanExample[];
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
  readonly jitter: JitterRules;
  /** Targets by class of traffic, in the order of the plan; a path belongs to the first that has its DSCP. */
  readonly trafficClasses: readonly TrafficClass[];
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

interface MeasurementRules {
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

interface AvailabilityRules {
  /** `keep`: excused time stays in the period, as available; `remove-from-period`: it leaves it. */
  readonly excusedTime: 'keep' | 'remove-from-period';
  /** The kinds of exclusion that excuse an outage. */
  readonly excusedBy: readonly ExclusionKind[];
  /** More unobserved time than this share of the period makes a statement incomplete. */
  readonly incompleteAbove: Rational;
  readonly outages: OutageRules;
  /** A window in which the traffic was so bad that it counts as downtime. */
  readonly degradedIsDown: readonly QualityWindow[];
}

/** When an outage begins, and how its duration is counted. */
export interface OutageRules {
  /**
   * The probe's detection, the customer's report (without one there is no outage), or whichever came first (without a
   * report, the detection).
   */
  readonly startsAt: 'detection' | 'report' | 'earlier-of-report-and-detection';
  /** A shorter outage counts for nothing; 0: every outage counts. */
  readonly shortestMinutes: Rational;
  /** Every outage is counted in whole units of so many minutes; null: to the millisecond. */
  readonly unitMinutes: Rational | null;
  /** A unit that has begun counts whole, or only those that are full do. */
  readonly count: 'started' | 'full';
}

export const qualityMetrics = ['latency', 'loss', 'jitter'] as const;
export type QualityMetric = (typeof qualityMetrics)[number];

/** `excess-percent` and `excess` over the commitment (percent of it; ms or percentage points), or the figure itself. */
export const measures = ['excess-percent', 'excess', 'absolute'] as const;
export type Measure = (typeof measures)[number];

/** A window of rounds that fails when the metric is over a bound in it. */
export interface QualityWindow {
  readonly metric: QualityMetric;
  readonly measure: Measure;
  readonly over: Rational;
  readonly windowMinutes: number;
  /** Cut at local midnight and every `windowMinutes` from there, or beginning with every round. */
  readonly windows: 'calendar' | 'sliding';
}

interface JitterRules {
  readonly leavesOut: readonly ExclusionKind[];
  /** Microseconds; null: none is promised. */
  readonly commitmentUs: Rational | null;
}

/** Targets that take the place of the plan's own for paths whose probes carry one of these code points. */
interface TrafficClass {
  readonly id: string;
  readonly name: Words;
  /** DSCP values, 0 to 63. */
  readonly dscp: readonly number[];
  /** Microseconds; used where a path has no latency commitment of its own. Null: none. */
  readonly latencyUs: Rational | null;
  /** A share of 1; null: the plan's. */
  readonly loss: Rational | null;
  /** Microseconds; null: the plan's. */
  readonly jitterUs: Rational | null;
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
  /** The share is given once for each such part, a share of 1, below the bound. */
  readonly perUnit: PerUnit | null;
}

/** A share that is given once for each unit beyond a bound, and no more often than `atMost` units. */
export interface PerUnit {
  /** In the unit of the bound. */
  readonly unit: Rational;
  readonly count: 'started' | 'full';
  /** The most that the step gives; null: no bound. */
  readonly atMost: Share | null;
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
  /** When the customer has to claim; null: no claim is needed. */
  readonly claim: ClaimRule | null;
  /** The invoice of the same month is lowered, or the next one. */
  readonly paidOn: 'same-invoice' | 'next-invoice';
}

/** The last day to claim: so many days, or whole calendar months, after the month, or days after each outage. */
export type ClaimRule =
  { readonly days: number; readonly after: 'month' | 'outage' } | { readonly months: number };

interface CauseBase {
  readonly id: string;
  readonly name: Words;
  /** The classes it holds for; null: all. */
  readonly classes: readonly string[] | null;
  /** Nothing is given unless the month's availability, a share of 1, is below this; null: always. */
  readonly onlyBelow: Rational | null;
  /** The most that the cause gives in a month; null: no bound. */
  readonly atMost: Share | null;
}

/** A step over a figure; the deepest that applies counts. */
export interface FigureStep {
  readonly over: Rational;
  /** True: a figure equal to `over` is in the step. */
  readonly inclusive: boolean;
  readonly credit: Share;
  readonly perUnit: PerUnit | null;
}

/** What decides on the quality of a service's paths. */
interface PathCauseBase extends CauseBase {
  /** Only paths of these classes of traffic; null: every path. */
  readonly trafficClasses: readonly string[] | null;
}

/** The month's latency, loss or jitter of the service's paths. */
export interface QualityCause extends PathCauseBase {
  readonly kind: QualityMetric;
  readonly measure: Measure;
  /** The figure is rounded half-up to so many decimals first; null: exact. */
  readonly decimals: number | null;
  /** Of a service's paths: the worst one counts, or each of them. */
  readonly paths: 'worst' | 'each';
  readonly steps: readonly FigureStep[];
}

/** Downtime by the unit, or by steps of minutes. */
export interface DowntimeCause extends CauseBase {
  readonly kind: 'downtime';
  /** Downtime of the month together, or each outage by itself. */
  readonly over: 'month' | 'outage';
  /** Not counted, of the month or of each outage. */
  readonly allowanceMinutes: Rational;
  readonly by:
    | { readonly unitMinutes: Rational; readonly count: 'started' | 'full'; readonly credit: Share }
    | { readonly steps: readonly FigureStep[] };
}

export interface FailedDaysCause extends PathCauseBase {
  readonly kind: 'failed-days';
  readonly metric: 'availability' | QualityMetric;
  readonly measure: Measure;
  /** Availability: percent of the day below which it failed; else the figure above which it did. */
  readonly threshold: Rational;
  readonly credit: Share;
}

export interface FailedWindowsCause extends PathCauseBase {
  readonly kind: 'failed-windows';
  readonly window: QualityWindow;
  readonly credit: Share;
}

export interface LongOutagesCause extends CauseBase {
  readonly kind: 'long-outages';
  readonly longerThanMinutes: Rational;
  readonly credit: Share;
}

/** The service started later than agreed; judged in the month of its actual start. */
export interface LateDeliveryCause extends CauseBase {
  readonly kind: 'late-delivery';
  /** Every day of the calendar, or Monday to Friday only. */
  readonly days: 'calendar' | 'weekdays';
  readonly allowanceDays: number;
  readonly of: 'credit-base' | 'full-month' | 'installation-charge';
  readonly by:
    | { readonly unitDays: number; readonly count: 'started' | 'full'; readonly credit: Share }
    | { readonly steps: readonly FigureStep[] };
}

export type CauseRule =
  QualityCause | DowntimeCause | FailedDaysCause | FailedWindowsCause | LongOutagesCause | LateDeliveryCause;

export const capTimes = ['month', 'quarter', 'calendar-year', 'rolling-year', 'contract-year'] as const;

export interface CapRule {
  readonly per: 'service' | 'site' | 'customer';
  readonly over: (typeof capTimes)[number];
  /** Of the rents billed in that time, or of one full monthly rent. */
  readonly of: 'billed' | 'full-month';
  readonly share: Share;
}

/** How soon a fault report is answered, and its fault repaired; null: nothing is promised. */
interface FaultReportRules {
  readonly firstResponseMinutes: number | null;
  readonly repairMinutes: number | null;
}

interface TaxRules {
  /** Contained in the rents; null: the plan does not say. */
  readonly rate: Rational | null;
}

/** How many lines a service of the class has, in words: `exactly 1`, `2 or more`, `1 to 3`. */
export function linesAllowed({ minLines, maxLines }: Pick<ServiceClass, 'minLines' | 'maxLines'>): string {
  if (maxLines === null) return `${minLines} or more`;
  return minLines === maxLines ? `exactly ${minLines}` : `${minLines} to ${maxLines}`;
}

/**
 * The version that judges a month: in force on its first day; none then: the first that comes into force in it;
 * null when there is neither.
 */
export function versionFor(plan: Plan, month: string): PlanVersion | null {
  const inForce = plan.versions.filter((version) => version.effectiveFrom <= `${month}-01`).at(-1);
  return inForce ?? plan.versions.find((version) => version.effectiveFrom.startsWith(`${month}-`)) ?? null;
}

/** The month in the version's time zone. */
export function monthOf(version: PlanVersion, month: string): Month {
  return zonedMonth(month, version.timeZone);
}
