import type { Store } from '../store.js';
import { accessStore } from './access.js';
import { batchStore } from './batches.js';
import type { SqlDatabase } from './database.js';
import { attachmentStore, contactStore, feedStore, ledgerStore } from './ledger.js';
import { outboxStore, targetStore } from './outbox.js';
import { pathStore, runStore } from './runs.js';
import { statementStore } from './statements.js';
import { suggestionStore, ticketStore } from './tickets.js';
import { watchStore } from './watch.js';

/** What the daemon writes by itself, beside rounds. */
export const measuredStores = (db: SqlDatabase): Pick<Store, 'paths' | 'runs' | 'watch'> => ({
  paths: pathStore(db),
  runs: runStore(db),
  watch: watchStore(db),
});

type NotShared = 'rounds' | 'rows' | 'upkeep' | 'close';

/** What people enter, and what follows from it. */
export const enteredStores = (
  db: SqlDatabase,
): Omit<Store, keyof ReturnType<typeof measuredStores> | NotShared> => ({
  ledger: ledgerStore(db),
  attachments: attachmentStore(db),
  access: accessStore(db),
  faults: ticketStore(db),
  suggestions: suggestionStore(db),
  targets: targetStore(db),
  outbox: outboxStore(db),
  statements: statementStore(db),
  batches: batchStore(db),
  contacts: contactStore(db),
  feeds: feedStore(db),
});
