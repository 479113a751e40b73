import {
  existsSync,
  fsyncSync,
  openSync,
  closeSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
} from 'node:fs';
import { dirname } from 'node:path';
import type Database from 'better-sqlite3';
import { StoreFault } from '../store.js';
import { makePrivateFile } from './private-file.js';

/** Where the copy of a database of schema `version` is kept that an upgrade makes. */
export const copyBeforeUpgrade = (file: string, version: number): string => `${file}.schema-${version}.bak`;

const mebibyte = 2 ** 20;

/**
 * Copies a database of an older schema beside itself before it is upgraded, so that the older program can be put back.
 * A copy that is there already, of an upgrade before, is not overwritten: the new one gets a number. Throws `StoreFault`
 * where there is no room for it; then nothing was changed.
 */
export function keepBeforeUpgrade(db: Database.Database, file: string, version: number, to: number): void {
  const needed = statSync(file).size + (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0);
  const { bavail, bsize } = statfsSync(dirname(file));
  if (bavail * bsize < needed + 16 * mebibyte) {
    throw new StoreFault(
      `the database ${file} has schema ${version}, and is copied before it is upgraded to ${to}; the copy needs ` +
        `${Math.ceil(needed / mebibyte)} MiB, and ${Math.floor((bavail * bsize) / mebibyte)} MiB are free: make room, or ` +
        `start the program that knows schema ${version} again`,
      'full',
    );
  }
  const first = copyBeforeUpgrade(file, version);
  let copy = first;
  for (let n = 2; existsSync(copy); n += 1) copy = `${first}.${n}`;
  const partial = `${copy}.partial`;
  rmSync(partial, { force: true });
  makePrivateFile(partial);
  try {
    db.prepare('VACUUM INTO ?').run(partial);
    const opened = openSync(partial, 'r');
    fsyncSync(opened);
    closeSync(opened);
    renameSync(partial, copy);
  } finally {
    rmSync(partial, { force: true });
  }
}
