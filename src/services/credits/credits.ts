import {
  type CreditFacts,
  type CreditMove,
  type CreditRow,
  isOwed,
  moveFault,
  reversalId,
} from '../../core/billing/credit.js';
import type { Actor, LedgerAction, LedgerEvent } from '../../core/ledger/actions.js';
import { headOf } from '../../core/ledger/chain.js';
import { validationError } from '../../core/ledger/errors.js';
import { actorFault, actorOf } from '../../core/ledger/proposals.js';
import { negateAmount } from '../../core/money.js';
import { addDays, formatInstant } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { wordingOf } from '../../i18n/refusals.js';
import type { LedgerStore } from '../../store/ledger-store.js';
import type { CreditChange, CreditQuery, OutboxDraft } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import type { Config } from '../../config/config.js';
import type { BillingNotice } from '../../core/billing/notices.js';
import { billedFor } from '../../core/customer/book.js';
import { withLedgerEntries } from '../customers/in-force.js';
import { linksAfter, ValidationError } from '../ledger/entries.js';
import type { RecipientStore } from '../notifications/people.js';

interface Deed<T> {
  readonly ledger: Pick<LedgerStore, 'events'>;
  readonly now: () => EpochMs;
  readonly actor: string | Actor;
  /**
   * Decides from the current events what to write, and with which ledger events; throws a `ValidationError` where it is
   * not allowed.
   */
  readonly decide: (events: readonly LedgerEvent[]) => Promise<{
    readonly actions: readonly LedgerAction[];
    readonly write: (links: readonly LedgerEvent[]) => Promise<'stored' | 'moved' | 'conflict'>;
    readonly result: T;
  }>;
}

const patience = 20;

/** Writes a change together with its ledger events; decided again when others appended first. */
export async function committed<T>({ ledger, now, actor, decide }: Deed<T>): Promise<T> {
  const nobody = actorFault(actorOf(actor).name);
  if (nobody) throw new ValidationError([nobody]);
  for (let attempt = 0; attempt < patience; attempt += 1) {
    const events = await ledger.events();
    const { actions, write, result } = await decide(events);
    const links = linksAfter(headOf(events), actions, actor, now);
    if (links.length === 0 || (await write(links)) === 'stored') return result;
  }
  throw new Error('others wrote each time that something was to be written');
}

/** A decision to write nothing. */
export const unchanged = <T>(result: T) => ({
  result,
  actions: [],
  write: () => Promise.resolve('stored' as const),
});

