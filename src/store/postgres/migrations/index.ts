import { initial } from './0001-initial.js';
import { watch } from './0002-watch.js';
import { ledger } from './0003-ledger.js';
import { access } from './0004-access.js';
import { faultReports } from './0005-fault-reports.js';
import { statements } from './0006-statements.js';
import { network } from './0007-network.js';
import type { Migration } from './migration.js';

export const migrations: readonly Migration[] = [
  initial,
  watch,
  ledger,
  access,
  faultReports,
  statements,
  network,
];
