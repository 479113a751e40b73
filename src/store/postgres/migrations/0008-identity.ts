import type { Migration } from './migration.js';

/**
 * Who somebody is apart from a display name: the principal beside the actor of a ledger event, the provider's subject
 * and session beside a session, second factors, and devices that signed in before.
 */
export const identity: Migration = {
  version: 8,
  sql: `
ALTER TABLE ledger ADD COLUMN principal text;    -- user:NAME, token:ID, oidc:SUBJECT@ISSUER; NULL: only a name is known

ALTER TABLE session ADD COLUMN issuer text;      -- of the provider; NULL: signed in with a password
ALTER TABLE session ADD COLUMN subject text;
ALTER TABLE session ADD COLUMN provider_session text; -- the claim sid, for back-channel logout
ALTER TABLE session ADD COLUMN checked_at bigint;    -- when the provider last confirmed the roles, epoch ms
ALTER TABLE session ADD COLUMN sealed_grant text;     -- refresh token, encrypted with a key made of the cookie
ALTER TABLE session ADD COLUMN origin text;           -- the address it was begun from
ALTER TABLE session ADD COLUMN limited integer NOT NULL DEFAULT 0; -- 1: may only enrol a second factor
CREATE INDEX session_by_principal ON session (principal);

CREATE TABLE second_factor (
  person       text COLLATE "C" PRIMARY KEY,                 -- the user's name in lower case
  secret       text NOT NULL,                    -- base32
  confirmed_at bigint,                          -- epoch ms; NULL: enrolment has not been finished
  last_step    bigint NOT NULL,                 -- the latest 30 s step of which a code was used
  recovery     text NOT NULL                     -- SHA-256 of the recovery codes that are left, apart by a space
);

CREATE TABLE device (
  hash    text COLLATE "C" PRIMARY KEY,                      -- SHA-256 of what the cookie holds
  person  text NOT NULL,
  seen_at bigint NOT NULL
);
CREATE INDEX device_of_person ON device (person, seen_at);

ALTER TABLE notify_target ADD COLUMN gone_at bigint;  -- when it answered 410 Gone, epoch ms; NULL: it is in use

CREATE TABLE exclusion_feed (
  source     text COLLATE "C" PRIMARY KEY,                   -- URL or file
  etag       text,
  modified   text,                               -- Last-Modified as the server wrote it
  checked_at bigint NOT NULL,                   -- epoch ms
  events     text NOT NULL                       -- JSON: the exclusions' source texts that the feed had last
);
`,
};
