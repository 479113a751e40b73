import type { Migration } from './migration.js';

/** Fault reports as chains of events, what is sent because of them, and to whom. */
export const faultReports: Migration = {
  version: 5,
  sql: `
CREATE TABLE fault_event (
  report   INTEGER NOT NULL,                  -- 7 of F7
  seq      INTEGER NOT NULL,                  -- from 1 on, without a gap
  at       INTEGER NOT NULL,                  -- epoch ms
  actor    TEXT NOT NULL,                     -- an id; contacts stand elsewhere
  side     TEXT NOT NULL,                     -- customer, noc, system
  action   TEXT NOT NULL,                     -- JSON
  previous TEXT NOT NULL,                     -- the hash of the event before
  hash     TEXT NOT NULL,
  PRIMARY KEY (report, seq)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER fault_event_keeps_what_was_said BEFORE UPDATE ON fault_event
BEGIN SELECT RAISE(ABORT, 'what was said of a report is never changed'); END;
CREATE TRIGGER fault_event_loses_nothing BEFORE DELETE ON fault_event
BEGIN SELECT RAISE(ABORT, 'a report loses nothing'); END;

-- A report as lists look at it: made from its events, beside them.
CREATE TABLE fault_report (
  number     INTEGER PRIMARY KEY,
  customer   TEXT NOT NULL,
  path       TEXT,
  service    TEXT,
  state      TEXT NOT NULL,
  incident   TEXT NOT NULL,
  owner      TEXT,
  subject    TEXT,                            -- the path, or service:ID
  hour       INTEGER,                         -- epoch ms
  filed_at   INTEGER NOT NULL,
  updated_at INTEGER NOT NULL
) STRICT;
CREATE INDEX fault_report_by_customer ON fault_report (customer, number);
CREATE INDEX fault_report_by_subject ON fault_report (subject, hour);

CREATE TABLE fault_suggestion (
  path       TEXT NOT NULL,
  first_slot INTEGER NOT NULL,
  last_slot  INTEGER NOT NULL,
  metrics    TEXT NOT NULL,                   -- latency, loss, or both with a comma
  raised_at  INTEGER NOT NULL,
  ended_slot INTEGER,                         -- the first round that was normal again
  PRIMARY KEY (path, first_slot)
) STRICT, WITHOUT ROWID;
CREATE INDEX fault_suggestion_by_slot ON fault_suggestion (first_slot);

-- Who is told of what. A row goes when it is taken back: it holds an address.
CREATE TABLE notify_target (
  id         TEXT PRIMARY KEY,
  customer   TEXT,                            -- null: the operator's own
  kind       TEXT NOT NULL,                   -- webhook, mail, tmf
  address    TEXT NOT NULL,
  secret     TEXT,
  language   TEXT NOT NULL,
  events     TEXT NOT NULL,                   -- names with commas
  query      TEXT,
  created_at INTEGER NOT NULL,
  created_by TEXT NOT NULL
) STRICT;

-- What is to be sent, and what became of it.
CREATE TABLE outbox (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  key        TEXT NOT NULL UNIQUE,
  target     TEXT NOT NULL,
  event      TEXT NOT NULL,
  about      TEXT NOT NULL,
  body       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  due_at     INTEGER NOT NULL,
  attempts   INTEGER NOT NULL DEFAULT 0,
  state      TEXT NOT NULL DEFAULT 'waiting', -- waiting, sent, dead, dropped
  last_error TEXT,
  settled_at INTEGER
) STRICT;
CREATE INDEX outbox_to_do ON outbox (due_at) WHERE state = 'waiting';
CREATE INDEX outbox_dead ON outbox (id) WHERE state = 'dead';
`,
};
