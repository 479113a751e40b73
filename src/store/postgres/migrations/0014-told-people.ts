import type { Migration } from './migration.js';

/** Who is told of statements and credits by mail without a target of its own. */
export const toldPeople: Migration = {
  version: 14,
  sql: `
ALTER TABLE person ADD COLUMN email text;       -- where mails go; NULL: the user gets none
ALTER TABLE contact ADD COLUMN muted_at bigint; -- since when it gets no mails, epoch ms; NULL: it gets them
`,
};
