import type { Migration } from './migration.js';

/** Statements in revisions, what they owe, and people at customers, whose data are stored here only. */
export const statements: Migration = {
  version: 6,
  sql: `
-- The latest draft of a service's month; replaced whenever it is drawn up again.
CREATE TABLE statement_draft (
  id       text PRIMARY KEY,                  -- 2026-10/service
  month    text COLLATE "C" NOT NULL,
  service  text COLLATE "C" NOT NULL,
  customer text NOT NULL,
  revision bigint NOT NULL,
  hash     text NOT NULL,
  at       bigint NOT NULL,                  -- epoch ms, as all below
  document text NOT NULL                      -- JSON
);
CREATE INDEX statement_draft_of_month ON statement_draft (month, service);

-- A sealed revision: neither changed nor deleted, and each on top of the one before.
CREATE TABLE statement (
  id        text NOT NULL,
  revision  bigint NOT NULL CHECK (revision > 0),
  month     text COLLATE "C" NOT NULL,
  service   text COLLATE "C" NOT NULL,
  customer  text NOT NULL,
  hash      text NOT NULL UNIQUE,
  previous  text,
  key       text NOT NULL,
  signature text NOT NULL,
  sealed_at bigint NOT NULL,
  sealed_by text NOT NULL,
  seal      text NOT NULL,                    -- when it was sealed, as it was signed
  document  text NOT NULL,                    -- JSON
  PRIMARY KEY (id, revision)
);
CREATE INDEX statement_of_month ON statement (month, service);
CREATE TRIGGER statement_is_never_changed BEFORE UPDATE OR DELETE ON statement
  FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER statement_is_kept BEFORE TRUNCATE ON statement
  FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();

-- What a revision owes; its facts stand from its sealing on.
CREATE TABLE credit (
  number      bigint PRIMARY KEY,             -- never given twice: rows are kept
  id          text NOT NULL UNIQUE,           -- CR-2026-10-000123
  statement   text NOT NULL,
  revision    bigint NOT NULL,
  kind        text NOT NULL CHECK (kind IN ('credit', 'adjustment', 'reversal')),
  reverses    text,
  month       text NOT NULL,
  service     text NOT NULL,
  customer    text NOT NULL,
  site        text NOT NULL,
  currency    text NOT NULL,
  gross       text NOT NULL,
  tax         text,
  net         text,
  claim_by    text,
  status      text NOT NULL
    CHECK (status IN ('draft', 'dropped', 'sealed', 'claimed', 'exported', 'settled', 'reversed')),
  created_at  bigint NOT NULL,
  changed_at  bigint NOT NULL,
  cursor      bigint NOT NULL DEFAULT 0,
  note        text,
  reminded_at bigint
);
CREATE UNIQUE INDEX credit_of_revision ON credit (statement, revision) WHERE kind <> 'reversal';
CREATE UNIQUE INDEX credit_in_feed ON credit (cursor) WHERE cursor > 0;
CREATE TRIGGER credit_says_what_it_said
  BEFORE UPDATE OF number, id, statement, revision, kind, reverses, month, service, customer, site, currency, gross, tax,
    net, claim_by, created_at ON credit
  FOR EACH ROW WHEN (OLD.status NOT IN ('draft', 'dropped')) EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER credit_is_kept BEFORE DELETE ON credit FOR EACH ROW EXECUTE FUNCTION kept_as_it_is();
CREATE TRIGGER credit_loses_nothing BEFORE TRUNCATE ON credit
  FOR EACH STATEMENT EXECUTE FUNCTION kept_as_it_is();

CREATE TABLE month_closed (
  month text PRIMARY KEY,
  at    bigint NOT NULL
);

-- Sealed statements whose inputs are others by now.
CREATE TABLE statement_changed (
  id  text PRIMARY KEY,
  at  bigint NOT NULL,
  why text NOT NULL                           -- JSON, a list of texts
);

-- People at customers. An erased one keeps its id and nothing else of the person.
CREATE TABLE contact (
  id         text COLLATE "C" PRIMARY KEY,                -- P12
  customer   text NOT NULL,
  name       text,
  email      text,
  phone      text,
  added_at   bigint NOT NULL,
  changed_at bigint NOT NULL,
  erased_at  bigint,
  CHECK (erased_at IS NULL OR (name IS NULL AND email IS NULL AND phone IS NULL))
);
`,
};
