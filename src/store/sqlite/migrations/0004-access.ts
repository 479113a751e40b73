import type { Migration } from './migration.js';

/** Who may come in; secrets as hashes only. What was done is a chain that grows at its end only. */
export const access: Migration = {
  version: 4,
  sql: `
CREATE TABLE token (
  id           TEXT PRIMARY KEY,              -- its first digits, no secret
  hash         TEXT NOT NULL UNIQUE,          -- SHA-256 of the whole
  name         TEXT NOT NULL,
  roles        TEXT NOT NULL,                 -- apart by a space
  customer     TEXT,
  scopes       TEXT,                          -- apart by a space; NULL: all that the roles may
  created_at   INTEGER NOT NULL,              -- epoch ms, as all below
  expires_at   INTEGER,
  revoked_at   INTEGER,
  last_used_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE person (
  name        TEXT PRIMARY KEY COLLATE NOCASE,
  password    TEXT NOT NULL,                  -- scrypt
  roles       TEXT NOT NULL,
  customer    TEXT,
  created_at  INTEGER NOT NULL,
  password_at INTEGER NOT NULL,
  disabled_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
  hash       TEXT PRIMARY KEY,                -- SHA-256 of what the cookie holds
  principal  TEXT NOT NULL,
  name       TEXT NOT NULL,
  via        TEXT NOT NULL CHECK (via IN ('password', 'oidc')),
  roles      TEXT NOT NULL,
  customer   TEXT,
  csrf       TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  seen_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX session_by_end ON session (expires_at);

CREATE TABLE trail (
  seq       INTEGER PRIMARY KEY,              -- from 1 on, without a gap
  at        INTEGER NOT NULL,
  principal TEXT NOT NULL,
  name      TEXT NOT NULL,
  origin    TEXT NOT NULL,
  action    TEXT NOT NULL,
  target    TEXT NOT NULL,
  status    INTEGER NOT NULL,
  amounts   INTEGER NOT NULL CHECK (amounts IN (0, 1)),
  previous  TEXT NOT NULL UNIQUE,
  hash      TEXT NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER trail_grows_at_its_end BEFORE INSERT ON trail
WHEN NEW.seq <> (SELECT ifnull(max(seq), 0) + 1 FROM trail)
  OR NEW.previous <> ifnull((SELECT hash FROM trail ORDER BY seq DESC LIMIT 1), NEW.previous)
BEGIN SELECT RAISE(ABORT, 'the trail grows at its end only'); END;
CREATE TRIGGER trail_keeps_what_was_done BEFORE UPDATE ON trail
BEGIN SELECT RAISE(ABORT, 'the trail is never changed'); END;
CREATE TRIGGER trail_loses_nothing BEFORE DELETE ON trail
BEGIN SELECT RAISE(ABORT, 'the trail loses nothing'); END;

-- Answers to requests with a key of their own: the same request again gets the same answer.
CREATE TABLE reply (
  principal    TEXT NOT NULL,
  key          TEXT NOT NULL,
  request      TEXT NOT NULL,
  at           INTEGER NOT NULL,
  status       INTEGER NOT NULL,
  content_type TEXT NOT NULL,
  body         TEXT NOT NULL,
  PRIMARY KEY (principal, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX reply_by_time ON reply (at);
`,
};
