import type { Migration } from './migration.js';

/**
 * What people entered, as a chain of hashes. A row is neither changed nor deleted, and comes only at the end; that it
 * does is for whoever appends to see to, behind a lock that all of them take.
 */
export const ledger: Migration = {
  version: 3,
  sql: `
CREATE FUNCTION kept_as_it_is() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'rows of % are neither changed nor deleted', TG_TABLE_NAME;
END $$;

CREATE TABLE ledger (
  seq      bigint PRIMARY KEY CHECK (seq > 0),     -- from 1 on, without a gap
  at       bigint NOT NULL,                        -- epoch ms
  actor    text NOT NULL,
  action   text NOT NULL,                          -- JSON
  previous text NOT NULL UNIQUE,                   -- the hash of the row before
  hash     text NOT NULL UNIQUE
);
CREATE TRIGGER ledger_keeps_what_was_said BEFORE UPDATE OR DELETE ON ledger
  FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER ledger_loses_nothing BEFORE TRUNCATE ON ledger
  FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();

-- Files that prove something, by their hash.
CREATE TABLE attachment (
  sha256  text PRIMARY KEY,
  at      bigint NOT NULL,                         -- when it first came, epoch ms
  content bytea NOT NULL CHECK (length(content) <= 10485760)
);
CREATE TRIGGER attachment_is_kept BEFORE UPDATE OR DELETE ON attachment
  FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
`,
};
