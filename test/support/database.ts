import { existsSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';

/** What SQLite says of a whole database: `ok`, or what is wrong. */
export function integrityOf(file: string): string {
  const db = new Database(file, { readonly: true });
  try {
    const broken = db.pragma('foreign_key_check') as unknown[];
    if (broken.length > 0) return `${broken.length} rows refer to nothing`;
    return db.pragma('integrity_check', { simple: true }) as string;
  } finally {
    db.close();
  }
}

/** Bytes that wait in the journal. */
export const journalBytes = (file: string): number =>
  existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size : 0;
