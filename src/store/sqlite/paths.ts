import type { PathStore } from '../store.js';
import type { EpochMs, PathId } from '../../core/types.js';
import type { Connection } from './database.js';

export function pathStore({ db, read, write }: Connection): PathStore {
  const note = db.prepare<[string, EpochMs]>(
    'INSERT INTO path (name, first_seen) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET first_seen = excluded.first_seen WHERE first_seen IS NULL',
  );
  const all = db
    .prepare<[], [PathId, EpochMs]>(
      'SELECT name, first_seen FROM path WHERE first_seen IS NOT NULL ORDER BY name',
    )
    .raw();
  return {
    seen: (paths, at) =>
      write(() => {
        for (const path of paths) note.run(path, at);
      }),
    firstSeen: () => read(() => new Map(all.all())),
  };
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
