import type { Migration } from './migration.js';

/**
 * Who somebody is apart from a display name: the principal beside the actor of a ledger event, the provider's subject
 * and session beside a session, second factors, and devices that signed in before.
 */
export const identity: Migration = {
  version: 9,
  sql: `
ALTER TABLE ledger ADD COLUMN principal TEXT;    -- user:NAME, token:ID, oidc:SUBJECT@ISSUER; NULL: only a name is known

ALTER TABLE session ADD COLUMN issuer TEXT;      -- of the provider; NULL: signed in with a password
ALTER TABLE session ADD COLUMN subject TEXT;
ALTER TABLE session ADD COLUMN provider_session TEXT; -- the claim sid, for back-channel logout
ALTER TABLE session ADD COLUMN checked_at INTEGER;    -- when the provider last confirmed the roles, epoch ms
ALTER TABLE session ADD COLUMN sealed_grant TEXT;     -- refresh token, encrypted with a key made of the cookie
ALTER TABLE session ADD COLUMN origin TEXT;           -- the address it was begun from
ALTER TABLE session ADD COLUMN limited INTEGER NOT NULL DEFAULT 0; -- 1: may only enrol a second factor
CREATE INDEX session_by_principal ON session (principal);

CREATE TABLE second_factor (
  person       TEXT PRIMARY KEY,                 -- the user's name in lower case
  secret       TEXT NOT NULL,                    -- base32
  confirmed_at INTEGER,                          -- epoch ms; NULL: enrolment has not been finished
  last_step    INTEGER NOT NULL,                 -- the latest 30 s step of which a code was used
  recovery     TEXT NOT NULL                     -- SHA-256 of the recovery codes that are left, apart by a space
) STRICT, WITHOUT ROWID;

CREATE TABLE device (
  hash    TEXT PRIMARY KEY,                      -- SHA-256 of what the cookie holds
  person  TEXT NOT NULL,
  seen_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX device_of_person ON device (person, seen_at);

ALTER TABLE notify_target ADD COLUMN gone_at INTEGER;  -- when it answered 410 Gone, epoch ms; NULL: it is in use

CREATE TABLE exclusion_feed (
  source     TEXT PRIMARY KEY,                   -- URL or file
  etag       TEXT,
  modified   TEXT,                               -- Last-Modified as the server wrote it
  checked_at INTEGER NOT NULL,                   -- epoch ms
  events     TEXT NOT NULL                       -- JSON: the exclusions' source texts that the feed had last
) STRICT, WITHOUT ROWID;
`,
};
