import type ICAL from 'ical.js';
import { RRuleTemporal } from 'rrule-temporal';
import { EventError, readTime, type WallTime, writtenValues } from './values.js';

const ruleForm = 'a rule of RFC 5545, such as FREQ=WEEKLY;BYDAY=TU;COUNT=10';
const parts = [
  ...[
    'freq',
    'until',
    'count',
    'interval',
    'bysecond',
    'byminute',
    'byhour',
    'byday',
    'bymonthday',
    'byyearday',
  ],
  ...['byweekno', 'bymonth', 'bysetpos', 'wkst'],
];
/** How many windows an event may have. */
export const maxWindows = 1000;
const weekdays = ['SU', 'MO', 'TU', 'WE', 'TH', 'FR', 'SA'];

/** A recurrence in local time, whatever the zone is. */
interface Rule {
  /** Whether neither COUNT nor UNTIL ends it. */
  readonly isEndless: boolean;
  /** Local times from `first` to `last` in their order; the start itself is one of them. */
  between(first: number, last: number): Generator<number>;
  /** The last one not after a local time; null: there is none. */
  lastBy(last: number): number | null;
}

/** Reads an RRULE or EXRULE of what starts at a local time. `untilOf`: the last local time that UNTIL leaves. */
export function createRule(
  property: ICAL.Property,
  start: number,
  untilOf: (until: WallTime) => number,
): Rule {
  const { name } = property;
  const fail = (what: string): never => {
    throw new EventError(name, what, ruleForm);
  };
  const [given] = writtenValues(property);
  const written = new Map(Object.entries((given ?? {}) as Record<string, unknown>));
  const calendar = written.get('rscale');
  if (typeof calendar === 'string' && calendar.toUpperCase() !== 'GREGORIAN')
    fail(`is of another calendar, ${JSON.stringify(calendar.slice(0, 20))}`);
  const unknownPart = [...written.keys()].find((part) => ![...parts, 'rscale'].includes(part));
  if (unknownPart !== undefined)
    fail(`has a part that is not known, ${JSON.stringify(unknownPart.slice(0, 20))}`);
  if (!written.has('freq')) fail('has no FREQ');
  if (written.get('count') === 0) fail('has a COUNT of 0');
  const until = written.get('until');
  const end = typeof until === 'string' ? untilOf(readTime(until, name)) : Infinity;
  const wanted = [...written].filter(([part]) => !['until', 'rscale'].includes(part));
  const text = wanted.map(([part, value]) => {
    const words = (Array.isArray(value) ? value : [value]) as readonly unknown[];
    const shown = part === 'wkst' ? words.map((day) => weekdays[Number(day) - 1] ?? '') : words.map(String);
    return `${part.toUpperCase()}=${shown.join(',')}`;
  });
  const basic = new Date(start).toISOString().slice(0, 19).replace(/[-:]/g, '');
  const guarded = <T>(work: () => T): T => {
    try {
      return work();
    } catch (error) {
      if (error instanceof EventError) throw error;
      return fail(`gives no windows: ${(error as Error).message}`);
    }
  };
  const rule = guarded(
    () =>
      new RRuleTemporal({
        rruleString: `DTSTART:${basic}Z\nRRULE:${text.join(';')}`,
        // RFC 5545: the start is always the first one, also of those that COUNT counts.
        includeDtstart: true,
        maxIterations: 5000,
      }),
  );
  const isCounted = written.has('count');
  return {
    isEndless: !isCounted && until === undefined,
    *between(first, last) {
      const stop = Math.min(last, end);
      if (isCounted) {
        // The library counts from the start each time that it is asked for the next one.
        const all: number[] = [];
        guarded(() =>
          rule.all(({ epochMilliseconds: at }) => {
            if (at >= first && at <= stop) all.push(at);
            return at < stop && all.length <= maxWindows;
          }),
        );
        yield* all;
        return;
      }
      for (let after = first - 1; ;) {
        const next = guarded(() => rule.next(new Date(after)));
        if (next === null || next.epochMilliseconds > stop) return;
        after = next.epochMilliseconds;
        yield after;
      }
    },
    lastBy(last) {
      const found = guarded(() => rule.previous(new Date(Math.min(last, end)), true));
      return found?.epochMilliseconds ?? null;
    },
  };
}
