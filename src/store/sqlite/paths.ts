import type { Sighting } from '../row-store.js';
import type { PathSighting, PathStore } from '../store.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { Connection } from './database.js';

export function pathStore({ db, read, write }: Connection): PathStore {
  const note = sightingWriter(db);
  const all = db.prepare<[], PathSighting & { readonly name: PathId }>(
    `SELECT name, first_seen_at AS firstSeenAt, last_seen_at AS lastSeenAt
     FROM path WHERE first_seen_at IS NOT NULL ORDER BY name`,
  );
  return {
    seen: (paths, at) =>
      write(() => {
        for (const path of paths) note({ path, firstSeenAt: at, lastSeenAt: at });
      }),
    known: () => read(() => new Map(all.all().map(({ name, ...sighting }) => [name, sighting]))),
  };
}

/** Widens the time in which a path is known to have been configured, within a transaction of the caller's. */
export function sightingWriter(db: Connection['db']): (sighting: Sighting) => void {
  const note = db.prepare<[PathId, EpochMs, EpochMs]>(
    `INSERT INTO path (name, first_seen_at, last_seen_at) VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET
       first_seen_at = min(ifnull(first_seen_at, excluded.first_seen_at), excluded.first_seen_at),
       last_seen_at = max(ifnull(last_seen_at, excluded.last_seen_at), excluded.last_seen_at)`,
  );
  return ({ path, firstSeenAt, lastSeenAt }) => void note.run(path, firstSeenAt, lastSeenAt);
}

/** The number a path has in the database; it gets one where it has none. */
export function pathNumber(db: Connection['db']): (path: PathId) => number {
  const find = db.prepare<[string], number>('SELECT id FROM path WHERE name = ?').pluck();
  const add = db.prepare<[string], number>('INSERT INTO path (name) VALUES (?) RETURNING id').pluck();
  // Not remembered between calls: a number given in a transaction that failed is given again to another path.
  return (path) => {
    const id = find.get(path) ?? add.get(path);
    if (id === undefined) throw new Error(`no number for the path ${path}`);
    return id;
  };
}
