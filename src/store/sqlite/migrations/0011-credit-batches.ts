import type { Migration } from './migration.js';

/** Credits on their way into the books: batches with the files that were handed out, and the numbers of credit notes. */
export const creditBatches: Migration = {
  version: 11,
  sql: `
-- A batch of credits for finance's system: what it holds, and the file that was made of it.
CREATE TABLE credit_batch (
  number       INTEGER PRIMARY KEY AUTOINCREMENT,
  id           TEXT NOT NULL UNIQUE,           -- EB-000001
  state        TEXT NOT NULL CHECK (state IN ('made', 'fetched', 'confirmed', 'withdrawn')),
  mapping      TEXT NOT NULL,
  file         TEXT NOT NULL CHECK (file IN ('csv', 'xlsx')),
  month        TEXT,                           -- NULL: of every month
  posting_date TEXT NOT NULL,                  -- 2026-11-30
  totals       TEXT NOT NULL,                  -- JSON, by currency
  hash         TEXT NOT NULL,                  -- SHA-256 of the bytes
  content      TEXT NOT NULL,                  -- JSON: notes, lines and refused notes
  bytes        BLOB NOT NULL,                  -- the file
  created_at   INTEGER NOT NULL,                   -- epoch ms, as all below
  created_by   TEXT NOT NULL,
  fetched_at   INTEGER,
  ended_at     INTEGER,                            -- when it was confirmed or taken back
  ended_by     TEXT,
  note         TEXT
) STRICT;

-- The numbers of credit notes: each follows the last of its issuer and year, and none is given twice.
CREATE TABLE credit_note (
  issuer    TEXT NOT NULL,
  year      TEXT NOT NULL,
  number    INTEGER NOT NULL,
  id        TEXT NOT NULL UNIQUE,              -- CN-2026-000001
  batch     TEXT NOT NULL,
  bill_to   TEXT NOT NULL,
  month     TEXT NOT NULL,
  currency  TEXT NOT NULL,
  gross     TEXT NOT NULL,
  PRIMARY KEY (issuer, year, number)
) STRICT, WITHOUT ROWID;
CREATE INDEX credit_note_of_batch ON credit_note (batch);

ALTER TABLE credit ADD COLUMN batch TEXT;      -- the batch that it is in; NULL: in none
CREATE INDEX credit_of_batch ON credit (batch) WHERE batch IS NOT NULL;

CREATE TRIGGER credit_batch_says_what_it_said
BEFORE UPDATE OF number, id, mapping, file, month, posting_date, totals, hash, content, bytes, created_at, created_by
  ON credit_batch
BEGIN SELECT RAISE(ABORT, 'a batch is never changed'); END;
CREATE TRIGGER credit_batch_is_kept BEFORE DELETE ON credit_batch
BEGIN SELECT RAISE(ABORT, 'a batch is kept'); END;
CREATE TRIGGER credit_batch_has_ended BEFORE UPDATE OF state ON credit_batch
WHEN OLD.state IN ('confirmed', 'withdrawn') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'a batch that has ended is not moved'); END;
CREATE TRIGGER credit_note_is_never_changed BEFORE UPDATE ON credit_note
BEGIN SELECT RAISE(ABORT, 'a credit note is never changed'); END;
CREATE TRIGGER credit_note_is_kept BEFORE DELETE ON credit_note
BEGIN SELECT RAISE(ABORT, 'a credit note is kept'); END;
`,
};
