import type { Migration } from './migration.js';

/** Statements in revisions, what they owe, and people at customers, whose data are stored here only. */
export const statements: Migration = {
  version: 6,
  sql: `
-- The latest draft of a service's month; replaced whenever it is drawn up again.
CREATE TABLE statement_draft (
  id       TEXT PRIMARY KEY,                  -- 2026-10/service
  month    TEXT NOT NULL,
  service  TEXT NOT NULL,
  customer TEXT NOT NULL,
  revision INTEGER NOT NULL,
  hash     TEXT NOT NULL,
  at       INTEGER NOT NULL,                  -- epoch ms, as all below
  document TEXT NOT NULL                      -- JSON
) STRICT, WITHOUT ROWID;
CREATE INDEX statement_draft_of_month ON statement_draft (month, service);

-- A sealed revision: neither changed nor deleted, and each on top of the one before.
CREATE TABLE statement (
  id        TEXT NOT NULL,
  revision  INTEGER NOT NULL CHECK (revision > 0),
  month     TEXT NOT NULL,
  service   TEXT NOT NULL,
  customer  TEXT NOT NULL,
  hash      TEXT NOT NULL UNIQUE,
  previous  TEXT,
  key       TEXT NOT NULL,
  signature TEXT NOT NULL,
  sealed_at INTEGER NOT NULL,
  sealed_by TEXT NOT NULL,
  seal      TEXT NOT NULL,                    -- when it was sealed, as it was signed
  document  TEXT NOT NULL,                    -- JSON
  PRIMARY KEY (id, revision)
) STRICT, WITHOUT ROWID;
CREATE INDEX statement_of_month ON statement (month, service);
CREATE TRIGGER statement_follows_the_last BEFORE INSERT ON statement
WHEN NEW.revision <> (SELECT ifnull(max(revision), 0) + 1 FROM statement WHERE id = NEW.id)
  OR NEW.previous IS NOT (SELECT hash FROM statement WHERE id = NEW.id ORDER BY revision DESC LIMIT 1)
BEGIN SELECT RAISE(ABORT, 'a revision follows the last one'); END;
CREATE TRIGGER statement_is_never_changed BEFORE UPDATE ON statement
BEGIN SELECT RAISE(ABORT, 'a sealed statement is never changed'); END;
CREATE TRIGGER statement_is_kept BEFORE DELETE ON statement
BEGIN SELECT RAISE(ABORT, 'a sealed statement is kept'); END;

-- What a revision owes; its facts stand from its sealing on.
CREATE TABLE credit (
  number      INTEGER PRIMARY KEY AUTOINCREMENT, -- never given twice
  id          TEXT NOT NULL UNIQUE,           -- CR-2026-10-000123
  statement   TEXT NOT NULL,
  revision    INTEGER NOT NULL,
  kind        TEXT NOT NULL CHECK (kind IN ('credit', 'adjustment', 'reversal')),
  reverses    TEXT,
  month       TEXT NOT NULL,
  service     TEXT NOT NULL,
  customer    TEXT NOT NULL,
  site        TEXT NOT NULL,
  currency    TEXT NOT NULL,
  gross       TEXT NOT NULL,
  tax         TEXT,
  net         TEXT,
  claim_by    TEXT,
  status      TEXT NOT NULL
    CHECK (status IN ('draft', 'dropped', 'sealed', 'claimed', 'exported', 'settled', 'reversed')),
  created_at  INTEGER NOT NULL,
  changed_at  INTEGER NOT NULL,
  cursor      INTEGER NOT NULL DEFAULT 0,
  note        TEXT,
  reminded_at INTEGER
) STRICT;
CREATE UNIQUE INDEX credit_of_revision ON credit (statement, revision) WHERE kind <> 'reversal';
CREATE UNIQUE INDEX credit_in_feed ON credit (cursor) WHERE cursor > 0;
CREATE TRIGGER credit_says_what_it_said
BEFORE UPDATE OF id, statement, revision, kind, reverses, month, service, customer, site, currency, gross, tax, net,
  claim_by, created_at ON credit
WHEN OLD.status NOT IN ('draft', 'dropped')
BEGIN SELECT RAISE(ABORT, 'a credit is never changed'); END;
CREATE TRIGGER credit_is_kept BEFORE DELETE ON credit
BEGIN SELECT RAISE(ABORT, 'a credit is kept'); END;

CREATE TABLE month_closed (
  month TEXT PRIMARY KEY,
  at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Sealed statements whose inputs are others by now.
CREATE TABLE statement_changed (
  id  TEXT PRIMARY KEY,
  at  INTEGER NOT NULL,
  why TEXT NOT NULL                           -- JSON, a list of texts
) STRICT, WITHOUT ROWID;

-- People at customers. An erased one keeps its id and nothing else of the person.
CREATE TABLE contact (
  id         TEXT PRIMARY KEY,                -- P12
  customer   TEXT NOT NULL,
  name       TEXT,
  email      TEXT,
  phone      TEXT,
  added_at   INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  erased_at  INTEGER,
  CHECK (erased_at IS NULL OR (name IS NULL AND email IS NULL AND phone IS NULL))
) STRICT;
`,
};
