import type { Migration } from './migration.js';

/** Months whose postings are final. Who locked and unlocked which, and why, is in the ledger. */
export const periodLocks: Migration = {
  version: 11,
  sql: `
CREATE TABLE period_lock (
  month      text COLLATE "C" PRIMARY KEY,   -- 2026-10: of the days on which something is posted
  at         bigint NOT NULL,   -- epoch ms
  locked_by  text NOT NULL,
  principal  text,               -- who that is, whatever the name; NULL: only the name is known
  note       text
);
`,
};
