import type { Migration } from './migration.js';

/** What the ids of a sealed statement were called when it was sealed. */
export const statementNames: Migration = {
  version: 12,
  sql: `
-- The signed document has ids only; these are the names that its files show, whatever they are called by now.
CREATE TABLE statement_names (
  id       text COLLATE "C" NOT NULL,
  revision bigint NOT NULL,
  names    text NOT NULL,                     -- JSON: of its customers, sites and PoPs
  PRIMARY KEY (id, revision)
);
CREATE TRIGGER statement_names_are_never_changed BEFORE UPDATE OR DELETE ON statement_names
  FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER statement_names_are_kept BEFORE TRUNCATE ON statement_names
  FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();
`,
};
