import type { Store } from '../store.js';
import { accessStore } from './access.js';
import type { SqlDatabase } from './database.js';
import { attachmentStore, contactStore, ledgerStore } from './ledger.js';
import { outboxStore, targetStore } from './outbox.js';
import { pathStore, runStore } from './runs.js';
import { statementStore } from './statements.js';
import { suggestionStore, ticketStore } from './tickets.js';
import { watchStore } from './watch.js';

/** The parts of the store that are the same for both databases: all but rounds, merged rows and upkeep. */
export const sharedStores = (db: SqlDatabase): Omit<Store, 'rounds' | 'rows' | 'upkeep' | 'close'> => ({
  paths: pathStore(db),
  runs: runStore(db),
  watch: watchStore(db),
  ledger: ledgerStore(db),
  attachments: attachmentStore(db),
  access: accessStore(db),
  faults: ticketStore(db),
  suggestions: suggestionStore(db),
  targets: targetStore(db),
  outbox: outboxStore(db),
  statements: statementStore(db),
  contacts: contactStore(db),
});
