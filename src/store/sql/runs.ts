import type { PathId } from '../../core/types.js';
import type { ConfiguredPath } from '../row-store.js';
import type { PathStore, RunStore } from '../store.js';
import { change, first, type Script, type SqlDatabase } from './database.js';
import { sql } from './kysely.js';

export function runStore(db: SqlDatabase): RunStore {
  const update = (id: number) => db.from.updateTable('run').where('id', '=', id);
  return {
    begin: (version, at) =>
      db.write(function* () {
        const run = yield* first(
          db.from.insertInto('run').values({ version, started_at: at, last_seen_at: at }).returning('id'),
        );
        if (!run) throw new Error('the insert returned no row');
        return run.id;
      }),
    beat: async (id, at) => (await db.change(update(id).set({ last_seen_at: at }))) > 0,
    end: async (id, at) => {
      await db.change(update(id).set({ last_seen_at: at, stopped_at: at }));
    },
    async latest() {
      const [run] = await db.read(
        db.from
          .selectFrom('run')
          .select(['id', 'version', 'started_at as startedAt', 'last_seen_at as lastSeenAt'])
          .select('stopped_at as stoppedAt')
          .orderBy('id', 'desc')
          .limit(1),
      );
      return run ?? null;
    },
    async latestGap(overMs) {
      const lives = db.from
        .selectFrom('run')
        .select(['id', 'started_at as to'])
        .select(({ fn }) =>
          fn
            .agg<number | null>('lag', [fn.coalesce('stopped_at', 'last_seen_at')])
            .over((over) => over.orderBy('id'))
            .as('from'),
        );
      const [gap] = await db.read(
        db.from
          .selectFrom(lives.as('life'))
          .select(['from', 'to'])
          .where(({ eb, ref }) => eb(eb('to', '-', ref('from')), '>', overMs))
          .orderBy('id', 'desc')
          .limit(1),
      );
      return gap?.from == null ? null : { from: gap.from, to: gap.to };
    },
  };
}

/** How many paths are written in one statement: a database limits the number of a statement's parameters. */
const pathsAtOnce = 500;

/** Extends the times in which paths are known to have been configured, within the caller's transaction. */
export function configuredPathWriter(
  db: SqlDatabase,
): (configured: readonly ConfiguredPath[]) => Script<void> {
  return function* (configured) {
    const byPath = new Map<PathId, ConfiguredPath>();
    for (const { path, firstSeenAt, lastSeenAt } of configured) {
      const other = byPath.get(path);
      byPath.set(path, {
        path,
        firstSeenAt: Math.min(firstSeenAt, other?.firstSeenAt ?? firstSeenAt),
        lastSeenAt: Math.max(lastSeenAt, other?.lastSeenAt ?? lastSeenAt),
      });
    }
    // In a fixed order, so that two programs can't deadlock.
    const rows = [...byPath.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
    for (let at = 0; at < rows.length; at += pathsAtOnce) {
      const part = rows.slice(at, at + pathsAtOnce);
      yield* change(
        db.from
          .insertInto('path')
          .values(
            part.map(({ path, firstSeenAt, lastSeenAt }) => ({
              name: path,
              first_seen_at: firstSeenAt,
              last_seen_at: lastSeenAt,
            })),
          )
          .onConflict((conflict) =>
            conflict.column('name').doUpdateSet({
              first_seen_at: sql`CASE WHEN path.first_seen_at < excluded.first_seen_at
                THEN path.first_seen_at ELSE excluded.first_seen_at END`,
              last_seen_at: sql`CASE WHEN path.last_seen_at > excluded.last_seen_at
                THEN path.last_seen_at ELSE excluded.last_seen_at END`,
            }),
          ),
      );
    }
  };
}

export function pathStore(db: SqlDatabase): PathStore {
  const widen = configuredPathWriter(db);
  return {
    seen: (paths, at) =>
      db.write(() => widen(paths.map((path) => ({ path, firstSeenAt: at, lastSeenAt: at })))),
    async known() {
      const rows = await db.read(
        db.from
          .selectFrom('path')
          .select('name')
          .select(({ ref }) => [
            ref('first_seen_at').$notNull().as('firstSeenAt'),
            ref('last_seen_at').$notNull().as('lastSeenAt'),
          ])
          .where('first_seen_at', 'is not', null)
          .orderBy('name'),
      );
      return new Map(rows.map(({ name, ...sighting }) => [name, sighting]));
    },
  };
}
