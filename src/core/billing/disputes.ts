import { idOfAction, type LedgerEvent } from '../ledger/actions.js';
import type { StatementDocument } from '../statement/document.js';
import { formatInstant, type LocalDate } from '../time/calendar.js';
import type { EpochMs } from '../types.js';
import type { DisputeSubject } from './actions.js';

export const disputeStates = ['open', 'answered', 'accepted', 'rejected', 'withdrawn'] as const;
type DisputeState = (typeof disputeStates)[number];

export const disputeMoves = ['comment', 'answer', 'accept', 'reject', 'withdraw'] as const;
export type DisputeMove = (typeof disputeMoves)[number];

/** What a word did: a state that it led to, or a comment. */
export const disputeDeeds = ['commented', 'answered', 'accepted', 'rejected', 'withdrawn'] as const;
export type DisputeDeed = (typeof disputeDeeds)[number];

export const deedOf: Readonly<Record<DisputeMove, DisputeDeed>> = {
  comment: 'commented',
  answer: 'answered',
  accept: 'accepted',
  reject: 'rejected',
  withdraw: 'withdrawn',
};

export interface Dispute {
  readonly id: string;
  readonly statement: string;
  readonly revision: number;
  readonly state: DisputeState;
  /** Null: it was opened before disputes named what they concern. */
  readonly about: DisputeSubject | null;
  readonly text: string;
  readonly contact: string | null;
  readonly openedBy: string;
  readonly openedAt: EpochMs;
  /** What was said since, in its order; `state`: the one that it led to. */
  readonly words: readonly {
    readonly deed: DisputeDeed;
    readonly state: DisputeState;
    readonly by: string;
    readonly at: EpochMs;
    readonly text: string;
  }[];
  /** The ledger entries by which it was accepted. */
  readonly entries: readonly string[];
}

/** Every dispute of a history, in the order they were opened. */
export function foldDisputes(events: readonly LedgerEvent[]): Dispute[] {
  const disputes = new Map<string, Dispute>();
  for (const { action, actor, at } of events) {
    if (action.type === 'dispute-opened') {
      const { id, statement, revision, text, contact, about = null } = action;
      const opened = { state: 'open' as const, openedBy: actor, openedAt: at, words: [], entries: [] };
      disputes.set(id, { id, statement, revision, about, text, contact, ...opened });
      continue;
    }
    const deed = disputeDeeds.find((each) => action.type === `dispute-${each}`);
    const id = idOfAction(action);
    const dispute = disputes.get(id);
    if (!deed || !dispute || !('text' in action)) continue;
    const state: DisputeState = deed === 'commented' ? 'open' : deed;
    const entries = action.type === 'dispute-accepted' ? (action.entries ?? []) : dispute.entries;
    const word = { deed, state, by: actor, at, text: action.text };
    disputes.set(id, { ...dispute, state, entries, words: [...dispute.words, word] });
  }
  return [...disputes.values()];
}

/** An answer may come again; what is accepted, rejected or withdrawn is over. */
export const isOver = ({ state }: Pick<Dispute, 'state'>): boolean =>
  state !== 'open' && state !== 'answered';

/** Whether the carrier has said something: from then on the customer can't take it back by itself. */
export const isTaken = ({ words }: { readonly words: readonly { readonly deed: DisputeDeed }[] }): boolean =>
  words.some(({ deed }) => deed === 'answered');

/** The last day on which a statement can be disputed, that of its claims; null: its plan sets none. */
export function lastDisputeDay({ parts }: Pick<StatementDocument, 'parts'>): LocalDate | null {
  const days = parts.flatMap(({ claim }) =>
    claim === null ? [] : [claim.lastDay, ...(claim.outages ?? []).map(({ lastDay }) => lastDay)],
  );
  return days.sort().at(-1) ?? null;
}

/** Whether that day is over at an instant, in the zone of the statement. */
export function isDisputeLate(document: Pick<StatementDocument, 'parts'>, at: EpochMs): boolean {
  const lastDay = lastDisputeDay(document);
  return lastDay !== null && formatInstant(at, document.parts[0]?.zone ?? 'UTC').slice(0, 10) > lastDay;
}
