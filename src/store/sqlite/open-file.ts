import { statSync, type BigIntStats } from 'node:fs';
import type Database from 'better-sqlite3';
import { StoreFault } from '../store.js';

/** Whether the files that a connection has open are still those that the next one will open by their names. */
export interface OpenFile {
  /** The fault to refuse a write with; null while what is written can be found again. */
  check(): StoreFault | null;
  /** A commit went well: the journal is as long as this from now on. */
  committed(): void;
}

const frameHeaderBytes = 24;
const journalHeaderBytes = 32;

const look = (path: string): BigIntStats | null =>
  statSync(path, { bigint: true, throwIfNoEntry: false }) ?? null;
const isSame = (a: BigIntStats, b: BigIntStats): boolean => a.dev === b.dev && a.ino === b.ino;

/** SQLite goes on writing into a file that was deleted or replaced, without a word; so each write looks first. */
export function openFile(db: Database.Database, file: string): OpenFile {
  if (db.memory) return { check: () => null, committed: () => undefined };
  const own = look(file);
  let journal = look(`${file}-wal`);

  const replaced = (what: string): StoreFault =>
    new StoreFault(`${what} while the daemon had it open: what it writes now would be lost`, 'replaced');

  /** Another process may cut the journal short after it was written back; what was not written back is lost then. */
  const isCutShort = (size: bigint): boolean => {
    try {
      const [state] = db.pragma('wal_checkpoint(PASSIVE)') as { log: number; checkpointed: number }[];
      if (state === undefined || state.log <= 0) return false;
      const pageBytes = Number(db.pragma('page_size', { simple: true }));
      const needed = journalHeaderBytes + state.log * (frameHeaderBytes + pageBytes);
      return state.checkpointed < state.log && size < BigInt(needed);
    } catch {
      return true; // frames that are to be written back are not there
    }
  };

  return {
    check() {
      const now = look(file);
      if (now === null) return replaced(`the database ${file} was deleted`);
      if (own !== null && !isSame(now, own))
        return replaced(`the database ${file} was replaced by another file`);
      if (journal === null) return null;
      const wal = look(`${file}-wal`);
      if (wal === null) return replaced(`the journal ${file}-wal was deleted`);
      if (!isSame(wal, journal)) return replaced(`the journal ${file}-wal was replaced by another file`);
      if (wal.size < journal.size && isCutShort(wal.size))
        return replaced(`the journal ${file}-wal was cut short`);
      return null;
    },
    committed() {
      journal = look(`${file}-wal`) ?? journal;
    },
  };
}
