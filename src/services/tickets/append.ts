import { noHash } from '../../core/ledger/chain.js';
import { type Rejection, validationError } from '../../core/ledger/errors.js';
import { actorFault } from '../../core/ledger/proposals.js';
import {
  type TicketAction,
  type TicketActor,
  type TicketRecord,
  type TicketState,
  ticketStates,
} from '../../core/ticket/actions.js';
import { samenessOf } from '../../core/ticket/lifecycle.js';
import { type Ticket, foldReport } from '../../core/ticket/report.js';
import { targetClocks } from '../../core/ticket/suggestion.js';
import type { EpochMs } from '../../core/types.js';
import { digestOf } from '../../seal/canonical.js';
import type { TicketHead, TicketStore } from '../../store/ledger-store.js';
import type { OutboxDraft } from '../../store/statement-store.js';
import { ValidationError } from '../ledger/entries.js';

/** An event of a ticket, for notifications. */
export interface Occurrence {
  readonly event: TicketRecord;
  /** The ticket after the event. */
  readonly report: Ticket;
}

interface AppendOptions {
  readonly faults: TicketStore;
  readonly now: () => EpochMs;
  readonly actor: TicketActor;
  /** Null: a new one. */
  readonly number: number | null;
  /** Returns the next actions, or why they are invalid; called again when others appended first. */
  readonly decide: (
    before: Ticket | null,
    number: number,
  ) =>
    readonly TicketAction[] | readonly Rejection[] | Promise<readonly TicketAction[] | readonly Rejection[]>;
  /** The notifications to store in the same transaction. */
  readonly tell: (occurrences: readonly Occurrence[]) => Promise<readonly OutboxDraft[]>;
}

const patience = 20;

/** Appends the events that `decide` returns with their notifications, all or none. Rejects with a `ValidationError`. */
export async function appendEvents(options: AppendOptions): Promise<Ticket> {
  const { faults, now, actor, decide, tell } = options;
  const nobody = actorFault(actor.name);
  if (nobody) throw new ValidationError([nobody]);
  for (let attempt = 0; attempt < patience; attempt += 1) {
    const number = options.number ?? (await faults.latest()) + 1;
    const events = options.number === null ? [] : await faults.events(number);
    const before = foldReport(events);
    if (options.number !== null && before === null) throw noSuchReport(`F${number}`);
    const decided = await decide(before, number);
    if (isRefusal(decided)) throw new ValidationError(decided);
    if (decided.length === 0 && before) return before;
    const named = { name: actor.name.trim(), side: actor.side };
    const occurrences: Occurrence[] = [];
    const all = [...events];
    for (const action of decided) {
      const last = all.at(-1);
      const open = {
        report: number,
        seq: all.length + 1,
        at: now(),
        actor: named,
        action,
        previous: last?.hash ?? noHash,
      };
      const event: TicketRecord = { ...open, hash: digestOf(open) };
      all.push(event);
      const report = foldReport(all);
      if (!report) throw new Error('a report begins with its filing');
      occurrences.push({ event, report });
    }
    const report = occurrences.at(-1)?.report;
    if (!report) throw new Error('nothing was decided on a new report');
    const stored = await faults.append({
      events: occurrences.map(({ event }) => event),
      head: headOfReport(report),
      outbox: await tell(occurrences),
    });
    if (stored === 'stored') return report;
  }
  throw new Error('the report moved each time that something was to be appended');
}

export const noSuchReport = (id: string): ValidationError =>
  new ValidationError([
    validationError('id', `is no report: ${JSON.stringify(id)}`, 'F and a number, as the list gives it', [
      'no-such',
      id,
    ]),
  ]);

function headOfReport(report: Ticket): TicketHead {
  const { number, customer, path, service, state, incident, owner, filedAt, updatedAt } = report;
  return {
    number,
    customer,
    path,
    service,
    state,
    incident,
    owner,
    filedAt,
    updatedAt,
    sameness: samenessOf(report),
  };
}

const isRefusal = (decided: readonly (TicketAction | Rejection)[]): decided is readonly Rejection[] =>
  decided.some((each) => 'field' in each);

/** Counts of open tickets. */
interface ReportsStanding {
  readonly byState: ReadonlyMap<TicketState, number>;
  /** Tickets that need action and are past their target. */
  readonly overdue: number;
}

/** At most this many open tickets are counted. */
const limit = 1_000;
const open: readonly TicketState[] = ['filed', 'acknowledged', 'investigating', 'reopened'];

export async function reportsStanding(
  faults: Pick<TicketStore, 'count' | 'heads' | 'events'>,
  now: EpochMs,
): Promise<ReportsStanding> {
  const byState = new Map<TicketState, number>();
  for (const state of ticketStates) byState.set(state, await faults.count({ states: [state] }));
  let overdue = 0;
  for (const { number } of await faults.heads({ states: open, limit })) {
    const report = foldReport(await faults.events(number));
    if (!report) continue;
    const { firstResponse, repair } = targetClocks(report, now);
    if ([firstResponse, repair].some((clock) => clock?.running === true && clock.met === false)) overdue += 1;
  }
  return { byState, overdue };
}
