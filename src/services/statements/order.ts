import type { CustomerRegistry } from '../../core/customer/book.js';
import { monthAfter } from '../../core/time/calendar.js';
import type { Store } from '../../store/store.js';
import { monthOfBook } from './months.js';

/** How far back statements that were not sealed are looked for, months. */
const monthsBack = 24;

/**
 * For each service the earlier months that nobody sealed, in their order: those with a draft, and those with a day of
 * the service since paths were first measured. A service whose earlier months are all sealed is not among them.
 */
export async function unsealedBefore(
  { statements, paths }: Pick<Store, 'statements' | 'paths'>,
  book: CustomerRegistry,
  month: string,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const seen = [...(await paths.known()).values()].map(({ firstSeenAt }) => firstSeenAt);
  const earliest = monthAfter(month, -monthsBack);
  const rows = await statements.standing({ from: earliest, to: month });
  const sealed = new Set(rows.flatMap((row) => (row.state === 'sealed' ? [keyOf(row)] : [])));
  const found = new Map<string, Set<string>>();
  const note = (service: string, of: string): void => {
    if (sealed.has(keyOf({ service, month: of }))) return;
    found.set(service, (found.get(service) ?? new Set()).add(of));
  };
  for (const row of rows) note(row.service, row.month);
  for (let of = firstMonth(book, seen, earliest); of !== null && of < month; of = monthAfter(of, 1))
    for (const { id, start, end } of book.services)
      if (start.slice(0, 7) <= of && (end === null || end > `${of}-01`)) note(id, of);
  return new Map([...found].map(([service, months]) => [service, [...months].sort()]));
}

const keyOf = ({ service, month }: { readonly service: string; readonly month: string }): string =>
  `${month}/${service}`;

/** The first month in which something was measured; null: nothing ever was. */
function firstMonth(book: CustomerRegistry, seen: readonly number[], earliest: string): string | null {
  if (seen.length === 0) return null;
  const first = Math.min(...seen);
  const month = new Date(first).toISOString().slice(0, 7);
  // In the zone of its plans the month of UTC may have been over by then.
  const { end } = monthOfBook(book, month);
  const from = end !== null && end <= first ? monthAfter(month, 1) : month;
  return from > earliest ? from : earliest;
}
