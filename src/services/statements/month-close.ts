import type { Config } from '../../config/config.js';
import type { CustomerRegistry } from '../../core/customer/book.js';
import { monthAfter } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import type { Alarm, Clock, Log } from '../../engine/ports.js';
import type { Store } from '../../store/store.js';
import type { RecipientStore } from '../notifications/people.js';
import { remindOfClaims } from '../credits/credits.js';
import { monthOfBook } from './months.js';
import type { Statements } from './statements.js';

interface MonthCloseOptions {
  readonly clock: Clock;
  readonly alarm: Alarm;
  /** The clock that decides whether a month is over; it does not follow a step ahead at once. */
  readonly steadyNow: () => EpochMs;
  readonly store: Pick<Store, 'statements' | 'ledger' | 'paths'> & RecipientStore;
  readonly statements: Pick<Statements, 'closeOnce' | 'check'>;
  /** Returns the configuration in force, with its customers. */
  readonly config: () => Config;
  readonly log: Log;
}

interface MonthClose {
  /** Does what is due, including what became due while no daemon ran, and continues whenever something is due. */
  start(): void;
  /** Resolves when no work is in progress. */
  idle(): Promise<void>;
  /** Waits a limited time for work in progress. */
  stop(): Promise<void>;
}

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;
const stopPatienceMs = 500;
/**
 * The interval of the checks for what can change at any time, milliseconds: claims, and source data of sealed
 * statements.
 */
const lookEveryMs = 6 * hourMs;
/** How many past months of sealed statements are checked. */
const monthsLookedAt = 3;

/**
 * Closes each month once its grace period is over, reminds of claims, and records which sealed statements have changed
 * source data.
 */
export function createMonthClose(options: MonthCloseOptions): MonthClose {
  const { clock, alarm, steadyNow, store, statements, config, log } = options;
  let stopped = false;
  let waiting: { cancel(): void } | null = null;
  let working: Promise<void> = Promise.resolve();

  async function work(): Promise<void> {
    let next = clock.now() + lookEveryMs;
    try {
      for (const { month, due } of await open()) {
        if (stopped) return;
        if (due > steadyNow()) {
          next = Math.min(next, due);
          continue;
        }
        const done = await statements.closeOnce(month);
        if (done === null) continue; // another hub did, meanwhile
        const { drafts, unjudged } = done;
        log.info({ month, drafts }, 'a month was closed: its statements wait to be looked at and sealed');
        for (const { service, reason } of unjudged)
          log.error({ month, service, reason }, "a service can't be judged: it has no statement");
      }
      if (!stopped) await look();
    } catch (error) {
      if (stopped) return;
      log.error({ err: error }, 'months could not be closed; tried again in an hour');
      next = Math.min(next, clock.now() + hourMs);
    }
    // Not before the time: an alarm that fires early would find nothing due, and fire again at once where the clock
    // runs ahead.
    const soonest = clock.now() + (clock.now() > steadyNow() ? minuteMs : 1);
    if (!stopped) waiting = alarm.at(Math.max(next, soonest), ring);
  }

  /** Months with services that are not closed, starting with the first in which paths were configured. */
  async function open(): Promise<{ readonly month: string; readonly due: EpochMs }[]> {
    const { book, statements: settings } = config();
    const seen = [...(await store.paths.known()).values()].map(({ firstSeenAt }) => firstSeenAt);
    if (seen.length === 0) return [];
    const months = [];
    // A zone may be a day ahead of UTC or behind it.
    const last = nameOf(clock.now() + 24 * hourMs);
    for (let month = nameOf(Math.min(...seen)); month <= last; month = monthAfter(month, 1)) {
      const { end } = monthOfBook(book, month);
      if (end === null || (await store.statements.closed(month)) !== null) continue;
      months.push({ month, due: end + settings.graceMs });
    }
    return months;
  }

  async function look(): Promise<void> {
    const { claimReminderMs } = config().statements;
    const due = await remindOfClaims(store, { now: () => clock.now(), aheadMs: claimReminderMs, config });
    for (const { id, statement, claimBy, gross, currency } of due)
      log.warn(
        { credit: id, statement, claimBy, gross, currency },
        'a claim is open, and its last day is near',
      );
    for (let back = monthsLookedAt; back > 0 && !stopped; back -= 1) {
      const month = monthAfter(nameOf(clock.now()), -back);
      const { end } = monthOfBook(config().book, month);
      if (end === null || end > clock.now()) continue;
      const changed = await statements.check(month);
      if (changed > 0)
        log.warn({ month, statements: changed }, 'sealed statements would say something else now');
    }
  }

  function ring(): void {
    working = work();
  }

  return {
    start: ring,
    idle: () => working,
    stop: async () => {
      stopped = true;
      waiting?.cancel();
      // A month of a large mesh takes longer than a stop may; an unfinished close is repeated at the next start.
      await Promise.race([working, clock.sleep(stopPatienceMs)]);
    },
  };
}

const nameOf = (at: EpochMs): string => new Date(at).toISOString().slice(0, 7);

/** The state of the months that are over. */
interface CloseStanding {
  /** Of the latest one: `closed` has drafts that wait to be sealed. */
  readonly state: 'open' | 'closed' | 'sealed';
  /** When the last sealed month ended; null: none is sealed. */
  readonly lastSealedEnd: EpochMs | null;
  /** Milliseconds since the oldest unsealed month ended; 0: all are sealed. */
  readonly unsealedMs: number;
}

interface CloseStandingQuery {
  readonly store: Pick<Store, 'statements' | 'paths'>;
  readonly book: CustomerRegistry;
  readonly now: EpochMs;
  /** Months known to be sealed; they are not read again. */
  readonly sealed: Set<string>;
}

const monthsBack = 24;
const dayMs = 86_400_000;

/** Covers the months since paths were first configured, at most two years; null: no month with a service is over. */
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
