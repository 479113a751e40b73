import { type CustomerRegistry, type Segment, segmentsOf, sellersOf } from '../customer/book.js';
import type { ExclusionScope } from '../exclusion.js';
import type { LedgerExclusion } from '../ledger/exclusions.js';
import { type LocalDate, startOfDay } from '../time/calendar.js';
import { type Interval, type IntervalSet, merge } from '../time/intervals.js';
import type { PathId, PopId } from '../types.js';
import { isTenantRole, type Principal, type Reach, type Role } from './rules.js';

/** What belongs to a customer, by the kind of object. */
interface OwnNames {
  readonly paths: ReadonlySet<string>;
  readonly pops: ReadonlySet<string>;
  readonly lines: ReadonlySet<string>;
  readonly services: ReadonlySet<string>;
  readonly customers: ReadonlySet<string>;
}

const lists = ['pops', 'paths', 'lines', 'services', 'customers'] as const;

/** When each of them was. */
type OwnTimes = Readonly<Record<(typeof lists)[number], ReadonlyMap<string, IntervalSet>>>;

/** What a scope names of a customer's own objects; of others' nothing. Everything stays everything. */
export function ownScope(scope: ExclusionScope, names: OwnNames): ExclusionScope {
  if (scope === 'all') return scope;
  const part = (list: (typeof lists)[number]) => scope[list].filter((name) => names[list].has(name));
  const pops = scope.pops.filter((pop) => touchesPop(pop, names));
  return {
    pops,
    paths: part('paths'),
    lines: part('lines'),
    services: part('services'),
    customers: part('customers'),
  };
}

/** Whether it names anything of somebody's own, at a time that it was: an id may be another's before and after. */
function exclusionCovers(scope: ExclusionScope, intervals: readonly Interval[], times: OwnTimes): boolean {
  const meets = (set: IntervalSet | undefined): boolean =>
    (set ?? []).some((used) => intervals.some(({ from, to }) => used.from < to && used.to > from));
  if (scope === 'all') return [...times.services.values()].some(meets);
  const ofPop = (pop: string): boolean =>
    [...times.paths].some(([path, set]) => path.split('>').includes(pop) && meets(set));
  return (
    lists.some((list) => scope[list].some((name) => meets(times[list].get(name)))) || scope.pops.some(ofPop)
  );
}

/** A PoP at which its lines or its paths end. */
const touchesPop = (pop: string, names: OwnNames): boolean =>
  names.pops.has(pop) || [...names.paths].some((path) => path.split('>').includes(pop));

/** What is in somebody's reach, and when it was: a path counts from when to when a service of it uses it. */
export interface TenantScope {
  readonly paths: ReadonlyMap<PathId, IntervalSet>;
  /** The ports that its lines end on. */
  readonly ports: ReadonlyMap<PopId, IntervalSet>;
  /** Those that an exclusion may name, and when each was. */
  readonly names: OwnNames;
  readonly times: OwnTimes;
}

type Sees = (customer: string, day: LocalDate) => boolean;

/** What of the book is in the reach of whoever `sees` speaks of. */
export function tenantScope(book: CustomerRegistry, sees: Sees): TenantScope {
  const popOf = new Map(book.lines.map(({ id, pop }) => [id, pop]));
  const paths = new Map<PathId, Interval[]>();
  const ports = new Map<PopId, Interval[]>();
  const [lines, services, customers] = [spans(), spans(), spans()];
  for (const segment of book.services.flatMap(segmentsOf)) {
    for (const span of seenSpans(book, segment, sees)) {
      for (const path of segment.paths) note(paths, path, span);
      for (const line of segment.lines) {
        note(lines, line, span);
        const pop = popOf.get(line);
        if (pop !== undefined) note(ports, pop, span);
      }
      note(services, segment.id, span);
      if (segment.customer !== null) note(customers, segment.customer, span);
    }
  }
  const times = {
    paths: merged(paths),
    pops: merged(ports),
    lines: merged(lines),
    services: merged(services),
    customers: merged(customers),
  };
  const names = {
    paths: new Set(paths.keys()),
    pops: new Set(ports.keys()),
    lines: new Set(lines.keys()),
    services: new Set(services.keys()),
    customers: new Set(customers.keys()),
  };
  return { paths: times.paths, ports: times.pops, names, times };
}

const spans = (): Map<string, Interval[]> => new Map();

function note<K>(spans: Map<K, Interval[]>, key: K, span: Interval): void {
  const found = spans.get(key);
  if (found) found.push(span);
  else spans.set(key, [span]);
}

const merged = <K>(spans: ReadonlyMap<K, readonly Interval[]>): Map<K, IntervalSet> =>
  new Map([...spans].map(([key, list]) => [key, merge(list)]));

/** The stretches of a segment that are seen: resale changes on days, so between two such days nothing does. */
function seenSpans(book: CustomerRegistry, segment: Segment, sees: Sees): Interval[] {
  const { customer, start, end } = segment;
  if (customer === null) return [];
  const zone = book.plans.get(segment.plan)?.versions.at(-1)?.timeZone ?? 'UTC';
  const turns = book.resale.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  const inside = turns.filter((day) => day > start && (end === null || day < end));
  const days = [start, ...[...new Set(inside)].sort()];
  return days.flatMap((day, index) => {
    if (!sees(customer, day)) return [];
    const until = days[index + 1] ?? end;
    return [{ from: startOfDay(day, zone), to: until === null ? Infinity : startOfDay(until, zone) }];
  });
}

/** Whether somebody may see that there is such an exclusion: it counts, and touches something of its own while it was. */
export const seesExclusion = (
  { times }: TenantScope,
  { state, scope, intervals }: LedgerExclusion,
): boolean => state === 'approved' && exclusionCovers(scope, intervals, times);

const seeEveryAmount: readonly Role[] = ['finance', 'approver', 'admin'];

type Links = Pick<CustomerRegistry, 'resale'>;

/** Whether what belongs to a customer on a day is in somebody's reach: its own, or a buyer's while the link holds. */
export function seesCustomer(
  { principal, reach }: { readonly principal: Principal; readonly reach: Reach },
  book: Links,
  customer: string,
  day: LocalDate,
): boolean {
  if (reach === 'all') return true;
  const ownCustomer = principal.customer;
  if (ownCustomer === null) return false;
  if (customer === ownCustomer) return principal.roles.some(isTenantRole);
  return principal.roles.includes('reseller') && sellersOf(book, customer, day).includes(ownCustomer);
}

/**
 * Whether somebody may see the amounts of a customer as of a day. One who buys from a reseller never sees them: what
 * stands there is the reseller's.
 */
export function seesAmounts(principal: Principal, book: Links, customer: string, day: LocalDate): boolean {
  if (principal.roles.some((role) => seeEveryAmount.includes(role))) return true;
  const ownCustomer = principal.customer;
  if (ownCustomer === null) return false;
  const sellers = sellersOf(book, customer, day);
  if (principal.roles.includes('reseller') && sellers.includes(ownCustomer)) return true;
  return customer === ownCustomer && principal.roles.some(isTenantRole) && sellers.length === 0;
}
