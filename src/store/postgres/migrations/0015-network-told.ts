import type { Migration } from './migration.js';

/** What of the network was told and goes on: a daemon that starts again tells its end, and not its beginning again. */
export const networkTold: Migration = {
  version: 15,
  sql: `
CREATE TABLE network_told (
  event text COLLATE "C" NOT NULL,            -- outage.opened, path.severe, month.budget
  about text COLLATE "C" NOT NULL,            -- a port, a path, a service
  began bigint NOT NULL,                      -- epoch ms: of the outage, the round, the service's period
  used  bigint,                               -- of a budget, in percent
  PRIMARY KEY (event, about)
);
`,
};
