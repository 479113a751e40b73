import Database from 'better-sqlite3';
import { stat } from 'node:fs/promises';
import type { EpochMs, PathId } from '../../core/types.js';
import { StoreError, type UpkeepStore } from '../store.js';
import { backup } from './backup.js';
import type { Connection } from './database.js';
import { toStoreError } from './errors.js';
import { makePrivateFile } from './private-file.js';
import type { RoundKey } from './round-list.js';
import type { SqlDatabase } from '../sql/database.js';
import { sizeSumStore } from '../sql/size-sums.js';
import { watchSweeper } from '../sql/watch.js';

/** Rounds per transaction: it takes some milliseconds, so that other writers are not blocked for long. */
const roundsAtOnce = 50;

export function sweeper({ db, write }: Connection, shared: SqlDatabase): Pick<UpkeepStore, 'sweep'> {
  const sweepWatch = watchSweeper(shared);
  const oldest = (having: string) =>
    db.prepare<{ before: EpochMs; limit: number }, RoundKey>(
      `SELECT slot, path_id AS pathId FROM round WHERE slot < :before ${having} ORDER BY slot, path_id LIMIT :limit`,
    );
  const withPackets = oldest('AND packets_id IS NOT NULL');
  const rounds = oldest('');
  const deletePackets = db.prepare<RoundKey>(
    'DELETE FROM packets WHERE id = (SELECT packets_id FROM round WHERE slot = :slot AND path_id = :pathId)',
  );
  const forgetPackets = db.prepare<RoundKey>(
    'UPDATE round SET packets_id = NULL WHERE slot = :slot AND path_id = :pathId',
  );
  // Its sizes and its packets are deleted with it.
  const deleteRound = db.prepare<RoundKey>('DELETE FROM round WHERE slot = :slot AND path_id = :pathId');

  const inBatches = async (oldestFirst: typeof rounds, before: EpochMs, remove: (key: RoundKey) => void) => {
    let removed = 0;
    for (;;) {
      const batch = await write(() => {
        const keys = oldestFirst.all({ before, limit: roundsAtOnce });
        keys.forEach(remove);
        return keys.length;
      });
      removed += batch;
      if (batch < roundsAtOnce) return removed;
    }
  };
  return {
    async sweep(packetsBefore, rowsBefore) {
      // Packets never outlive their round, so both counts are of rows that were really deleted.
      const packetsDeleted = await inBatches(withPackets, Math.max(packetsBefore, rowsBefore), (key) => {
        deletePackets.run(key);
        forgetPackets.run(key);
      });
      const rowsDeleted = await inBatches(rounds, rowsBefore, (key) => {
        deleteRound.run(key);
      });
      return { packetsDeleted, rowsDeleted, watchDeleted: await sweepWatch(rowsBefore) };
    },
  };
}

/** 4 MiB per step, which takes a few milliseconds. */
const pagesAtOnce = 1024;

export function upkeepStore(on: Connection, shared: SqlDatabase): UpkeepStore {
  const { db, file, write } = on;
  const add = db.prepare('INSERT INTO probe (at) VALUES (0)');
  const newest = db.prepare<[], RoundKey>(
    'SELECT slot, path_id AS pathId FROM round ORDER BY slot DESC, path_id DESC LIMIT 1',
  );
  const isThere = 'SELECT 1 FROM round WHERE slot = :slot AND path_id = :pathId';
  const takeBack = db.prepare('DELETE FROM probe');
  return {
    ...sweeper(on, shared),
    ...sizeSumStore(shared),
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
        const found = last && beside.prepare<RoundKey>(isThere).get(last);
        if (last && found === undefined) throw notThere(file);
        const [state] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
        return state !== undefined && state.checkpointed === state.log;
      } catch (error) {
        const fault = toStoreError(error, file);
        // Locked by another process for a moment: the next attempt will show.
        if (fault instanceof StoreError && fault.kind === 'busy') return false;
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
        throw toStoreError(error, file);
      }
    },
    // The touched pages are written although their content does not change, which tests whether writing works.
    probe: () =>
      write(() => {
        add.run();
        takeBack.run();
      }),
    async sizeBytes() {
      return (await bytesOf(file)) + (await bytesOf(`${file}-wal`));
    },
  };
}

const notThere = (file: string): StoreError =>
  new StoreError(
    `the database ${file} does not give back what was stored in it last: it was replaced, or is damaged`,
    'replaced',
  );

async function bytesOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0; // there is no journal at the moment
  }
}

/** The database's id of a path; a path without one gets one. */
export function pathNumber(db: Connection['db']): (path: PathId) => number {
  const find = db.prepare<{ path: PathId }, number>('SELECT id FROM path WHERE name = :path').pluck();
  const add = db
    .prepare<{ path: PathId }, number>('INSERT INTO path (name) VALUES (:path) RETURNING id')
    .pluck();
  // Not cached between calls: an id assigned in a transaction that failed is assigned again to another path.
  return (path) => {
    const id = find.get({ path }) ?? add.get({ path });
    if (id === undefined) throw new Error(`no number for the path ${path}`);
    return id;
  };
}
