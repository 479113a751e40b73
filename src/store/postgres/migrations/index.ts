import { initial } from './0001-initial.js';
import { watch } from './0002-watch.js';
import { ledger } from './0003-ledger.js';
import type { Migration } from './migration.js';

export const migrations: readonly Migration[] = [initial, watch, ledger];
