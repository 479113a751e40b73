import type { Migration } from './migration.js';

/** Credits on their way into the books: batches with the files that were handed out, and the numbers of credit notes. */
export const creditBatches: Migration = {
  version: 10,
  sql: `
-- A batch of credits for finance's system: what it holds, and the file that was made of it.
CREATE TABLE credit_batch (
  number       bigint PRIMARY KEY,
  id           text NOT NULL UNIQUE,           -- EB-000001
  state        text NOT NULL CHECK (state IN ('made', 'fetched', 'confirmed', 'withdrawn')),
  mapping      text NOT NULL,
  file         text NOT NULL CHECK (file IN ('csv', 'xlsx')),
  month        text,                           -- NULL: of every month
  posting_date text NOT NULL,                  -- 2026-11-30
  totals       text NOT NULL,                  -- JSON, by currency
  hash         text NOT NULL,                  -- SHA-256 of the bytes
  content      text NOT NULL,                  -- JSON: notes, lines and refused notes
  bytes        bytea NOT NULL,                  -- the file
  created_at   bigint NOT NULL,                   -- epoch ms, as all below
  created_by   text NOT NULL,
  fetched_at   bigint,
  ended_at     bigint,                            -- when it was confirmed or taken back
  ended_by     text,
  note         text
);

-- The numbers of credit notes: each follows the last of its issuer and year, and none is given twice.
CREATE TABLE credit_note (
  issuer    text COLLATE "C" NOT NULL,
  year      text COLLATE "C" NOT NULL,
  number    bigint NOT NULL,
  id        text NOT NULL UNIQUE,              -- CN-2026-000001
  batch     text NOT NULL,
  bill_to   text NOT NULL,
  month     text NOT NULL,
  currency  text NOT NULL,
  gross     text NOT NULL,
  PRIMARY KEY (issuer, year, number)
);
CREATE INDEX credit_note_of_batch ON credit_note (batch);

ALTER TABLE credit ADD COLUMN batch text;      -- the batch that it is in; NULL: in none
CREATE INDEX credit_of_batch ON credit (batch) WHERE batch IS NOT NULL;

CREATE TRIGGER credit_batch_says_what_it_said
  BEFORE UPDATE OF number, id, mapping, file, month, posting_date, totals, hash, content, bytes, created_at, created_by
  ON credit_batch FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER credit_batch_is_kept BEFORE DELETE ON credit_batch
  FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER credit_batch_loses_nothing BEFORE TRUNCATE ON credit_batch
  FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER credit_batch_has_ended BEFORE UPDATE OF state ON credit_batch
  FOR EACH ROW WHEN (OLD.state IN ('confirmed', 'withdrawn') AND NEW.state <> OLD.state)
  EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER credit_note_is_kept BEFORE UPDATE OR DELETE ON credit_note
  FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER credit_note_loses_nothing BEFORE TRUNCATE ON credit_note
  FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();
`,
};
