import type { Migration } from './migration.js';

/** What people entered, as a chain of hashes. A row is neither changed nor deleted, and comes only at the end. */
export const ledger: Migration = {
  version: 3,
  sql: `
CREATE TABLE ledger (
  seq      INTEGER PRIMARY KEY,               -- from 1 on, without a gap
  at       INTEGER NOT NULL,                  -- epoch ms
  actor    TEXT NOT NULL,
  action   TEXT NOT NULL,                     -- JSON
  previous TEXT NOT NULL UNIQUE,              -- the hash of the row before
  hash     TEXT NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER ledger_grows_at_its_end BEFORE INSERT ON ledger
WHEN NEW.seq <> (SELECT ifnull(max(seq), 0) + 1 FROM ledger)
  OR NEW.previous <> ifnull((SELECT hash FROM ledger ORDER BY seq DESC LIMIT 1), NEW.previous)
BEGIN SELECT RAISE(ABORT, 'the ledger grows at its end only'); END;
CREATE TRIGGER ledger_keeps_what_was_said BEFORE UPDATE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger is never changed'); END;
CREATE TRIGGER ledger_loses_nothing BEFORE DELETE ON ledger
BEGIN SELECT RAISE(ABORT, 'the ledger loses nothing'); END;

-- Files that prove something, by their hash.
CREATE TABLE attachment (
  sha256  TEXT PRIMARY KEY,
  at      INTEGER NOT NULL,                   -- when it first came, epoch ms
  content BLOB NOT NULL CHECK (length(content) <= 10485760)
) STRICT;
CREATE TRIGGER attachment_is_kept BEFORE DELETE ON attachment
BEGIN SELECT RAISE(ABORT, 'attachments are kept'); END;
CREATE TRIGGER attachment_is_not_changed BEFORE UPDATE ON attachment
BEGIN SELECT RAISE(ABORT, 'attachments are never changed'); END;
CREATE TRIGGER attachment_is_not_replaced BEFORE INSERT ON attachment
WHEN EXISTS (SELECT 1 FROM attachment WHERE sha256 = NEW.sha256)
BEGIN SELECT RAISE(ABORT, 'attachments are never replaced'); END;
`,
};
