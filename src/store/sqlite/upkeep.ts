import { stat } from 'node:fs/promises';
import type { UpkeepStore } from '../store.js';
import { backup } from './backup.js';
import type { Connection } from './database.js';
import { toStoreFault } from './faults.js';
import { sweeper } from './sweep.js';

export function upkeepStore(on: Connection): UpkeepStore {
  const { db, file, write } = on;
  const add = db.prepare<[number]>('INSERT INTO probe (at) VALUES (?)');
  const takeBack = db.prepare('DELETE FROM probe');
  return {
    ...sweeper(on),
    async backup(target) {
      await on.drained();
      return backup(file, target);
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

async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0; // no journal at the moment
  }
}
