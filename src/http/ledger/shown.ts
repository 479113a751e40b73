import { ownScope, type TenantScope, seesExclusion } from '../../core/access/tenant.js';
import type { CustomerRegistry } from '../../core/customer/book.js';
import type { LedgerExclusion } from '../../core/ledger/exclusions.js';
import { addDays, daysIn, type LocalDate, monthAfter } from '../../core/time/calendar.js';
import type { ShownOutage } from '../../services/ledger/entries.js';
import type { Impact } from '../../services/months/impact.js';
import type { AvailabilityJson, ServiceView } from '../../render/availability.js';
import type { Caller } from '../access/caller.js';

/** Those of its own ports, at the times that they were; who said what of them stays inside. */
export function ownOutages(
  outages: readonly ShownOutage[],
  scope: TenantScope | null,
): readonly ShownOutage[] {
  if (scope === null) return outages;
  return outages.flatMap((outage) => {
    const { counts, port } = outage;
    if (counts === null) return [];
    const times = scope.ports.get(port) ?? [];
    const seen = times.some(({ from, to }) => counts.from < to && (counts.to ?? Infinity) > from);
    return seen ? [{ ...outage, corrections: [], attribution: null, traces: null }] : [];
  });
}

/** Those that count and touch something of its own; whom else they touch, and who did what, stays inside. */
export function ownExclusions(
  exclusions: readonly LedgerExclusion[],
  scope: TenantScope | null,
): readonly LedgerExclusion[] {
  if (scope === null) return exclusions;
  const inside = {
    proof: null,
    attachments: [],
    source: null,
    approved: null,
    rejected: null,
    revoked: null,
  };
  return exclusions
    .filter((exclusion) => seesExclusion(scope, exclusion))
    .map((exclusion) => ({
      ...exclusion,
      ...inside,
      scope: ownScope(exclusion.scope, scope.names),
      proposed: { ...exclusion.proposed, actor: '', reason: null },
    }));
}

/** Whether there is a service in a month that a caller may see on some days of it only. */
export function seesPartOf({ services }: AvailabilityJson, caller: Caller): boolean {
  const visibility = visibilityOnce(caller);
  return services.some((service) => visibility.part(service.customer, daysOf(service)));
}

const daysOf = ({ period }: ServiceView): readonly LocalDate[] =>
  daysFrom(period.from.slice(0, 10), period.to.slice(0, 10));

/**
 * The services that it may see, with the amounts that it may see on every day of theirs. Of a service that it may see on
 * some days only it sees the figures of those: `onDays` is the month of them.
 */
export function shownAvailability(
  { month, onDays }: { readonly month: AvailabilityJson; readonly onDays: AvailabilityJson },
  book: CustomerRegistry,
  caller: Caller,
): object {
  const siteOf = new Map(book.sites.map(({ id, customer }) => [id, customer]));
  const ofMonth = daysFrom(`${month.month}-01`, `${monthAfter(month.month, 1)}-01`);
  const visibility = visibilityOnce(caller);
  return {
    ...month,
    services: month.services.flatMap((service) => {
      const part = visibility.part(service.customer, daysOf(service));
      const shown = part ? onDays.services.find(({ id }) => id === service.id) : service;
      return shown === undefined ? [] : shownService(shown, visibility, !part);
    }),
    unjudged: month.unjudged.filter(({ customer }) => visibility.any(customer, ofMonth)),
    sites: month.sites.flatMap((site) => {
      const customer = siteOf.get(site.site) ?? null;
      if (!visibility.any(customer, ofMonth)) return [];
      return [visibility.every(customer, ofMonth) ? site : { ...site, rent: null, cap: null, credit: null }];
    }),
  };
}

function shownService(service: ServiceView, visibility: Visibility, whole: boolean): object[] {
  const { customer, bounds } = service;
  const days = daysOf(service);
  if (!visibility.any(customer, days)) return [];
  if (whole && visibility.every(customer, days)) return [service];
  return [
    {
      ...service,
      rent: { ...service.rent, amount: null },
      credit: { ...service.credit, uncapped: null, amount: null },
      bounds: bounds && { ...bounds, creditLow: null, creditHigh: null },
    },
  ];
}

type ShownFigures = Omit<Impact['with'], 'credit'> & { readonly credit: string | null };

/** An impact without the amounts that somebody may not see. */
type ShownImpact = Omit<Impact, 'without' | 'with'> & {
  readonly without: ShownFigures;
  readonly with: ShownFigures;
};

export function shownImpact(impact: Impact, customer: string | null, caller: Caller): ShownImpact {
  const days = daysFrom(impact.from.slice(0, 10), addDays(impact.from.slice(0, 10), 1));
  if (seesEvery(caller, customer, days)) return impact;
  return {
    ...impact,
    without: { ...impact.without, credit: null },
    with: { ...impact.with, credit: null },
  };
}

interface Visibility {
  readonly any: (customer: string | null, days: readonly LocalDate[]) => boolean;
  /** Some of the days, and not all of them. */
  readonly part: (customer: string | null, days: readonly LocalDate[]) => boolean;
  readonly every: (customer: string | null, days: readonly LocalDate[]) => boolean;
}

/** Of a customer's many services most live as long: it is asked once for all of them. */
function visibilityOnce(caller: Caller): Visibility {
  const once = (asked: Visibility['any']): Visibility['any'] => {
    const known = new Map<string, boolean>();
    return (customer, days) => {
      const key = `${days[0] ?? ''} ${days.length} ${customer ?? ''}`;
      const seen = known.get(key) ?? asked(customer, days);
      known.set(key, seen);
      return seen;
    };
  };
  return {
    any: once((customer, days) => seesAny(caller, customer, days)),
    part: once(
      (customer, days) =>
        seesAny(caller, customer, days) && !days.every((day) => seesAny(caller, customer, [day])),
    ),
    every: once((customer, days) => seesEvery(caller, customer, days)),
  };
}

/** Who belongs to nobody is seen by those who see all. */
const seesAny = ({ reach, sees }: Caller, customer: string | null, days: readonly LocalDate[]): boolean =>
  reach === 'all' || (customer !== null && days.some((day) => sees(customer, day)));

const seesEvery = ({ seesAmounts }: Caller, customer: string | null, days: readonly LocalDate[]): boolean =>
  days.every((day) => seesAmounts(customer ?? '', day));

function daysFrom(from: LocalDate, to: LocalDate): readonly LocalDate[] {
  const days = daysIn(from, to);
  return days.length > 0 ? days : [from];
}
