import type { Migration } from './migration.js';

/** The newest text of each calendar's event that was read, so that a file of before is known as such. */
export const calendarEvents: Migration = {
  version: 14,
  sql: `
CREATE TABLE calendar_event (
  source    TEXT PRIMARY KEY,   -- as the exclusion has it
  sequence  INTEGER NOT NULL,      -- SEQUENCE
  stamp     INTEGER,               -- DTSTAMP, epoch ms; NULL: it had none
  overrides INTEGER NOT NULL       -- the highest SEQUENCE of single windows that were replaced; 0: none was
) STRICT, WITHOUT ROWID;
`,
};
