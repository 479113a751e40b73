import type { WatchStore } from '../../watch-store.js';
import type { Connection } from '../database.js';
import { outageReads } from './outages.js';
import { watchPut } from './put.js';
import { watchReads } from './reads.js';

export function watchStore(on: Connection): WatchStore {
  return { ...watchPut(on), ...outageReads(on), ...watchReads(on) };
}
