import type { Migration } from './migration.js';

/** The newest text of each calendar's event that was read, so that a file of before is known as such. */
export const calendarEvents: Migration = {
  version: 13,
  sql: `
CREATE TABLE calendar_event (
  source    text COLLATE "C" PRIMARY KEY,   -- as the exclusion has it
  sequence  bigint NOT NULL,      -- SEQUENCE
  stamp     bigint,               -- DTSTAMP, epoch ms; NULL: it had none
  overrides bigint NOT NULL       -- the highest SEQUENCE of single windows that were replaced; 0: none was
);
`,
};
