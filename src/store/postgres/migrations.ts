import { initial } from './migrations/0001-initial.js';
import { watch } from './migrations/0002-watch.js';
import { ledger } from './migrations/0003-ledger.js';
import { access } from './migrations/0004-access.js';
import { faultReports } from './migrations/0005-fault-reports.js';
import { statements } from './migrations/0006-statements.js';
import { network } from './migrations/0007-network.js';
import { identity } from './migrations/0008-identity.js';
import { sizeSums } from './migrations/0009-size-sums.js';
import { creditBatches } from './migrations/0010-credit-batches.js';
import { periodLocks } from './migrations/0011-period-locks.js';
import { statementNames } from './migrations/0012-statement-names.js';
import { calendarEvents } from './migrations/0013-calendar-events.js';
import { toldPeople } from './migrations/0014-told-people.js';
import { networkTold } from './migrations/0015-network-told.js';
import type { Migration } from './migrations/migration.js';

export const migrations: readonly Migration[] = [
  initial,
  watch,
  ledger,
  access,
  faultReports,
  statements,
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
