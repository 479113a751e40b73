import { createHash } from 'node:crypto';
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

/** A digest over every row of every table, in the order of their keys: two files with the same content have the same. */
export function contentDigest(file: string): string {
  const db = new Database(file, { readonly: true });
  try {
    const hash = createHash('sha256');
    const tables = db
      .prepare<[], string>(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name",
      )
      .pluck()
      .all();
    for (const table of tables) {
      hash.update(`${table}\n`);
      for (const row of db.prepare<[], unknown[]>(`SELECT * FROM "${table}"`).raw().iterate())
        hash.update(
          JSON.stringify(row.map((value) => (value instanceof Buffer ? value.toString('hex') : value))),
        );
    }
    return hash.digest('hex');
  } finally {
    db.close();
  }
}
