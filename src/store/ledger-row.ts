import type { LedgerAction, LedgerEvent } from '../core/ledger/actions.js';

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
