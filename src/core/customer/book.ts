import type { PartyDetails } from '../billing/batch.js';
import { memoizeByIdentity } from '../memoize.js';
import type { Money } from '../money.js';
import type { Rational } from '../number.js';
import { monthOf, type Plan, type PlanVersion, versionFor } from '../plan.js';
import {
  type Line,
  serviceInMonth,
  type ServiceInMonth,
  type ServiceTerms,
  termsInMonth,
} from '../statement/case.js';
import type { RuleSet } from '../statement/rule-set.js';
import { addDays, daysIn, type LocalDate, type Month, monthAfter } from '../time/calendar.js';
import type { EpochMs, PathId } from '../types.js';

/** Who buys what from when to when. Days are read in the zone of the plan that judges them. */
export interface CustomerRegistry {
  readonly customers: readonly Customer[];
  readonly resale: readonly ResaleLink[];
  readonly sites: readonly Site[];
  readonly lines: readonly Line[];
  readonly services: readonly Service[];
  /** By id: every plan that a service names. */
  readonly plans: ReadonlyMap<string, Plan>;
}

export const emptyCustomerRegistry: CustomerRegistry = {
  customers: [],
  resale: [],
  sites: [],
  lines: [],
  services: [],
  plans: new Map(),
};

/** The zone that times are shown in to whoever has no zone of its own: that of the first plan, as it is now. */
export function contractZone({ plans }: Pick<CustomerRegistry, 'plans'>): string {
  const [plan] = plans.values();
  return plan?.versions.at(-1)?.timeZone ?? 'UTC';
}

/** What a credit note says of a customer, and who is billed in its place. */
interface CustomerBilling extends PartyDetails {
  /** The id of the customer that is billed; null: its distributor, or itself. */
  readonly billTo: string | null;
}

export interface Customer {
  readonly id: string;
  readonly name: string;
  /** BCP 47: the language of what is sent to them; null: that of the configuration. */
  readonly locale: string | null;
  /** IANA: how times are shown to them. It judges nothing. */
  readonly timeZone: string;
  /** Left out: nothing is known. */
  readonly billing?: CustomerBilling;
}

/** The seller sees what the buyer has, in [from, to); null: no end is known. */
interface ResaleLink {
  readonly seller: string;
  readonly buyer: string;
  readonly from: LocalDate;
  readonly to: LocalDate | null;
}