interface CreditsOptions {
  readonly store: Pick<Store, 'ledger' | 'statements'> & RecipientStore;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

/** A page of the feed that finance's system polls; the next request passes `cursor` as `since`. */
interface CreditFeed {
  readonly credits: readonly CreditRow[];
  readonly cursor: number;
}

/** Credits owed by statements, on their way to payment. Every method rejects with a `ValidationError`. */
export interface Credits {
  list(query?: CreditQuery): Promise<CreditRow[]>;
  /** Credits that became due, or were reversed, after `since`: at least once each, in a stable order. Read-only. */
  feed(query: { readonly since: number; readonly limit: number }): Promise<CreditFeed>;
  /** The same, and marks the credits as exported. */
  export(actor: string, query: { readonly since: number; readonly limit: number }): Promise<CreditFeed>;
  /**
   * Claims a row together with all rows of its statement that wait for a claim. `late`: the reason to accept it after
   * the last day.
   */
  claim(actor: string, id: string, note: string | null, late?: boolean): Promise<CreditRow>;
  settle(actor: string, ids: readonly string[], note: string | null): Promise<CreditRow[]>;
  /** Reverses a row; one that was exported already is reversed by a row of its own. */
  reverse(actor: string, id: string, reason: string): Promise<CreditRow>;
}

export function createCredits({ store, config, now }: CreditsOptions): Credits {
  const { statements, ledger } = store;
  const context = { ledger, now };
  const row = async (id: string): Promise<CreditRow> => {
    const [found] = await statements.credits({ id });
    if (found) return found;
    throw new ValidationError([
      validationError('id', `${id} is no credit`, 'an id as `credits list` prints it', ['no-such', id]),
    ]);
  };
  const able = (of: CreditRow, move: CreditMove): void => {
    const fault = moveFault(of, move);
    if (fault !== null)
      throw new ValidationError([
        validationError('id', `${of.id} ${wordingOf(fault).what}`, allowedFor[move], fault),
      ]);
  };
  const to = (
    of: CreditRow,
    status: CreditRow['status'],
    note: string | null,
    feed: boolean,
  ): CreditChange => ({
    id: of.id,
    from: [of.status],
    to: status,
    at: now(),
    note,
    feed,
  });
  /** Tells of single credits what is told of the notes of a batch, which has those of its credits told by itself. */
  const tell = async (
    event: 'credit-exported' | 'credit-confirmed',
    rows: readonly CreditRow[],
    events: readonly LedgerEvent[],
  ) => {
    const day = formatInstant(now(), config().billing.zone).slice(0, 10);
    const told = rows.filter(({ batch }) => batch === null);
    return messagesOf(
      store,
      config,
      now(),
      events,
      told.map((of) => ({ event, row: of, detail: day })),
    );
  };
  const feed: Credits['feed'] = async ({ since, limit }) => {
    const credits = await statements.credits({ since, limit });
    return { credits, cursor: credits.at(-1)?.cursor ?? since };
  };
  return {
    list: (query) => statements.credits(query),
    feed,
    async export(actor, query) {
      await committed({
        ...context,
        actor,
        decide: async (events) => {
          const page = await feed(query);
          // What is in a batch is exported with it.
          const fresh = page.credits.filter((each) => isOwed(each) && each.batch === null);
          const last = fresh.at(-1);
          const outbox = await tell('credit-exported', fresh, events);
          return {
            result: null,
            actions: last
              ? [{ type: 'credits-exported', id: last.id, credits: fresh.map(({ id }) => id) }]
              : [],
            write: (links) =>
              statements.commit({
                events: links,
                credits: fresh.map((each) => to(each, 'exported', null, false)),
                outbox,
              }),
          };
        },
      });
      return feed(query);
    },
    async claim(actor, id, note, late = false) {
      await committed({
        ...context,
        actor,
        decide: async () => {
          const asked = await row(id);
          able(asked, 'claim');
          const day = formatInstant(now(), 'UTC').slice(0, 10);
          if (asked.claimBy !== null && day > asked.claimBy && !late) {
            const what = `${id} could be claimed until ${asked.claimBy}`;
            throw new ValidationError([
              validationError('id', what, 'a claim in time, or --late with a note that says why it counts', [
                'claim-late',
                asked.claimBy,
              ]),
            ]);
          }
          const all = await statements.credits({ statement: asked.statement });
          const waiting = all.filter((each) => moveFault(each, 'claim') === null);
          return {
            result: null,
            actions: waiting.map((each) => ({ type: 'credit-claimed', id: each.id, note })),
            write: (events) =>
              statements.commit({ events, credits: waiting.map((each) => to(each, 'claimed', note, true)) }),
          };
        },
      });
      return row(id);
    },
    async settle(actor, ids, note) {
      await committed({
        ...context,
        actor,
        decide: async (events) => {
          const rows = await Promise.all([...new Set(ids)].map(row));
          // Settling a row again is not an error, because finance's system may not have received the response.
          const open = rows.filter(({ status }) => status !== 'settled');
          for (const each of open) able(each, 'settle');
          const outbox = await tell('credit-confirmed', open, events);
          return {
            result: null,
            actions: open.map(({ id }) => ({ type: 'credit-settled', id, note })),
            write: (links) =>
              statements.commit({
                events: links,
                credits: open.map((each) => to(each, 'settled', note, false)),
                outbox,
              }),
          };
        },
      });
      return Promise.all(ids.map(row));
    },
    async reverse(actor, id, reason) {
      if (reason.trim() === '')
        throw new ValidationError([
          validationError('reason', 'is missing', 'why it is taken back, as text', ['missing']),
        ]);
      await committed({
        ...context,
        actor,
        decide: async () => {
          const asked = await row(id);
          able(asked, 'reverse');
          const known = asked.status === 'exported' || asked.status === 'settled';
          const credits: CreditChange[] = [to(asked, 'reversed', reason, !known && isOwed(asked))];
          if (known) credits.push({ add: takenBack(asked), id: reversalId(id), status: 'sealed', at: now() });
          return {
            result: null,
            actions: [{ type: 'credit-reversed', id, note: reason }],
            write: (events) => statements.commit({ events, credits }),
          };
        },
      });
      return row(id);
    },
  };
}

const allowedFor: Readonly<Record<CreditMove, string>> = {
  claim: 'a sealed credit that waits for a claim',
  export: 'a sealed credit, claimed where its plan wants a claim',
  settle: 'a sealed or exported credit, claimed where its plan wants a claim',
  reverse: 'a sealed, claimed, exported or settled credit',
};

function takenBack(row: CreditRow): CreditFacts {
  const { statement, revision, month, service, customer, site, currency } = row;
  const less = (amount: string): string => negateAmount(amount, currency);
  return {
    statement,
    revision,
    month,
    service,
    customer,
    site,
    currency,
    kind: 'reversal',
    of: row.id,
    gross: less(row.gross),
    tax: row.tax && less(row.tax),
    net: row.net && less(row.net),
    claimBy: null,
  };
}

/** The messages to whom single credits concern: the operator, and the account that each is billed to. */
async function messagesOf(
  store: CreditsOptions['store'],
  config: () => Config,
  at: EpochMs,
  events: readonly LedgerEvent[],
  told: readonly (Pick<BillingNotice, 'event' | 'detail'> & { readonly row: CreditRow })[],
): Promise<OutboxDraft[]> {
  if (told.length === 0) return [];
  const { book } = withLedgerEntries(config(), events);
  const notices: BillingNotice[] = [];
  for (const { event, detail, row } of told) {
    const { id, statement, revision, customer } = row;
    const sellers = (await store.statements.sealed(statement, revision))?.document.sellers ?? [];
    notices.push({ event, at, about: id, party: billedFor(book, customer, sellers), detail });
  }
  // Loaded when there is something to tell: a daemon that only measures never needs the words.
  const { billingTeller } = await import('../notifications/billing-notices.js');
  return billingTeller({ store, config })(notices);
}

const dayMs = 86_400_000;

/** The actor of entries that the daemon makes by itself. */
const daemonActor = 'pop-sla';

/** Records, once for each, that a claim is open and its last day is near. Resolves to those. */
export async function remindOfClaims(
  store: CreditsOptions['store'],
  {
    now,
    aheadMs,
    config,
  }: { readonly now: () => EpochMs; readonly aheadMs: number; readonly config: () => Config },
): Promise<CreditRow[]> {
  const { statements, ledger } = store;
  return committed({
    ledger,
    now,
    actor: daemonActor,
    decide: async (events) => {
      const today = formatInstant(now(), 'UTC').slice(0, 10);
      const near = addDays(today, Math.ceil(aheadMs / dayMs));
      const open = await statements.credits({ status: 'sealed' });
      const due = open.filter(
        ({ claimBy, remindedAt, gross }) =>
          claimBy !== null && remindedAt === null && claimBy <= near && !gross.startsWith('-'),
      );
      if (due.length === 0) return unchanged(due);
      const ending = due.map((row) => ({ event: 'claim-ending' as const, row, detail: row.claimBy ?? '' }));
      const outbox = await messagesOf(store, config, now(), events, ending);
      return {
        result: due,
        actions: due.map(({ id, claimBy }) => ({ type: 'claim-reminded', id, claimBy: claimBy ?? '' })),
        write: (links) =>
          statements.commit({
            events: links,
            credits: due.map(({ id }) => ({ id, remindedAt: now() })),
            outbox,
          }),
      };
    },
  });
}
