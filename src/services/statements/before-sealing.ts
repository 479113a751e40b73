import type { CustomerRegistry } from '../../core/customer/book.js';
import type { BillingNotice } from '../../core/billing/notices.js';
import type { Actor, LedgerEvent, LedgerMark } from '../../core/ledger/actions.js';
import { headOf } from '../../core/ledger/chain.js';
import { actorOf, isSameActor } from '../../core/ledger/proposals.js';
import { type StatementDocument, statementId } from '../../core/statement/document.js';
import { monthAfter } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import type { OutboxDraft } from '../../store/statement-store.js';
import type { Store } from '../../store/store.js';
import { committed } from '../credits/credits.js';
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
  const sealed = new Set(
    rows.flatMap((row) => (row.state === 'sealed' ? [statementId(row.month, row.service)] : [])),
  );
  const found = new Map<string, Set<string>>();
  const note = (service: string, of: string): void => {
    if (sealed.has(statementId(of, service))) return;
    found.set(service, (found.get(service) ?? new Set()).add(of));
  };
  for (const row of rows) note(row.service, row.month);
  for (let of = firstMonth(book, seen, earliest); of !== null && of < month; of = monthAfter(of, 1))
    for (const { id, start, end } of book.services)
      if (start.slice(0, 7) <= of && (end === null || end > `${of}-01`)) note(id, of);
  return new Map([...found].map(([service, months]) => [service, [...months].sort()]));
}

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

/** Somebody looked at what a revision would say, so that another person may seal it. */
export interface Preparation extends Pick<LedgerMark, 'actor' | 'principal' | 'at'> {
  readonly id: string;
  readonly revision: number;
  /** Of what it rests on: it counts for nothing once that has changed. */
  readonly digest: string;
}

/** A revision that may be prepared, and sealed by another person then. */
type Prepared = Pick<StatementDocument, 'id' | 'inputs'> & { readonly next: number };

export const preparationsIn = (events: readonly LedgerEvent[]): Preparation[] =>
  events.flatMap(({ action, actor, principal, at }) => {
    if (action.type !== 'statement-prepared') return [];
    const { id, revision, digest } = action;
    return [{ id, revision, digest, actor, at, ...(principal !== undefined && { principal }) }];
  });

/** The preparations of a month that still are of what would be sealed next. */
export async function validPreparations(
  { ledger, statements }: Pick<Store, 'ledger' | 'statements'>,
  month: string,
): Promise<Preparation[]> {
  const valid: Preparation[] = [];
  for (const one of preparationsIn(await ledger.events())) {
    if (!one.id.startsWith(`${month}/`)) continue;
    const latest = (await statements.sealed(one.id))?.document.revision ?? 0;
    const draft = latest === 0 ? await statements.draft(one.id) : null;
    const isSame = draft === null || draft.document.inputs.digest === one.digest;
    if (one.revision === latest + 1 && isSame) valid.push(one);
  }
  return valid;
}

const isOf = ({ id, inputs, next }: Prepared, one: Preparation): boolean =>
  one.id === id && one.revision === next && one.digest === inputs.digest;

/** Why somebody may not seal a revision, where a second person has to; null: another one has prepared it. */
export function secondPersonFault(
  of: Prepared,
  by: string | Actor,
  preparations: readonly Preparation[],
): string | null {
  const ofIt = preparations.filter((one) => one.id === of.id && one.revision === of.next);
  const valid = ofIt.filter((one) => isOf(of, one));
  if (valid.some((one) => !isSameActor(actorOf(by), one))) return null;
  const [own] = valid;
  if (own) return `was prepared by ${own.actor} alone: another person has to seal it`;
  return ofIt.length === 0
    ? 'is not prepared yet: pop-sla statements prepare, and another person seals it'
    : 'has changed since it was prepared: pop-sla statements prepare, and another person seals it';
}

interface Preparing {
  readonly store: Pick<Store, 'ledger' | 'statements'>;
  readonly now: () => EpochMs;
  readonly actor: string | Actor;
  readonly month: string;
  readonly revisions: readonly Prepared[];
  /** Makes the messages that tell whoever may seal them now; null: one person is enough, and nobody waits. */
  readonly tell: ((notices: readonly BillingNotice[]) => Promise<OutboxDraft[]>) | null;
}

/** Notes in the ledger that somebody prepared revisions, each once. */
export async function prepareRevisions(preparing: Preparing): Promise<void> {
  const { store, now, actor, revisions, month, tell } = preparing;
  const { ledger, statements } = store;
  await committed<undefined>({
    ledger,
    now,
    actor,
    decide: async (events) => {
      const known = preparationsIn(events).filter((one) => isSameActor(actorOf(actor), one));
      const fresh = revisions.filter((of) => !known.some((one) => isOf(of, one)));
      const { identity } = actorOf(actor);
      const notice: BillingNotice = {
        event: 'draft-waiting',
        at: now(),
        about: month,
        nth: headOf(events).seq + 1,
        party: null,
        detail: String(fresh.length),
        by: identity,
      };
      const outbox = tell && fresh.length > 0 ? await tell([notice]) : [];
      return {
        result: undefined,
        actions: fresh.map(({ id, next, inputs: { digest } }) => ({
          type: 'statement-prepared' as const,
          id,
          revision: next,
          digest,
        })),
        write: (links) => statements.commit({ events: links, outbox }),
      };
    },
  });
}
