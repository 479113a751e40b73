import type { Migration } from './migration.js';

/** A `port` of '' is the observer itself, or all of its ports: a key may hold no null. Instants are epoch ms. */
export const watch: Migration = {
  version: 2,
  sql: `
CREATE TABLE outage (
  observer       TEXT NOT NULL,
  port           TEXT NOT NULL,
  start_at       INTEGER NOT NULL,             -- sending of the first unanswered echo
  start_earliest INTEGER NOT NULL,
  start_latest   INTEGER NOT NULL,
  end_at         INTEGER,                      -- null, like the two below: it lasts
  end_earliest   INTEGER,
  end_latest     INTEGER,
  opened_at      INTEGER NOT NULL,             -- when it was sure
  closed_at      INTEGER,
  voided_at      INTEGER,
  void_reason    TEXT,
  PRIMARY KEY (observer, port, start_at),
  CHECK (end_at >= start_at),
  CHECK ((end_at IS NULL) = (closed_at IS NULL)),
  CHECK ((voided_at IS NULL) = (void_reason IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX outage_by_start ON outage (start_at);
CREATE INDEX outage_open ON outage (observer) WHERE end_at IS NULL AND voided_at IS NULL;

-- Time in an outage that nobody observed: down before and after it.
CREATE TABLE outage_inferred (
  observer TEXT NOT NULL,
  port     TEXT NOT NULL,
  start_at INTEGER NOT NULL,
  from_at  INTEGER NOT NULL,
  to_at    INTEGER NOT NULL,
  reason   TEXT NOT NULL,
  PRIMARY KEY (observer, port, start_at, from_at),
  FOREIGN KEY (observer, port, start_at) REFERENCES outage (observer, port, start_at) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Every change of a port's state, in the order it was noticed.
CREATE TABLE watch_state (
  id       INTEGER PRIMARY KEY,
  observer TEXT NOT NULL,
  port     TEXT NOT NULL,
  at       INTEGER NOT NULL,
  state    TEXT NOT NULL,
  reason   TEXT,
  UNIQUE (observer, port, at, state)
) STRICT;
CREATE INDEX watch_state_by_time ON watch_state (at);

-- When an observer was watching: heartbeats, coalesced.
CREATE TABLE watch_span (
  observer TEXT NOT NULL,
  from_at  INTEGER NOT NULL,
  to_at    INTEGER NOT NULL CHECK (to_at >= from_at),
  PRIMARY KEY (observer, from_at)
) STRICT, WITHOUT ROWID;

-- Of what time an observer can say nothing although it ran.
CREATE TABLE watch_blind (
  observer TEXT NOT NULL,
  port     TEXT NOT NULL,
  from_at  INTEGER NOT NULL,
  to_at    INTEGER CHECK (to_at >= from_at),   -- null: it lasts
  reason   TEXT NOT NULL,
  PRIMARY KEY (observer, port, from_at, reason)
) STRICT, WITHOUT ROWID;
`,
};
