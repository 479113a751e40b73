import { eventOf, ledgerSql, type LedgerRow } from '../../rows/ledger.js';
import type { LedgerStore } from '../../ledger-store.js';
import type { Connection } from '../database.js';
import { appendToLedger } from './append.js';

export function ledgerStore({ read, write }: Connection): LedgerStore {
  return {
    append: (events) => write((query) => appendToLedger(query, events)),
    events: async ({ after = 0, limit = Number.MAX_SAFE_INTEGER } = {}) =>
      (await read<LedgerRow>(ledgerSql.after, { after, limit })).map(eventOf),
  };
}
