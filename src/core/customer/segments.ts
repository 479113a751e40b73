import { serviceInMonth, termsInMonth, type ServiceInMonth, type ServiceTerms } from '../statement/case.js';
import type { RuleSet } from '../statement/rule-set.js';
import { ofSame } from '../of-same.js';
import type { Plan, PlanVersion } from '../plan/plan.js';
import { monthOf, versionFor } from '../plan/version.js';
import { monthAfter, type Month } from '../time/month.js';
import type { EpochMs } from '../types.js';
import type { Book, Service } from './book.js';

/** A stretch of a service in which nothing of its terms changes. */
export interface Segment extends ServiceTerms {
  readonly plan: string;
}

/**
 * The stretches of a service, one for each of its terms, each up to the day on which the next begins. A service never
 * changes: another one takes its place.
 */
export const segmentsOf: (service: Service) => readonly Segment[] = ofSame((service: Service): Segment[] => {
  const { id, site, customer, terms, agreedStart = null, installationCharge = null } = service;
  return terms.map(({ from, plan, class: serviceClass, lines, paths, monthlyRent, taxRate }, index) => ({
    ...{ id, site, customer, plan, class: serviceClass, lines, paths, monthlyRent, taxRate },
    ...(agreedStart !== null && { agreedStart, installationCharge }),
    start: from,
    end: terms[index + 1]?.from ?? service.end,
  }));
});

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

export interface BookMonth {
  /** In the order of the book's plans; none without a service. */
  readonly plans: readonly PlannedMonth[];
  readonly unplanned: readonly UnplannedService[];
}

/**
 * What of the book is judged in a month, and by which plan: a service once, by the plan of its first day in it (by the
 * first rule set: each of its terms by the plan of that term).
 */
export function bookMonth(book: Book, name: string, ruleSet: RuleSet): BookMonth {
  return ruleSet === 1 ? termByTerm(book, name) : serviceByService(book, name);
}

function serviceByService(book: Book, name: string): BookMonth {
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

function termByTerm(book: Book, name: string): BookMonth {
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
  book: Book,
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

const byId = ofSame(({ services }: Book): ReadonlyMap<string, readonly Segment[]> => {
  const segments = new Map<string, Segment[]>();
  for (const segment of services.flatMap(segmentsOf)) {
    const known = segments.get(segment.id);
    if (known) known.push(segment);
    else segments.set(segment.id, [segment]);
  }
  return segments;
});

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
  book: Book,
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
function joinsAt(book: Book, segments: readonly Segment[], month: Month): EpochMs | null {
  const before = monthAfter(month.name, -1);
  const first = firstIn(segments, before);
  const judged = first && monthOfTerm(book, first, before);
  if (!judged || 'reason' in judged || judged.month.zone === month.zone) return null;
  return judged.month.to;
}
