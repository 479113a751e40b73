import type { CapRule } from '../plan.js';
import type { ExclusionKind, ExclusionScope } from '../exclusion.js';
import type { LocalDate } from '../time/calendar.js';
import type { PathId } from '../types.js';

/**
 * The parts of a statement document. Amounts, percentages and instants are strings in printed form; integers are
 * numbers. Instants have the UTC offset of the zone of the plan that judges them.
 */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/**
 * The service's month, judged by one version of one plan (first rule set: a stretch of the month without a change of
 * terms). Optional fields exist under the second rule set only.
 */
export interface Part {
  readonly plan: {
    readonly id: string;
    readonly version: string;
    readonly effectiveFrom: LocalDate;
    /** Digest of the whole plan version. */
    readonly digest: string;
  };
  readonly zone: string;
  readonly class: string;
  /** The lines of all terms. */
  readonly lines: readonly PartLine[];
  /** The terms in force, each with its days in the month. */
  readonly terms?: readonly PartTerm[];
  /** A class or plan change agreed within the month, and the month from which it applies; null: none. */
  readonly next?: PartNext | null;
  readonly start: LocalDate;
  readonly end: LocalDate | null;
  readonly period: Span & { readonly totalMs: number };
  /** The time that counts as unavailable: all lines down, and not excluded. */
  readonly unavailable: readonly Span[];
  readonly unavailableMs: number;
  readonly excusedMs: number;
  readonly removedMs: number;
  readonly unobservedMs: number;
  readonly complete: boolean;
  readonly availabilityPercent: string;
  /** The availability with unexcluded unobserved time counted as down; absent under the first rule set. */
  readonly availabilityLowerBoundPercent?: string;
  /**
   * For a month in progress: the figures over the time so far. The availability above is over the whole month, assuming
   * no further outage.
   */
  readonly toDate?: {
    readonly availabilityPercent: string;
    readonly availabilityLowerBoundPercent: string;
    readonly observedPercent: string;
  };
  readonly commitmentPercent: string;
  /** Whether the commitment was met; null when too much unobserved time leaves it undecided. */
  readonly met: boolean | null;
  readonly monthlyRent: string;
  readonly rent: string;
  /** The amount that the credit's percentages are taken of, and below it whose rent that is. */
  readonly base: string;
  readonly baseOf?: 'service' | 'site';
  readonly causes: readonly PartCause[];
  readonly credit: {
    readonly percent: string;
    readonly uncapped: string;
    readonly afterCaps: string;
    readonly amount: string;
    /** Whether caps or the minimum changed the amount. */
    readonly capped: boolean;
  };
  readonly caps: readonly PartCap[];
  /** The site with all of its services. */
  readonly siteMonth: { readonly rent: string; readonly cap: string | null; readonly credit: string };
  /** `net` and `tax` are null where no tax rate is known. */
  readonly tax: {
    readonly ratePercent: string | null;
    readonly gross: string;
    readonly tax: string | null;
    readonly net: string | null;
  };
  /** Null: the plan requires no claim. */
  readonly claim: ClaimWindow | null;
  /** Absent: the credit reduces the invoice of the same month. */
  readonly paidOn?: object;
  /** The figures with every outage as short and as long as its measured edges allow; null when they do not differ. */
  readonly bounds: Bounds | null;
  /** The contract interpretations that affected this part. Statements of earlier program versions have none. */
  readonly rulings?: readonly PartRuling[];
  /** The derivation of every figure, line by line, in English; absent from the third format on. */
  readonly explain?: readonly string[];
}

/** An interpretation of the contract where it is silent or contradicts itself. */
export interface PartRuling {
  readonly id: string;
  /** The plan field that it explains. */
  readonly field: string;
  /** The clause; null when the contract does not cover the matter. */
  readonly clause: string | null;
  /** The text by language tag. */
  readonly text: Readonly<Record<string, string>>;
}

/** The deadline for the customer's claim. */
export interface ClaimWindow {
  readonly withinDays?: number;
  readonly withinMonths?: number;
  /** The last day for each outage, where the days count from each outage. */
  readonly outages?: readonly { readonly from: string; readonly lastDay: LocalDate }[];
  /** The last day to claim all of the credit: with several outages, the first one's last day. */
  readonly lastDay: LocalDate;
}

/** Terms with their days in the month. */
export interface PartTerm {
  /** Their first day in the month; `to` is the first day after them. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly class: string;
  readonly lines: readonly string[];
  readonly paths: readonly PathId[];
  readonly monthlyRent: string;
  /** Their part of the rent; the parts sum up to the rent. */
  readonly rent: string;
}

export interface PartNext {
  readonly agreedFrom: LocalDate;
  readonly judgesFrom: LocalDate;
  readonly class: string;
  /** Null: the plan does not change. */
  readonly plan: string | null;
}

export interface PartLine {
  readonly id: string;
  readonly pop: string;
  /** Planned maintenance of earlier months of the year that counts towards a yearly allowance. */
  readonly maintenanceUsedMs: number;
}

