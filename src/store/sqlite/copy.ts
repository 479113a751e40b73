import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type Database from 'better-sqlite3';
import {
  notCopied,
  withPackets,
  type CopyCell,
  type CopyColumn,
  type CopyRow,
  type CopySource,
  type CopyTable,
  type CopyTarget,
} from '../copy.js';
import { StoreError } from '../store.js';
import { publish, sync } from './backup.js';
import { connect } from './connect.js';
import { toStoreError } from './errors.js';

const rowsAtOnce = 4000;
const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

/** Every table to copy, parents before the tables that refer to them. */
export function copiedTables(db: Database.Database): CopyTable[] {
  const names = db
    .prepare<[], string>(
      "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY rowid",
    )
    .pluck()
    .all();
  return names.filter((name) => !notCopied.includes(name)).map((name) => tableOf(db, name));
}

function tableOf(db: Database.Database, name: string): CopyTable {
  const info = db.pragma(`table_info("${name}")`) as { name: string; type: string; pk: number }[];
  const columns = info
    .filter((column) => column.name !== 'packets_id')
    .map(({ name: column, type }): CopyColumn => ({ name: column, kind: kinds[type] ?? 'number' }));
  if (name === withPackets) columns.push({ name: 'packed', kind: 'bytes' });
  const key = info.filter(({ pk }) => pk > 0).sort((a, b) => a.pk - b.pk);
  return { name, columns, key: key.map((column) => column.name) };
}

const kinds: Readonly<Record<string, CopyColumn['kind']>> = { TEXT: 'text', BLOB: 'bytes' };

function reads(db: Database.Database, file: string): Omit<CopySource, 'close'> {
  return {
    name: file,
    holds: () => true,
    count: ({ name }) =>
      Promise.resolve(db.prepare<[], number>(`SELECT count(*) FROM "${name}"`).pluck().get() ?? 0),
    // eslint-disable-next-line @typescript-eslint/require-await -- whoever reads it waits for another database
    async *rows({ name, columns, key }) {
      const from = name === withPackets ? 'round LEFT JOIN packets ON packets.id = packets_id' : `"${name}"`;
      const texts = new Set(columns.filter(({ kind }) => kind === 'text').map((column) => column.name));
      const order = key
        .map((column) => `"${column}"${texts.has(column) ? ' COLLATE BINARY' : ''}`)
        .join(', ');
      const sql = `SELECT ${quoted(columns.map((column) => column.name))} FROM ${from} ORDER BY ${order}`;
      let batch: CopyRow[] = [];
      try {
        for (const row of db.prepare<[], CopyCell[]>(sql).raw().iterate()) {
          batch.push(row);
          if (batch.length < rowsAtOnce) continue;
          yield batch;
          batch = [];
        }
      } catch (error) {
        throw toStoreError(error, file);
      }
      if (batch.length > 0) yield batch;
    },
  };
}

/** Rejects with a `StoreError` when the file does not exist, is another program's, or its schema is not the latest. */
export function copyFromSqlite(path: string): { readonly source: CopySource; readonly tables: CopyTable[] } {
  const file = resolve(path);
  const { db } = connect({ file, readOnly: true, busyTimeoutMs: 5000, checkUpToBytes: 0, writer: null });
  db.exec('BEGIN'); // one snapshot
  const close = (): Promise<void> => {
    db.close();
    return Promise.resolve();
  };
  return { source: { ...reads(db, file), close }, tables: copiedTables(db) };
}

/** Writes a new file under a temporary name until it is committed. Rejects with a `StoreError` when the file exists. */
export function copyToSqlite(path: string): { readonly target: CopyTarget; readonly tables: CopyTable[] } {
  const file = resolve(path);
  const refuseExisting = (): void => {
    if (existsSync(file)) throw new StoreError(`${file} is there already; allowed: a new file`, 'other');
  };
  refuseExisting();
  const partial = `${file}.partial-${process.pid}`;
  const { db } = connect({
    file: partial,
    readOnly: false,
    busyTimeoutMs: 5000,
    checkUpToBytes: 0,
    writer: null,
  });
  db.pragma('foreign_keys = OFF');
  db.pragma('synchronous = OFF');
  const fault = (error: unknown): unknown => toStoreError(error, file);
  const target: CopyTarget = {
    ...reads(db, partial),
    name: file,
    put(table, rows) {
      try {
        const insert = inserter(db, table);
        db.transaction(() => {
          for (const row of rows) insert(row);
        })();
        return Promise.resolve();
      } catch (error) {
        // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- an error of ours, or as it came
        return Promise.reject(fault(error));
      }
    },
    async commit() {
      try {
        const broken = db.pragma('foreign_key_check') as unknown[];
        if (broken.length > 0)
          throw new StoreError(`${broken.length} rows refer to nothing; nothing was stored`, 'other');
        db.pragma('wal_checkpoint(TRUNCATE)');
        db.pragma('journal_mode = DELETE');
        db.close();
        await sync(partial);
        refuseExisting();
        await publish(partial, file);
        await sync(dirname(file));
      } catch (error) {
        throw fault(error);
      }
    },
    async close() {
      db.close();
      for (const suffix of ['', '-wal', '-shm', '-journal']) await rm(partial + suffix, { force: true });
    },
  };
  return { target, tables: copiedTables(db) };
}

function inserter(db: Database.Database, { name, columns }: CopyTable): (row: CopyRow) => void {
  const places = (n: number): string => Array.from({ length: n }, () => '?').join(', ');
  const names = columns
    .map((column) => column.name)
    .filter((column) => name !== withPackets || column !== 'packed');
  if (name !== withPackets) {
    const add = db.prepare(`INSERT INTO "${name}" (${quoted(names)}) VALUES (${places(names.length)})`);
    return (row) => void add.run(...row);
  }
  const packets = db.prepare<{ packed: CopyCell }>('INSERT INTO packets (packed) VALUES (:packed)');
  const add = db.prepare(
    `INSERT INTO round (${quoted(names)}, packets_id) VALUES (${places(names.length + 1)})`,
  );
  return (row) => {
    const packed = row.at(-1) ?? null;
    add.run(...row.slice(0, -1), packed === null ? null : packets.run({ packed }).lastInsertRowid);
  };
}
