import { openPostgresStore } from '../../../src/store/postgres/open.js';
import { startPostgres, type PostgresServer } from '../../support/postgres.js';
import { requires } from '../../support/requires.js';
import { accessConformance } from './access.js';
import { faultsConformance } from './faults.js';
import { ledgerConformance } from './ledger.js';
import { monthSumsConformance } from './month-sums.js';
import { batchConformance } from './batches.js';
import { statementConformance } from './statements.js';
import { rowsConformance } from './rows.js';
import { sizeSumsConformance } from './size-sums.js';
import { storeConformance } from './suite.js';
import { watchConformance } from './watch.js';

let server: PostgresServer | null = null;
const { beforeAll, afterAll } = requires({ postgres: true });
beforeAll(async () => {
  server = await startPostgres();
});
afterAll(async () => {
  await server?.stop();
});

const open = async () => {
  if (server === null) throw new Error('the server was not started');
  return openPostgresStore({ url: await server.newSchema() });
};

storeConformance('postgres', open);
monthSumsConformance('postgres', open);
sizeSumsConformance('postgres', open);
watchConformance('postgres', open);
ledgerConformance('postgres', open);
accessConformance('postgres', open);
faultsConformance('postgres', open);
statementConformance('postgres', open);
batchConformance('postgres', open);
rowsConformance('postgres', open);
