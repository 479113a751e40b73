import { idOfAction, type LedgerEvent } from '../ledger/actions.js';
import type { EpochMs } from '../types.js';

export const disputeStates = ['open', 'answered', 'accepted', 'rejected', 'withdrawn'] as const;
type DisputeState = (typeof disputeStates)[number];

export const disputeMoves = ['answer', 'accept', 'reject', 'withdraw'] as const;
export type DisputeMove = (typeof disputeMoves)[number];

export const stateAfter: Readonly<Record<DisputeMove, Exclude<DisputeState, 'open'>>> = {
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
  readonly text: string;
  readonly contact: string | null;
  readonly openedBy: string;
  readonly openedAt: EpochMs;
  /** What was said since, in its order. */
  readonly words: readonly {
    readonly state: Exclude<DisputeState, 'open'>;
    readonly by: string;
    readonly at: EpochMs;
    readonly text: string;
  }[];
}

/** Every dispute of a history, in the order they were opened. */
export function foldDisputes(events: readonly LedgerEvent[]): Dispute[] {
  const disputes = new Map<string, Dispute>();
  for (const { action, actor, at } of events) {
    if (action.type === 'dispute-opened') {
      const { id, statement, revision, text, contact } = action;
      const opened = { state: 'open' as const, openedBy: actor, openedAt: at, words: [] };
      disputes.set(id, { id, statement, revision, text, contact, ...opened });
      continue;
    }
    const state = disputeStates.find((each) => each !== 'open' && action.type === `dispute-${each}`);
    const id = idOfAction(action);
    const dispute = disputes.get(id);
    if (!state || state === 'open' || !dispute || !('text' in action)) continue;
    const word = { state, by: actor, at, text: action.text };
    disputes.set(id, { ...dispute, state, words: [...dispute.words, word] });
  }
  return [...disputes.values()];
}

/** An answer may come again; what is accepted, rejected or withdrawn is over. */
export const isOver = ({ state }: Pick<Dispute, 'state'>): boolean =>
  state !== 'open' && state !== 'answered';
