import { stat } from 'node:fs/promises';
import Database from 'better-sqlite3';
import { StoreFault, type UpkeepStore } from '../store.js';
import { backup } from './backup.js';
import type { Connection } from './database.js';
import { toStoreFault } from './faults.js';
import { makePrivateFile } from './private-file.js';
import { sweeper } from './sweep.js';

/** 4 MiB a step: a few milliseconds. */
const pagesAtOnce = 1024;

export function upkeepStore(on: Connection): UpkeepStore {
  const { db, file, write } = on;
  const add = db.prepare<[number]>('INSERT INTO probe (at) VALUES (?)');
  const newest = db.prepare<[], { slot: number; pathId: number }>(
    'SELECT slot, path_id AS pathId FROM round ORDER BY slot DESC, path_id DESC LIMIT 1',
  );
  const isThere = 'SELECT 1 FROM round WHERE slot = ? AND path_id = ?';
  const takeBack = db.prepare('DELETE FROM probe');
  return {
    ...sweeper(on),
    async backup(target) {
      await on.drained();
      return backup(file, target);
    },
    async rescue(target) {
      makePrivateFile(target);
      await db.backup(target, { progress: () => pagesAtOnce });
    },
    async verify() {
      await on.drained();
      const last = newest.get();
      let beside: Database.Database | undefined;
      try {
        beside = new Database(file, { readonly: true, fileMustExist: true, timeout: 0 });
        const found = last && beside.prepare(isThere).get(last.slot, last.pathId);
        if (last && found === undefined) throw notThere(file);
        const [state] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
        return state !== undefined && state.checkpointed === state.log;
      } catch (error) {
        const fault = toStoreFault(error, file);
        // Locked by another process for a moment: the next time will tell.
        if (fault instanceof StoreFault && fault.kind === 'busy') return false;
        throw fault;
      } finally {
        beside?.close();
      }
    },
    async checkpoint() {
      await on.drained();
      try {
        db.pragma('wal_checkpoint(TRUNCATE)');
      } catch (error) {
        throw toStoreFault(error, file);
      }
    },
    // The pages it touched are written although nothing is left in them: that is the question.
    probe: () =>
      write(() => {
        add.run(0);
        takeBack.run();
      }),
    async sizeBytes() {
      return (await bytesOf(file)) + (await bytesOf(`${file}-wal`));
    },
  };
}

const notThere = (file: string): StoreFault =>
  new StoreFault(
    `the database ${file} does not give back what was stored in it last: it was replaced, or is damaged`,
    'replaced',
  );

async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0; // no journal at the moment
  }
}
