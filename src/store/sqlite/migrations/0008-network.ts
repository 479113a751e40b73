import type { Migration } from './migration.js';

/**
 * What the network itself said: ICMP errors with a round, and traces of paths. The line of rows that wait for a hub
 * takes traces too: its table is made anew without the list of kinds, and keeps its numbers.
 */
export const network: Migration = {
  version: 8,
  sql: `
ALTER TABLE round ADD COLUMN icmp_errors TEXT;   -- JSON, a list; null: none came

CREATE TABLE path_trace (
  observer TEXT NOT NULL,
  port     TEXT NOT NULL,
  at       INTEGER NOT NULL,                     -- when it began, epoch ms
  reason   TEXT NOT NULL,                        -- outage, severe, quiet
  address  TEXT NOT NULL,
  runs     TEXT NOT NULL,                        -- JSON, a list
  PRIMARY KEY (observer, port, at)
) STRICT, WITHOUT ROWID;
CREATE INDEX path_trace_of_port ON path_trace (port, at);

PRAGMA legacy_alter_table = ON;                  -- triggers name the table while it is made anew
CREATE TABLE forward_watch_new (
  number   INTEGER PRIMARY KEY AUTOINCREMENT,
  kind     TEXT NOT NULL,                        -- outage, state, span, blind, path, trace
  observer TEXT NOT NULL,                        -- of a path: its name
  port     TEXT NOT NULL,
  at       INTEGER NOT NULL,                     -- epoch ms
  detail   TEXT NOT NULL,                        -- the rest of the row's key: state or reason
  UNIQUE (kind, observer, port, at, detail)
) STRICT;
INSERT INTO forward_watch_new SELECT number, kind, observer, port, at, detail FROM forward_watch;
DELETE FROM sqlite_sequence WHERE name = 'forward_watch_new';
INSERT INTO sqlite_sequence (name, seq)
  SELECT 'forward_watch_new', seq FROM sqlite_sequence WHERE name = 'forward_watch';
DROP TABLE forward_watch;
ALTER TABLE forward_watch_new RENAME TO forward_watch;
PRAGMA legacy_alter_table = OFF;
`,
};
