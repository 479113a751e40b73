import { existsSync } from 'node:fs';
import type Database from 'better-sqlite3';
import { StoreFault } from '../store.js';
import { copyBeforeUpgrade } from './before-upgrade.js';
import { corruptFault } from './faults.js';
import { migrations as all } from './migrations/index.js';
import type { Migration } from './migrations/migration.js';

/** "PSLA": tells our file from another program's. */
const applicationId = 0x50534c41;

/** The schema a file has: 0 for a new one. Throws `StoreFault` where it is another program's, or newer than ours. */
export function schemaVersion(db: Database.Database, file: string, migrations = all): number {
  const owner = db.pragma('application_id', { simple: true }) as number;
  const version = db.pragma('user_version', { simple: true }) as number;
  const tables = db.prepare('SELECT count(*) FROM sqlite_schema').pluck().get() as number;
  if (owner === 0 && version === 0 && tables === 0) return 0;
  if (owner !== applicationId) {
    throw new StoreFault(`${file} is the database of another program: give a path of its own`, 'other');
  }
  const latest = latestVersion(migrations);
  if (version > latest) {
    const copy = copyBeforeUpgrade(file, latest);
    const rollBack = existsSync(copy) ? `; ${copy} is the copy from before the upgrade, to go back to` : '';
    throw new StoreFault(
      `the database ${file} has schema ${version}, and this program knows schemas up to ${latest}: ` +
        `run the newer program, or give another path${rollBack}`,
      'newer-schema',
    );
  }
  return version;
}

/** Brings the schema up to date in one transaction: it is the new one whole, or stays the old one. */
export function migrate(db: Database.Database, file: string, migrations: readonly Migration[] = all): void {
  if (schemaVersion(db, file, migrations) === latestVersion(migrations)) return;
  // A step that makes a table anew drops the old one, which must not take the rows that refer to it along.
  db.pragma('foreign_keys = OFF');
  db.transaction(() => {
    const from = schemaVersion(db, file, migrations); // again, now that no other process can change it
    for (const migration of migrations) if (migration.version > from) db.exec(migration.sql);
    db.pragma(`application_id = ${applicationId}`);
    db.pragma(`user_version = ${latestVersion(migrations)}`);
    const broken = db.pragma('foreign_key_check') as unknown[];
    if (broken.length > 0)
      throw corruptFault(file, `${broken.length} rows refer to nothing after the upgrade`);
  }).immediate();
}

export function latestVersion(migrations: readonly Migration[] = all): number {
  return migrations.at(-1)?.version ?? 0;
}
