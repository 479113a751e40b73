import type { Migration } from './migration.js';

/** Months whose postings are final. Who locked and unlocked which, and why, is in the ledger. */
export const periodLocks: Migration = {
  version: 12,
  sql: `
CREATE TABLE period_lock (
  month      TEXT PRIMARY KEY,   -- 2026-10: of the days on which something is posted
  at         INTEGER NOT NULL,   -- epoch ms
  locked_by  TEXT NOT NULL,
  principal  TEXT,               -- who that is, whatever the name; NULL: only the name is known
  note       TEXT
) STRICT, WITHOUT ROWID;
`,
};
