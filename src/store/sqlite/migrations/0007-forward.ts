import type { Migration } from './migration.js';

/**
 * Rows that wait to be sent to a hub, by their keys: what they hold is read when their turn comes. Triggers on the
 * tables fill both lines where this database is an agent's (`forward/triggers.ts`). A number is never given twice, so
 * that a row that changed while it was sent is told from the one that was sent.
 */
export const forward: Migration = {
  version: 7,
  sql: `
CREATE TABLE forward_slot (
  number  INTEGER PRIMARY KEY AUTOINCREMENT,
  slot    INTEGER NOT NULL,                    -- a round or a missing mark, which never changes
  path_id INTEGER NOT NULL
) STRICT;

CREATE TABLE forward_watch (
  number   INTEGER PRIMARY KEY AUTOINCREMENT,
  kind     TEXT NOT NULL CHECK (kind IN ('outage', 'state', 'span', 'blind', 'path')),
  observer TEXT NOT NULL,                      -- of a path: its name
  port     TEXT NOT NULL,
  at       INTEGER NOT NULL,                   -- epoch ms
  detail   TEXT NOT NULL,                      -- the rest of the row's key: state or reason
  UNIQUE (kind, observer, port, at, detail)
) STRICT;
`,
};
