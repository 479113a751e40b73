import type { PathId } from '../../core/types.js';
import type { Sighting } from '../row-store.js';
import type { PathSighting, PathStore } from '../store.js';
import type { Connection, Query } from './database.js';

export function pathStore({ read, write }: Connection): PathStore {
  return {
    seen: (paths, at) =>
      write((query) =>
        widenSightings(
          query,
          paths.map((path) => ({ path, firstSeenAt: at, lastSeenAt: at })),
        ),
      ),
    async known() {
      const rows = await read<PathSighting & { readonly name: PathId }>(
        `SELECT name, first_seen_at AS "firstSeenAt", last_seen_at AS "lastSeenAt"
         FROM path WHERE first_seen_at IS NOT NULL ORDER BY name`,
      );
      return new Map(rows.map(({ name, ...sighting }) => [name, sighting]));
    },
  };
}

/** Widens the time in which paths are known to have been configured. */
export async function widenSightings(query: Query, sightings: readonly Sighting[]): Promise<void> {
  if (sightings.length === 0) return;
  await query(
    `INSERT INTO path (name, first_seen_at, last_seen_at)
     SELECT name, min(first_at), max(last_at) FROM unnest($1::text[], $2::bigint[], $3::bigint[])
       AS given (name, first_at, last_at) GROUP BY name ORDER BY name
     ON CONFLICT (name) DO UPDATE SET
       first_seen_at = least(path.first_seen_at, excluded.first_seen_at),
       last_seen_at = greatest(path.last_seen_at, excluded.last_seen_at)`,
    [
      sightings.map(({ path }) => path),
      sightings.map(({ firstSeenAt }) => firstSeenAt),
      sightings.map(({ lastSeenAt }) => lastSeenAt),
    ],
  );
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
