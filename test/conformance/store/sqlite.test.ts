import { join } from 'node:path';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { tempDir } from '../../support/temp-dir.js';
import { accessConformance } from './access.js';
import { faultsConformance } from './faults.js';
import { ledgerConformance } from './ledger.js';
import { monthSumsConformance } from './month-sums.js';
import { rowsConformance } from './rows.js';
import { batchConformance } from './batches.js';
import { statementConformance } from './statements.js';
import { sizeSumsConformance } from './size-sums.js';
import { storeConformance } from './suite.js';
import { watchConformance } from './watch.js';

const open = () => openSqliteStore({ path: join(tempDir(), 'store.db') });

storeConformance('sqlite', open);
monthSumsConformance('sqlite', open);
sizeSumsConformance('sqlite', open);
watchConformance('sqlite', open);
ledgerConformance('sqlite', open);
accessConformance('sqlite', open);
faultsConformance('sqlite', open);
statementConformance('sqlite', open);
batchConformance('sqlite', open);
rowsConformance('sqlite', open);
