import type { PathId } from '../../core/types.js';
import type { PathSighting, PathStore } from '../store.js';
import type { Connection, Query } from './database.js';

export function pathStore({ read, write }: Connection): PathStore {
  return {
    seen: (paths, at) =>
      write(async (query) => {
        await query(
          `INSERT INTO path (name, first_seen_at, last_seen_at) SELECT DISTINCT name, $2::bigint, $2::bigint
           FROM unnest($1::text[]) AS name ORDER BY name
           ON CONFLICT (name) DO UPDATE SET
             first_seen_at = coalesce(path.first_seen_at, excluded.first_seen_at),
             last_seen_at = greatest(path.last_seen_at, excluded.last_seen_at)`,
          [paths, at],
        );
      }),
    async known() {
      const rows = await read<PathSighting & { readonly name: PathId }>(
        `SELECT name, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt"
         FROM path WHERE first_seen_at IS NOT NULL ORDER BY name`,
      );
      return new Map(rows.map(({ name, ...sighting }) => [name, sighting]));
    },
  };
}

/** The numbers that paths have in the database; they get one where they have none. */
export async function pathNumbers(
  query: Query,
  paths: Iterable<PathId>,
): Promise<ReadonlyMap<PathId, number>> {
  const names = [...new Set(paths)].sort(); // in one order, so that two programs can't wait for each other
  const find = () =>
    query<{ name: PathId; id: number }>('SELECT name, id FROM path WHERE name = ANY ($1::text[])', [names]);
  let rows = await find();
  if (rows.length < names.length) {
    const known = new Set(rows.map(({ name }) => name));
    await query('INSERT INTO path (name) SELECT unnest($1::text[]) ON CONFLICT DO NOTHING', [
      names.filter((name) => !known.has(name)),
    ]);
    rows = await find();
  }
  return new Map(rows.map(({ name, id }) => [name, id]));
}
