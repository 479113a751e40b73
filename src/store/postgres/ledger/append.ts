import type { LedgerEvent } from '../../../core/ledger/actions.js';
import { followsHead, ledgerSql, rowOf } from '../../rows/ledger.js';
import type { Query } from '../database.js';
import { lock } from '../locks.js';

/** Appends events at the head, within the caller's transaction: all of them, or none and `moved`. */
export async function appendToLedger(
  query: Query,
  events: readonly LedgerEvent[],
): Promise<'stored' | 'moved'> {
  await lock(query, 'ledger');
  const [last] = await query<Pick<LedgerEvent, 'seq' | 'hash'>>(ledgerSql.last);
  if (!followsHead(last, events)) return 'moved';
  for (const event of events) await query(ledgerSql.add, rowOf(event));
  return 'stored';
}
