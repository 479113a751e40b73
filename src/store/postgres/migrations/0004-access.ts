import type { Migration } from './migration.js';

/** Who may come in; secrets as hashes only. What was done is a chain that grows at its end, behind a lock. */
export const access: Migration = {
  version: 4,
  sql: `
CREATE TABLE token (
  id           text COLLATE "C" PRIMARY KEY,              -- its first digits, no secret
  hash         text NOT NULL UNIQUE,          -- SHA-256 of the whole
  name         text NOT NULL,
  roles        text NOT NULL,                 -- apart by a space
  customer     text,
  scopes       text,                          -- apart by a space; NULL: all that the roles may
  created_at   bigint NOT NULL,              -- epoch ms, as all below
  expires_at   bigint,
  revoked_at   bigint,
  last_used_at bigint
);

CREATE TABLE person (
  name        text COLLATE "C" NOT NULL,
  password    text NOT NULL,                  -- scrypt
  roles       text NOT NULL,
  customer    text,
  created_at  bigint NOT NULL,
  password_at bigint NOT NULL,
  disabled_at bigint
);
-- Whatever the case of its letters of ASCII.
CREATE UNIQUE INDEX person_by_name ON person (lower(name));

CREATE TABLE session (
  hash       text PRIMARY KEY,                -- SHA-256 of what the cookie holds
  principal  text NOT NULL,
  name       text NOT NULL,
  via        text NOT NULL CHECK (via IN ('password', 'oidc')),
  roles      text NOT NULL,
  customer   text,
  csrf       text NOT NULL,
  created_at bigint NOT NULL,
  expires_at bigint NOT NULL,
  seen_at    bigint NOT NULL
);
CREATE INDEX session_by_end ON session (expires_at);

CREATE TABLE trail (
  seq       bigint PRIMARY KEY,              -- from 1 on, without a gap
  at        bigint NOT NULL,
  principal text NOT NULL,
  name      text NOT NULL,
  origin    text NOT NULL,
  action    text NOT NULL,
  target    text NOT NULL,
  status    bigint NOT NULL,
  amounts   smallint NOT NULL CHECK (amounts IN (0, 1)),
  previous  text NOT NULL UNIQUE,
  hash      text NOT NULL UNIQUE
);
CREATE TRIGGER trail_keeps_what_was_done BEFORE UPDATE OR DELETE ON trail
  FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER trail_loses_nothing BEFORE TRUNCATE ON trail
  FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();

-- Answers to requests with a key of their own: the same request again gets the same answer.
CREATE TABLE reply (
  principal    text NOT NULL,
  key          text NOT NULL,
  request      text NOT NULL,
  at           bigint NOT NULL,
  status       bigint NOT NULL,
  content_type text NOT NULL,
  body         text NOT NULL,
  PRIMARY KEY (principal, key)
);
CREATE INDEX reply_by_time ON reply (at);
`,
};
