import type { RefusalCode } from '../ledger/errors.js';
import type { LocalDate } from '../time/calendar.js';
import type { EpochMs } from '../types.js';

/**
 * A row for billing through its life. `draft`: its statement is one. `dropped`: the draft came to nothing. `sealed`: it
 * is owed, or may be claimed where the plan wants a claim. `claimed`: it was, and is owed. `exported`: finance's system
 * has it. `settled`: it was paid. `reversed`: it was taken back.
 */
export const creditStatuses = [
  'draft',
  'dropped',
  'sealed',
  'claimed',
  'exported',
  'settled',
  'reversed',
] as const;
export type CreditStatus = (typeof creditStatuses)[number];

/** What a row says; never changed from its sealing on. Amounts as text, with a minus where they take back. */
export interface CreditFacts {
  readonly statement: string;
  readonly revision: number;
  /**
   * `credit`: what the first revision owes. `adjustment`: by how much a later revision owes more or less than the one
   * before. `reversal`: takes back a row that finance's system had already.
   */
  readonly kind: 'credit' | 'adjustment' | 'reversal';
  /** The row that it takes back; null: none. */
  readonly of: string | null;
  readonly month: string;
  readonly service: string;
  readonly customer: string;
  readonly site: string;
  readonly currency: string;
  readonly gross: string;
  /** Contained in gross; null: no rate is known. */
  readonly tax: string | null;
  readonly net: string | null;
  /** The last day on which it can be claimed; null: it needs no claim. */
  readonly claimBy: LocalDate | null;
}

export interface CreditRow extends CreditFacts {
  /** `CR-2026-10-000123`; a reversal has that of its row with `-R`. Never given twice. */
  readonly id: string;
  readonly status: CreditStatus;
  readonly createdAt: EpochMs;
  readonly changedAt: EpochMs;
  /** Its place in the feed; 0: it was never in it. It moves to the end when there is news of what is owed. */
  readonly cursor: number;
  readonly note: string | null;
  /** The export batch that it is in; null: in none. */
  readonly batch: string | null;
  /** When its open claim was reminded of. */
  readonly remindedAt: EpochMs | null;
}

export const creditId = (month: string, number: number): string =>
  `CR-${month}-${String(number).padStart(6, '0')}`;
export const reversalId = (id: string): string => `${id}-R`;

const notClaimed: RefusalCode = ['not-claimed'];
const inState = ({ status }: CreditRow): RefusalCode => ['in-state', status];
const inBatch = ({ batch }: CreditRow): RefusalCode => ['in-batch', batch ?? ''];

export type CreditMove = 'claim' | 'export' | 'settle' | 'reverse';

/** Why a row may not make a move now; null: it may. */
export function moveFault(row: CreditRow, move: CreditMove): RefusalCode | null {
  const unclaimed = row.status === 'sealed' && row.claimBy !== null;
  const owed = row.status === 'claimed' || (row.status === 'sealed' && !unclaimed);
  // What a batch has reserved is not moved by itself: a batch is fetched or taken back as a whole.
  if (row.batch !== null && owed) return inBatch(row);
  if (row.kind === 'reversal' && move === 'reverse') return ['is-reversal'];
  switch (move) {
    case 'claim':
      if (row.claimBy === null) return ['needs-no-claim'];
      return row.status === 'sealed' ? null : inState(row);
    case 'export':
      return owed ? null : unclaimed ? notClaimed : inState(row);
    case 'settle':
      if (owed || row.status === 'exported') return null;
      return unclaimed ? notClaimed : inState(row);
    case 'reverse':
      return ['sealed', 'claimed', 'exported', 'settled'].includes(row.status) ? null : inState(row);
  }
}

/** What is owed of a statement's row now, and so belongs into the feed: drafts and unclaimed ones don't. */
export function isOwed({ status, claimBy }: Pick<CreditRow, 'status' | 'claimBy'>): boolean {
  return (status === 'sealed' && claimBy === null) || status === 'claimed';
}
