import type { Money } from '../money/money.js';
import type { Rational } from '../number/rational.js';
import type { Plan } from '../plan/plan.js';
import type { Line } from '../statement/case.js';
import type { LocalDate } from '../time/date.js';
import type { PathId } from '../types.js';

/** Who buys what from when to when. Days are read in the zone of the plan that judges them. */
export interface Book {
  readonly customers: readonly Customer[];
  readonly resale: readonly ResaleLink[];
  readonly sites: readonly Site[];
  readonly lines: readonly Line[];
  readonly services: readonly Service[];
  /** By id: every plan that a service names. */
  readonly plans: ReadonlyMap<string, Plan>;
}

export const emptyBook: Book = {
  customers: [],
  resale: [],
  sites: [],
  lines: [],
  services: [],
  plans: new Map(),
};

export interface Customer {
  readonly id: string;
  readonly name: string;
  /** BCP 47: the language of what is sent to them. */
  readonly locale: string;
  /** IANA: how times are shown to them. It judges nothing. */
  readonly timeZone: string;
}

/** The seller sees what the buyer has, in [from, to); null: no end is known. */
export interface ResaleLink {
  readonly seller: string;
  readonly buyer: string;
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

export interface Site {
  readonly id: string;
  readonly customer: string;
  readonly name: string;
}

export interface Service {
  readonly id: string;
  readonly customer: string;
  readonly site: string;
  readonly start: LocalDate;
  /** The first day without it; null: no end is known. */
  readonly end: LocalDate | null;
  /** When it was agreed to start; null or left out: nothing was agreed. */
  readonly agreedStart?: LocalDate | null;
  /** What its installation cost; null or left out: not known. */
  readonly installationCharge?: Money | null;
  /** In the order of their days, the first from `start` on. Each holds until the next. */
  readonly terms: readonly Terms[];
}

/** What holds from a day on. */
export interface Terms {
  readonly from: LocalDate;
  /** The id of a plan. */
  readonly plan: string;
  readonly class: string;
  readonly lines: readonly string[];
  readonly paths: readonly PathId[];
  readonly monthlyRent: Money;
  /** A share of 1; null: the plan's. */
  readonly taxRate: Rational | null;
}