interface Site {
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

function holds(link: ResaleLink, day: LocalDate): boolean {
  return link.from <= day && (link.to === null || day < link.to);
}

/** Who stands above a customer on that day, nearest first: its reseller, then that one's distributor. */
export function sellersOf(
  book: Pick<CustomerRegistry, 'resale'>,
  customer: string,
  day: LocalDate,
): string[] {
  const chain: string[] = [];
  for (let buyer = customer; ;) {
    const link = book.resale.find((each) => each.buyer === buyer && holds(each, day));
    // A loop can't pass the checks; here it only must not hang.
    if (!link || link.seller === customer || chain.includes(link.seller)) return chain;
    chain.push(link.seller);
    buyer = link.seller;
  }
}

/** A stretch of a service in which nothing of its terms changes. */
export interface Segment extends ServiceTerms {
  readonly plan: string;
}

/**
 * Who is billed for what a customer uses: whoever its entry names; else the last of its sellers, which buys from the
 * operator itself; else the customer.
 */
export function billedFor(
  book: Pick<CustomerRegistry, 'customers'>,
  customer: string,
  sellers: readonly string[],
): string {
  const named = (id: string): string | null =>
    book.customers.find((each) => each.id === id)?.billing?.billTo ?? null;
  const buyer = sellers.at(-1) ?? customer;
  return named(customer) ?? named(buyer) ?? buyer;
}

/**
 * The stretches of a service, one for each of its terms, each up to the day on which the next begins. A service never
 * changes: another one takes its place.
 */
export const segmentsOf: (service: Service) => readonly Segment[] = memoizeByIdentity(
  (service: Service): Segment[] => {
    const { id, site, customer, terms, agreedStart = null, installationCharge = null } = service;
    return terms.map(({ from, plan, class: serviceClass, lines, paths, monthlyRent, taxRate }, index) => ({
      id,
      site,
      customer,
      plan,
      class: serviceClass,
      lines,
      paths,
      monthlyRent,
      taxRate,
      ...(agreedStart !== null && { agreedStart, installationCharge }),
      start: from,
      end: terms[index + 1]?.from ?? service.end,
    }));
  },
);

/** What a plan judges in a month. */
export interface PlannedMonth {
  readonly plan: Plan;
  readonly version: PlanVersion;
  readonly month: Month;
  readonly services: readonly ServiceInMonth[];
}

/** A service with a day in the month that nothing can judge, and why. */
export interface UnplannedService {
  readonly service: string;
  readonly customer: string | null;
  readonly site: string;
  readonly reason: string;
}

interface BookMonth {
  /** In the order of the book's plans; none without a service. */
  readonly plans: readonly PlannedMonth[];
  readonly unplanned: readonly UnplannedService[];
}

/**
 * What of the book is judged in a month, and by which plan: a service once, by the plan of its first day in it (by the
 * first rule set: each of its terms by the plan of that term).
 */
export function bookMonth(book: CustomerRegistry, name: string, ruleSet: RuleSet): BookMonth {
  return ruleSet === 1 ? termByTerm(book, name) : serviceByService(book, name);
}

function serviceByService(book: CustomerRegistry, name: string): BookMonth {
  const services = new Map<string, ServiceInMonth[]>();
  const unplanned: UnplannedService[] = [];
  for (const segments of byId(book).values()) {
    const first = firstIn(segments, name);
    if (!first) continue;
    const { id: service, customer, site } = first;
    const judged = monthOfTerm(book, first, name);
    if ('reason' in judged) {
      unplanned.push({ service, customer, site, reason: judged.reason });
      continue;
    }
    // An id that ended may have been somebody else's before.
    const own = segments.filter((each) => each.customer === customer);
    const found = serviceInMonth(own, judged.month, {
      joinsAt: joinsAt(book, own, judged.month),
      planOf: (term) => (term as Segment).plan,
    });
    if (found) services.set(first.plan, [...(services.get(first.plan) ?? []), found]);
  }
  return { plans: plansWith(book, name, services), unplanned };
}

function termByTerm(book: CustomerRegistry, name: string): BookMonth {
  const services = new Map<string, ServiceInMonth[]>();
  const all = book.services.flatMap(segmentsOf);
  for (const plan of book.plans.values()) {
    const version = versionFor(plan, name);
    if (version === null) continue;
    const own = all.filter((segment) => segment.plan === plan.id);
    services.set(plan.id, termsInMonth(own, monthOf(version, name)));
  }
  return { plans: plansWith(book, name, services), unplanned: [] };
}

function plansWith(
  book: CustomerRegistry,
  name: string,
  services: ReadonlyMap<string, readonly ServiceInMonth[]>,
): PlannedMonth[] {
  return [...book.plans.values()].flatMap((plan) => {
    const own = services.get(plan.id) ?? [];
    const version = versionFor(plan, name);
    return version === null || own.length === 0
      ? []
      : [{ plan, version, month: monthOf(version, name), services: own }];
  });
}

const byId = memoizeByIdentity(({ services }: CustomerRegistry): ReadonlyMap<string, readonly Segment[]> => {
  const segments = new Map<string, Segment[]>();
  for (const segment of services.flatMap(segmentsOf)) {
    const known = segments.get(segment.id);
    if (known) known.push(segment);
    else segments.set(segment.id, [segment]);
  }
  return segments;
});

/**
 * A service as it is on those days of [from, to) that `sees` is true of: one for each run of them, with the terms of
 * its days. Whoever may see some days of a month sees figures of those alone.
 */
export function serviceOnDays(
  service: Service,
  { from, to }: { readonly from: LocalDate; readonly to: LocalDate },
  sees: (day: LocalDate) => boolean,
): Service[] {
  const first = service.start > from ? service.start : from;
  const end = service.end !== null && service.end < to ? service.end : to;
  const runs: { start: LocalDate; end: LocalDate }[] = [];
  for (const day of daysIn(first, end)) {
    if (!sees(day)) continue;
    const last = runs.at(-1);
    if (last?.end === day) last.end = addDays(day, 1);
    else runs.push({ start: day, end: addDays(day, 1) });
  }
  return runs.map((run) => {
    const inForce = service.terms.filter((term) => term.from <= run.start).slice(-1);
    const later = service.terms.filter((term) => term.from > run.start && term.from < run.end);
    const terms = [...inForce.map((term) => ({ ...term, from: run.start })), ...later];
    return { ...service, ...run, terms };
  });
}

/** The segment of the first day in the month. Days are the calendar's, the same in every zone. */
function firstIn(segments: readonly Segment[], name: string): Segment | null {
  const [from, to] = [`${name}-01`, `${monthAfter(name, 1)}-01`];
  return (
    segments
      .filter(({ start, end }) => start < to && (end === null || end > from))
      .sort((a, b) => (a.start < b.start ? -1 : 1))[0] ?? null
  );
}

function monthOfTerm(
  book: CustomerRegistry,
  { plan: id }: Segment,
  name: string,
): { readonly month: Month } | { readonly reason: string } {
  const plan = book.plans.get(id);
  if (!plan) return { reason: `its plan ${id} is not known` };
  const version = versionFor(plan, name);
  if (version !== null) return { month: monthOf(version, name) };
  const first = plan.versions[0]?.effectiveFrom ?? '';
  return {
    reason: `its plan ${id} has no version in force in ${name}: the first comes into force on ${first}`,
  };
}

/**
 * When the service's month before ended, where a plan in another time zone judged it: a zone changes at a month's start
 * only, and the hours between the two midnights are the later month's, so that none belongs to nobody or to both.
 */
function joinsAt(book: CustomerRegistry, segments: readonly Segment[], month: Month): EpochMs | null {
  const before = monthAfter(month.name, -1);
  const first = firstIn(segments, before);
  const judged = first && monthOfTerm(book, first, before);
  if (!judged || 'reason' in judged || judged.month.zone === month.zone) return null;
  return judged.month.to;
}

/**
 * The stretch of a service that has a day in a month (`2026-10`); null: there is no such service. An id that ended may
 * be taken up again, by somebody else too, though never by two in one month: in the months that nobody had it in, it is
 * its first stretch.
 */
export function serviceTermsIn(services: readonly Service[], id: string, month: string): Service | null {
  const [first, end] = [`${month}-01`, `${monthAfter(month, 1)}-01`];
  const all = services.filter((each) => each.id === id);
  return all.find((each) => each.start < end && (each.end === null || each.end > first)) ?? all[0] ?? null;
}
