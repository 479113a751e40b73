import type { CapRule } from '../plan.js';
import type { ExclusionKind, ExclusionScope } from '../exclusion.js';
import type { LocalDate } from '../time/calendar.js';
import type { PathId } from '../types.js';

/**
 * The pieces of a statement's document. Amounts, percentages and instants are texts, as they are printed; whole
 * numbers are numbers. Instants have the offset of the zone of the plan that judges them.
 */
export interface Span {
  readonly from: string;
  readonly to: string;
}

/**
 * The service's month, judged by one version of one plan (by the first rule set: a stretch of it in which nothing of its
 * terms changed). Fields that may be left out are those of the second rule set.
 */
export interface Part {
  readonly plan: {
    readonly id: string;
    readonly version: string;
    readonly effectiveFrom: LocalDate;
    /** Over everything that the version says. */
    readonly digest: string;
  };
  readonly zone: string;
  readonly class: string;
  /** Of all its terms. */
  readonly lines: readonly PartLine[];
  /** What it was from when to when in the month. */
  readonly terms?: readonly PartTerm[];
  /** Another class or plan that was agreed within the month, and the month from which it judges; null: none. */
  readonly next?: PartNext | null;
  readonly start: LocalDate;
  readonly end: LocalDate | null;
  readonly period: Span & { readonly totalMs: number };
  /** What counts as unavailable: all lines down, excuses taken away. */
  readonly unavailable: readonly Span[];
  readonly unavailableMs: number;
  readonly excusedMs: number;
  readonly removedMs: number;
  readonly unobservedMs: number;
  readonly complete: boolean;
  readonly availabilityPercent: string;
  /** With unobserved time that nothing excuses counted as down; left out by the first rule set. */
  readonly availabilityLowerBoundPercent?: string;
  /** Of a month that is not over: of the time so far. The availability above is of the whole month, if nothing more happens. */
  readonly toDate?: {
    readonly availabilityPercent: string;
    readonly availabilityLowerBoundPercent: string;
    readonly observedPercent: string;
  };
  readonly commitmentPercent: string;
  /** Null: not shown, since nobody watched for too long. */
  readonly met: boolean | null;
  readonly monthlyRent: string;
  readonly rent: string;
  /** What the credit's percentages are taken of, and whose rent that is. */
  readonly base: string;
  readonly baseOf?: 'service' | 'site';
  readonly causes: readonly PartCause[];
  readonly credit: {
    readonly percent: string;
    readonly uncapped: string;
    readonly afterCaps: string;
    readonly amount: string;
    /** The amount is not what it would be without caps and minimum. */
    readonly capped: boolean;
  };
  readonly caps: readonly PartCap[];
  /** The site with all of its services. */
  readonly siteMonth: { readonly rent: string; readonly cap: string | null; readonly credit: string };
  /** `net` and `tax` are null where no rate is known. */
  readonly tax: {
    readonly ratePercent: string | null;
    readonly gross: string;
    readonly tax: string | null;
    readonly net: string | null;
  };
  /** Null: the plan asks for no claim. */
  readonly claim: ClaimWindow | null;
  /** Left out: the credit lowers the invoice of its own month. */
  readonly paidOn?: object;
  /** The figures with every outage as short, and as long, as its edges allow; null: they are the same. */
  readonly bounds: Bounds | null;
  /** How the contract was read in what touched this part. Statements of earlier versions of this program have none. */
  readonly rulings?: readonly PartRuling[];
  /** How every figure came about, for people, line by line. */
  readonly explain: readonly string[];
}

/** A reading of the contract where it is silent or contradicts itself. */
export interface PartRuling {
  readonly id: string;
  /** The field of the plan that it explains. */
  readonly field: string;
  /** Null: the contract says nothing of it. */
  readonly clause: string | null;
  /** By language. */
  readonly text: Readonly<Record<string, string>>;
}

/** By when the customer has to claim. */
export interface ClaimWindow {
  readonly withinDays?: number;
  readonly withinMonths?: number;
  /** Where days count from each outage: its last day each. */
  readonly outages?: readonly { readonly from: string; readonly lastDay: LocalDate }[];
  /** By then all of it has to be claimed: of several outages, the first one's last day. */
  readonly lastDay: LocalDate;
}

