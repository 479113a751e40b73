import type { Migration } from './migration.js';

/** What the ids of a sealed statement were called when it was sealed. */
export const statementNames: Migration = {
  version: 13,
  sql: `
-- The signed document has ids only; these are the names that its files show, whatever they are called by now.
CREATE TABLE statement_names (
  id       TEXT NOT NULL,
  revision INTEGER NOT NULL,
  names    TEXT NOT NULL,                     -- JSON: of its customers, sites and PoPs
  PRIMARY KEY (id, revision)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER statement_names_are_never_changed BEFORE UPDATE ON statement_names
BEGIN SELECT RAISE(ABORT, 'the names of a sealed statement are never changed'); END;
CREATE TRIGGER statement_names_are_kept BEFORE DELETE ON statement_names
BEGIN SELECT RAISE(ABORT, 'the names of a sealed statement are kept'); END;
`,
};
