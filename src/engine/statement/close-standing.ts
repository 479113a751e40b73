import type { Book } from '../../core/customer/book.js';
import { monthAfter } from '../../core/time/month.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { monthOfBook } from './months.js';

/** How the months that are over stand. */
export interface CloseStanding {
  /** Of the latest of them: `closed` has drafts that wait to be sealed. */
  readonly state: 'open' | 'closed' | 'sealed';
  /** When the last month ended that is sealed; null: none is. */
  readonly lastSealedEnd: EpochMs | null;
  /** How long ago the oldest one that is not sealed ended; 0: all are. */
  readonly unsealedMs: number;
}

export interface CloseStandingQuery {
  readonly store: Pick<Store, 'statements' | 'paths'>;
  readonly book: Book;
  readonly now: EpochMs;
  /** Months that were found sealed; they are not looked at again. */
  readonly sealed: Set<string>;
}

const monthsBack = 24;
const dayMs = 86_400_000;

/** From the first month in which paths were configured on, at most two years; null: no month with a service is over. */
export async function closeStanding(query: CloseStandingQuery): Promise<CloseStanding | null> {
  const { store, book, now, sealed } = query;
  const seen = [...(await store.paths.known()).values()].map(({ firstSeenAt }) => firstSeenAt);
  const last = new Date(now + dayMs).toISOString().slice(0, 7);
  const first = new Date(Math.min(now, ...seen)).toISOString().slice(0, 7);
  const earliest = monthAfter(last, -monthsBack);
  let state: CloseStanding['state'] | null = null;
  let lastSealedEnd: EpochMs | null = null;
  let oldestUnsealed: EpochMs | null = null;
  for (let month = first > earliest ? first : earliest; month <= last; month = monthAfter(month, 1)) {
    const { services, end } = monthOfBook(book, month);
    if (end === null || end > now) continue;
    state = await stateOf(month, services, query);
    if (state === 'sealed') {
      sealed.add(month);
      lastSealedEnd = end;
    } else oldestUnsealed ??= end;
  }
  if (state === null) return null;
  return { state, lastSealedEnd, unsealedMs: oldestUnsealed === null ? 0 : now - oldestUnsealed };
}

async function stateOf(
  month: string,
  services: readonly string[],
  { store, sealed }: CloseStandingQuery,
): Promise<CloseStanding['state']> {
  if (sealed.has(month)) return 'sealed';
  const statements = await store.statements.list({ month });
  const done = new Set(statements.flatMap(({ state, service }) => (state === 'sealed' ? [service] : [])));
  if (services.every((service) => done.has(service))) return 'sealed';
  return (await store.statements.closed(month)) === null ? 'open' : 'closed';
}