/** A term as far as it lies in the month. */
export interface PartTerm {
  /** Its first day in the month, and the first day after it. */
  readonly from: LocalDate;
  readonly to: LocalDate;
  readonly class: string;
  readonly lines: readonly string[];
  readonly paths: readonly PathId[];
  readonly monthlyRent: string;
  /** Its part of the rent; the parts sum up to it. */
  readonly rent: string;
}

export interface PartNext {
  readonly agreedFrom: LocalDate;
  readonly judgesFrom: LocalDate;
  readonly class: string;
  /** Null: the same plan. */
  readonly plan: string | null;
}

export interface PartLine {
  readonly id: string;
  readonly pop: string;
  /** Planned maintenance of earlier months of the year, which a yearly allowance has to bear. */
  readonly maintenanceUsedMs: number;
}

export interface PartCause {
  readonly cause: string;
  /** The field of the plan behind it. */
  readonly field: string;
  readonly percent: string;
  readonly amount: string;
  /** False: it pays nothing, or another cause was paid in its place. */
  readonly counted: boolean;
  readonly reasons: readonly {
    readonly subject: string;
    readonly figure: string;
    readonly unit: string;
    readonly times: number;
    readonly share: string;
  }[];
  /** Paths or days whose figure has too little coverage: they pay nothing, and show nothing. */
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
  /** Credits of earlier months. */
  readonly used: string;
  /** Asked for together, before the cap. */
  readonly asked: string;
  /** The plan that has it; every plan's cap is taken over the whole group, and the lowest binds. */
  readonly plan?: string;
  readonly lowest?: boolean;
  /** Earlier months of which nothing is known; they are not in `of` and `used`. */
  readonly unknownMonths?: readonly string[];
}

export interface Bounds {
  readonly creditLow: string;
  readonly creditHigh: string;
  readonly availabilityLow: string;
  readonly availabilityHigh: string;
}

/** A path's whole month by one plan, whatever the service's own part of it is. */
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
  /** Nothing left out. */
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
  /** Microseconds as a decimal; null: nothing is promised. */
  readonly commitmentUs: string | null;
  /** In the order of the plan, `upToUs` null: no end, or no commitment. */
  readonly latencyBands: readonly {
    readonly id: string;
    readonly upToPercent: string | null;
    readonly upToUs: number | null;
  }[];
  readonly lossBands: readonly { readonly id: string; readonly upToPercent: string | null }[];
  readonly days: readonly DayFigures[];
  readonly measuredBy: readonly Measured[];
}

/** A day in the plan's zone, less what the plan leaves out of the month's figures. */
export interface DayFigures {
  readonly day: LocalDate;
  readonly roundsDue: number;
  readonly roundsHeld: number;
  /** Null: nothing came back. */
  readonly latencyUs: number | null;
  /** Null: no round is held. */
  readonly lossPpm: number | null;
}

/** How rounds of a path were taken, and how many of those held. */
export interface Measured {
  readonly driver: string;
  readonly stamps: string;
  readonly rounds: number;
}

/** An outage of a port that lines of the service end on, as far as the month knows of it; its times are not clipped. */
export interface OutagePart {
  /** `PORT@OBSERVER/START` as it was measured, `C…` as it was added. */
  readonly ref: string;
  readonly port: string;
  /** The service's lines that end there. */
  readonly lines: readonly string[];
  /** Null: it was added by hand. */
  readonly observer: string | null;
  /** What counts, or what was measured where nothing does. */
  readonly from: string;
  /** Null while it lasts. */
  readonly to: string | null;
  /** Between which instants the measured edges lie; null: there is none. */
  readonly start: Edge | null;
  readonly end: Edge | null;
  readonly origin: 'measured' | 'corrected' | 'added';
  /** `excused`: exclusions cover all of it; `voided`: it was taken back; `outvoted`: other observers saw the port up. */
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
  /** What of it nobody saw: it was down before and still was after. */
  readonly inferred: readonly (Span & { readonly reason: string })[];
}

export interface Edge {
  readonly at: string;
  readonly earliest: string;
  readonly latest: string;
}

/** An approved exclusion that touches the service; its scope without what is not the service's. */
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
