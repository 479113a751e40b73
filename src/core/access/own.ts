import type { Book } from '../customer/book.js';
import { segmentsOf, type Segment } from '../customer/segments.js';
import { exclusionCovers, type OwnNames, type OwnTimes } from './own-exclusion.js';
import type { LedgerExclusion } from '../ledger/exclusions.js';
import type { LocalDate } from '../time/date.js';
import { merge, type Interval, type IntervalSet } from '../time/intervals.js';
import { startOfDay } from '../time/zone.js';
import type { PathId, PopId } from '../types.js';

/** What is in somebody's reach, and when it was: a path counts from when to when a service of it uses it. */
export interface OwnThings {
  readonly paths: ReadonlyMap<PathId, IntervalSet>;
  /** The ports that its lines end on. */
  readonly ports: ReadonlyMap<PopId, IntervalSet>;
  /** Those that an exclusion may name, and when each was. */
  readonly names: OwnNames;
  readonly times: OwnTimes;
}

type Sees = (customer: string, day: LocalDate) => boolean;

/** What of the book is in the reach of whoever `sees` speaks of. */
export function ownThings(book: Book, sees: Sees): OwnThings {
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
    ...{ paths: merged(paths), pops: merged(ports), lines: merged(lines) },
    ...{ services: merged(services), customers: merged(customers) },
  };
  const names = {
    ...{ paths: new Set(paths.keys()), pops: new Set(ports.keys()), lines: new Set(lines.keys()) },
    ...{ services: new Set(services.keys()), customers: new Set(customers.keys()) },
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
function seenSpans(book: Book, segment: Segment, sees: Sees): Interval[] {
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
export const seesExclusion = ({ times }: OwnThings, { state, scope, intervals }: LedgerExclusion): boolean =>
  state === 'approved' && exclusionCovers(scope, intervals, times);
