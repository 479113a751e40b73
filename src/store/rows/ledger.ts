import type { LedgerAction, LedgerEvent } from '../../core/ledger/actions.js';

/** An event as a row has it: its action as a text. */
export type LedgerRow = Omit<LedgerEvent, 'action'> & { readonly action: string };

/** A text that is no action any more is a changed one: it is given as it is, and its hash tells. */
export function eventOf(row: LedgerRow): LedgerEvent {
  return { ...row, action: actionOf(row.action) };
}

function actionOf(text: string): LedgerAction {
  try {
    const action = JSON.parse(text) as LedgerAction | null;
    if (typeof action === 'object' && typeof action?.type === 'string') return action;
  } catch {
    // The same as below.
  }
  return { type: 'unreadable', text } as unknown as LedgerAction;
}

export const ledgerSql = {
  last: 'SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1',
  add: `INSERT INTO ledger (seq, at, actor, action, previous, hash)
    VALUES (:seq, :at, :actor, :action, :previous, :hash)`,
  after:
    'SELECT seq, at, actor, action, previous, hash FROM ledger WHERE seq > :after ORDER BY seq LIMIT :limit',
} as const;

export const rowOf = ({ action, ...row }: LedgerEvent): LedgerRow => ({
  ...row,
  action: JSON.stringify(action),
});

type Head = Pick<LedgerEvent, 'seq' | 'hash'>;

/** Whether events come right after the head; undefined: there is none yet. */
export function followsHead(last: Head | undefined, events: readonly LedgerEvent[]): boolean {
  let head = last ?? { seq: 0, hash: events[0]?.previous ?? '' };
  for (const { seq, previous, hash } of events) {
    if (seq !== head.seq + 1 || previous !== head.hash) return false;
    head = { seq, hash };
  }
  return true;
}