export interface PartCause {
  readonly cause: string;
  /** The plan field that defines it. */
  readonly field: string;
  readonly percent: string;
  readonly amount: string;
  /** False: it pays nothing, or a different cause was paid instead. */
  readonly counted: boolean;
  readonly reasons: readonly {
    readonly subject: string;
    readonly figure: string;
    readonly unit: string;
    readonly times: number;
    readonly share: string;
  }[];
  /** Paths or days whose figure has too little coverage to be shown; they pay nothing. */
  readonly notShown?: readonly string[];
}

export interface PartCap {
  readonly per: 'service' | 'site' | 'customer';
  readonly over: CapRule['over'];
  readonly group: string;
  readonly field: string;
  readonly of: string;
  readonly share: string;
  readonly cap: string;
  /** Credits of earlier months under the cap. */
  readonly used: string;
  /** Total before the cap. */
  readonly asked: string;
  /** The plan that defines the cap; each plan's cap is taken over the whole group, and the lowest applies. */
  readonly plan?: string;
  readonly lowest?: boolean;
  /** Earlier months without known figures; `of` and `used` do not include them. */
  readonly unknownMonths?: readonly string[];
}

export interface Bounds {
  readonly creditLow: string;
  readonly creditHigh: string;
  readonly availabilityLow: string;
  readonly availabilityHigh: string;
}

/** A path over the whole month under one plan, regardless of the service's own days. */
export interface PathPart {
  readonly path: PathId;
  /** The plan that judges it. */
  readonly plan: string;
  readonly roundsDue: number;
  readonly roundsHeld: number;
  readonly coveragePercent: string | null;
  readonly latencyUs: number | null;
  readonly lossPpm: number | null;
  readonly excessPercent: string | null;
  readonly latencyBand: string | null;
  readonly lossBand: string | null;
  /** The figures without exclusions. */
  readonly raw: {
    readonly roundsHeld: number;
    readonly latencyUs: number | null;
    readonly lossPpm: number | null;
  };
  readonly loss: {
    readonly roundsDue: number;
    readonly roundsHeld: number;
    readonly coveragePercent: string | null;
  };
  /** Microseconds as a decimal string; null: no commitment. */
  readonly commitmentUs: string | null;
  /** In the order of the plan; `upToUs` null: no upper bound, or no commitment. */
  readonly latencyBands: readonly {
    readonly id: string;
    readonly upToPercent: string | null;
    readonly upToUs: number | null;
  }[];
  readonly lossBands: readonly { readonly id: string; readonly upToPercent: string | null }[];
  readonly days: readonly DayFigures[];
  readonly measuredBy: readonly Measured[];
}

/** A day in the plan's zone, without the slots that the plan excludes from the month's figures. */
export interface DayFigures {
  readonly day: LocalDate;
  readonly roundsDue: number;
  readonly roundsHeld: number;
  /** Null: no packet was answered. */
  readonly latencyUs: number | null;
  /** Null: no round counts. */
  readonly lossPpm: number | null;
}

/** How the rounds of a path were measured, and how many of those count. */
export interface Measured {
  readonly driver: string;
  readonly stamps: string;
  readonly rounds: number;
}

/** An outage of a port at the end of one of the service's lines; its times are not clipped to the month. */
export interface OutagePart {
  /** `PORT@OBSERVER/START` when measured, `C…` when added by hand. */
  readonly ref: string;
  readonly port: string;
  /** The service's lines that end at the port. */
  readonly lines: readonly string[];
  /** Null: it was added by hand. */
  readonly observer: string | null;
  /** The times that count; where it does not count, the measured ones. */
  readonly from: string;
  /** Null while it lasts. */
  readonly to: string | null;
  /** The earliest and latest instants of the measured edges; null: there is none. */
  readonly start: Edge | null;
  readonly end: Edge | null;
  readonly origin: 'measured' | 'corrected' | 'added';
  /**
   * `excused`: exclusions cover all of it; `voided`: a correction or its observer voided it; `outvoted`: the quorum saw
   * the port up.
   */
  readonly state: 'counted' | 'partly-excused' | 'excused' | 'voided' | 'outvoted';
  readonly excusedBy: readonly string[];
  readonly corrections: readonly {
    readonly id: string;
    readonly does: 'add' | 'correct' | 'void';
    readonly by: string;
    readonly at: string;
    readonly reason: string;
    readonly from: string | null;
    readonly to: string | null;
  }[];
  /** The unobserved parts of it: the port was down before and after, so downtime is inferred. */
  readonly inferred: readonly (Span & { readonly reason: string })[];
}

export interface Edge {
  readonly at: string;
  readonly earliest: string;
  readonly latest: string;
}

/** An approved exclusion that affects the service, with its scope reduced to what belongs to the service. */
export interface ExclusionPart {
  readonly id: string;
  readonly kind: ExclusionKind;
  readonly scope: ExclusionScope;
  readonly intervals: readonly Span[];
  readonly reason: string;
  readonly noticeAt: string | null;
  readonly proof: string | null;
  readonly attachments: readonly { readonly sha256: string; readonly name: string }[];
  readonly proposedBy: string;
  readonly proposedAt: string;
  readonly approvedBy: string;
  readonly approvedAt: string;
}
