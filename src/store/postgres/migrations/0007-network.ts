import type { Migration } from './migration.js';

/** What the network itself said: ICMP errors with a round, and traces of paths. */
export const network: Migration = {
  version: 7,
  sql: `
ALTER TABLE round ADD COLUMN icmp_errors text;   -- JSON, a list; null: none came

CREATE TABLE path_trace (
  observer text COLLATE "C" NOT NULL,
  port     text COLLATE "C" NOT NULL,
  at       bigint NOT NULL,                      -- when it began, epoch ms
  reason   text NOT NULL,                        -- outage, severe, quiet
  address  text NOT NULL,
  runs     text NOT NULL,                        -- JSON, a list
  PRIMARY KEY (observer, port, at)
);
CREATE INDEX path_trace_of_port ON path_trace (port, at);
`,
};
