import { initial } from './migrations/0001-initial.js';
import { watch } from './migrations/0002-watch.js';
import { ledger } from './migrations/0003-ledger.js';
import { access } from './migrations/0004-access.js';
import { faultReports } from './migrations/0005-fault-reports.js';
import { statements } from './migrations/0006-statements.js';
import { forward } from './migrations/0007-forward.js';
import { network } from './migrations/0008-network.js';
import { identity } from './migrations/0009-identity.js';
import { sizeSums } from './migrations/0010-size-sums.js';
import { creditBatches } from './migrations/0011-credit-batches.js';
import { periodLocks } from './migrations/0012-period-locks.js';
import { statementNames } from './migrations/0013-statement-names.js';
import { calendarEvents } from './migrations/0014-calendar-events.js';
import { toldPeople } from './migrations/0015-told-people.js';
import { networkTold } from './migrations/0016-network-told.js';
import type { Migration } from './migrations/migration.js';

/** Every step, in order: the last one's version is the schema this program works with. */
export const migrations: readonly Migration[] = [
  initial,
  watch,
  ledger,
  access,
  faultReports,
  statements,
  forward,
  network,
  identity,
  sizeSums,
  creditBatches,
  periodLocks,
  statementNames,
  calendarEvents,
  toldPeople,
  networkTold,
];
