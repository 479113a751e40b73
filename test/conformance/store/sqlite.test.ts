import { join } from 'node:path';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { temporaryFolder } from '../../store/support.js';
import { storeConformance } from './suite.js';

storeConformance('sqlite', () => openSqliteStore({ path: join(temporaryFolder(), 'store.db') }));
