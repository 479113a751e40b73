import type { LedgerAction } from '../../core/ledger/actions.js';
import type { EpochMs } from '../../core/types.js';
import type { WatchStore } from '../watch-store.js';
import { all, change, given, type Runnable, type SqlDatabase, when } from './database.js';
import { sql } from './kysely.js';
import { outageActions } from './ledger.js';
import {
  blindQuery,
  outageQuery,
  outagesOf,
  spanQuery,
  stateQuery,
  traceOf,
  traceQuery,
  watchWriter,
  withInferred,
} from './watch-rows.js';

export function watchStore(db: SqlDatabase): WatchStore {
  const write = watchWriter(db);
  return {
    put: (record) =>
      db.write(function* () {
        for (const row of record.outages) yield* write.outage(row);
        for (const row of record.states) yield* write.state(row);
        for (const row of record.spans) yield* write.span(row);
        for (const row of record.blind) yield* write.blind(row);
        for (const row of record.traces ?? []) yield* write.trace(row);
      }),
    async outages({ observer, port, from, to, order, limit, open } = {}) {
      const direction = order ?? (limit === undefined ? 'oldest' : 'newest');
      const ascending = direction === 'oldest' ? 'asc' : 'desc';
      const outages = outageQuery(db)
        .where(({ eb, and }) =>
          and([
            and(given({ observer, port })),
            ...when(to, (end) => eb('start_at', '<', end)),
            // One in progress overlaps all later time; a voided one has ended.
            ...when(from, (start) =>
              eb(sql<EpochMs>`coalesce(end_at, voided_at, 9223372036854775807)`, '>', start),
            ),
            ...(open === true ? [eb('end_at', 'is', null), eb('voided_at', 'is', null)] : []),
          ]),
        )
        .$if(limit !== undefined, (some) =>
          some
            .orderBy('start_at', ascending)
            .orderBy('port')
            .orderBy('observer')
            .limit(limit ?? 0),
        );
      const rows = await db.read(
        withInferred(db, outages)
          .orderBy('outage.start_at', ascending)
          .orderBy('outage.port')
          .orderBy('outage.observer')
          .orderBy('inferred.from_at'),
      );
      return outagesOf(rows);
    },
    watchers: () =>
      db.read(
        db.from
          .selectFrom('watch_state')
          .select(['observer', 'port'])
          .where('port', '<>', '')
          .union(db.from.selectFrom('outage').select(['observer', 'port']))
          .orderBy('port')
          .orderBy('observer'),
      ),
    states: ({ observer, port, from, to } = {}) =>
      db.read(
        stateQuery(db)
          .where(({ eb, and }) =>
            and([
              and(given({ observer, port })),
              ...when(from, (start) => eb('at', '>=', start)),
              ...when(to, (end) => eb('at', '<', end)),
            ]),
          )
          .orderBy('at')
          .orderBy('id'),
      ),
    latestStates: (observer) =>
      db.read(
        stateQuery(db)
          .where('id', 'in', ({ selectFrom }) =>
            selectFrom('watch_state')
              .select(({ fn }) => fn.max('id').as('latest'))
              .where('observer', '=', observer)
              .groupBy('port'),
          )
          .orderBy('watch_state.port'),
      ),
    spans: (observer, within) =>
      db.read(
        spanQuery(db)
          .where(({ eb, and }) =>
            and([
              eb('observer', '=', observer),
              ...when(within, ({ from, to }) => and([eb('from_at', '<', to), eb('to_at', '>', from)])),
            ]),
          )
          .orderBy('from_at'),
      ),
    async latestSpan(observer) {
      const newest = spanQuery(db).where('observer', '=', observer).orderBy('from_at', 'desc').limit(1);
      return (await db.read(newest))[0] ?? null;
    },
    async traces({ observer, port, reason, from, to, limit } = {}) {
      const newest = await db.read(
        traceQuery(db)
          .where(({ eb, and }) =>
            and([
              and(given({ observer, port, reason })),
              ...when(from, (start) => eb('at', '>=', start)),
              ...when(to, (end) => eb('at', '<', end)),
            ]),
          )
          .orderBy('at', 'desc')
          .orderBy('port', 'desc')
          .orderBy('observer', 'desc')
          .$if(limit !== undefined, (some) => some.limit(limit ?? 0)),
      );
      return newest.reverse().map(traceOf);
    },
    blind: ({ observer, port, from, to, open } = {}) =>
      db.read(
        blindQuery(db)
          .where(({ eb, and }) =>
            and([
              and(given({ observer })),
              ...when(port, (one) => eb('port', 'in', ['', one])),
              ...when(to, (end) => eb('from_at', '<', end)),
              ...when(from, (start) => eb('to_at', 'is', null).or('to_at', '>', start)),
              ...(open === true ? [eb('to_at', 'is', null)] : []),
            ]),
          )
          .orderBy('from_at')
          .orderBy('watch_blind.port'),
      ),
  };
}

/** Rows per transaction, so that other writers are not blocked for long. */
const rowsAtOnce = 200;

interface OutageKey {
  readonly observer: string;
  readonly port: string;
  readonly start: EpochMs;
}

const outageName = ({ observer, port, start }: OutageKey): string => `${port}@${observer}/${start}`;

/** Measured outages with a correction in the ledger: the row is retained as long as the correction. */
const correctedOutages = (actions: readonly LedgerAction[]): ReadonlySet<string> =>
  new Set(
    actions.flatMap((action) =>
      'of' in action && typeof action.of === 'object' && 'observer' in action.of
        ? [outageName(action.of)]
        : [],
    ),
  );

/**
 * Deletes watch rows from before an instant that are not needed for the time after it; resolves to their number. The
 * latest state of each port and the latest heartbeats of each observer stay, because they describe the state at the
 * start of the retained time.
 */
export function watchSweeper(db: SqlDatabase): (before: EpochMs) => Promise<number> {
  const { from: tables } = db;
  return async (before) => {
    let removed = 0;
    for (const query of sweeps(db, before))
      for (let batch = rowsAtOnce; batch === rowsAtOnce; removed += batch) batch = await db.change(query);
    const corrected = correctedOutages(await outageActions(db));
    let last: OutageKey | undefined = { start: Number.MIN_SAFE_INTEGER, observer: '', port: '' };
    while (last) {
      const { start, observer, port }: OutageKey = last;
      last = await db.write(function* () {
        const keys: OutageKey[] = yield* all(
          tables
            .selectFrom('outage')
            .select(['observer', 'port', 'start_at as start'])
            .where(({ fn }) => fn.coalesce('end_at', 'voided_at'), '<', before)
            .where(({ eb, refTuple, tuple }) =>
              eb(refTuple('start_at', 'observer', 'port'), '>', tuple(start, observer, port)),
            )
            .orderBy('start_at')
            .orderBy('observer')
            .orderBy('port')
            .limit(rowsAtOnce),
        );
        // The inferred times of an outage are deleted with it.
        for (const key of keys.filter((one) => !corrected.has(outageName(one))))
          removed += yield* change(
            tables
              .deleteFrom('outage')
              .where(({ and }) => and({ observer: key.observer, port: key.port, start_at: key.start })),
          );
        return keys.at(-1);
      });
    }
    return removed;
  };
}

/** Queries to be repeated until one deletes fewer than `rowsAtOnce` rows. */
const sweeps = ({ from: tables }: SqlDatabase, before: EpochMs): readonly Runnable<unknown>[] => [
  tables.deleteFrom('watch_state').where('id', 'in', ({ selectFrom }) =>
    selectFrom('watch_state as old')
      .select('old.id')
      .where('old.at', '<', before)
      .where(({ exists, selectFrom: rows }) =>
        exists(
          rows('watch_state as later')
            .select('later.id')
            .whereRef('later.observer', '=', 'old.observer')
            .whereRef('later.port', '=', 'old.port')
            .whereRef('later.at', '>=', 'old.at')
            .where('later.at', '<', before)
            .whereRef('later.id', '>', 'old.id'),
        ),
      )
      .orderBy('old.at')
      .limit(rowsAtOnce),
  ),
  tables.deleteFrom('watch_span').where(({ eb, refTuple, selectFrom }) =>
    eb(
      refTuple('observer', 'from_at'),
      'in',
      selectFrom('watch_span as old')
        .select(['old.observer', 'old.from_at'])
        .where('old.to_at', '<', before)
        .where(({ exists, selectFrom: rows }) =>
          exists(
            rows('watch_span as later')
              .select('later.observer')
              .whereRef('later.observer', '=', 'old.observer')
              .whereRef('later.from_at', '>', 'old.from_at'),
          ),
        )
        .limit(rowsAtOnce)
        .$asTuple('observer', 'from_at'),
    ),
  ),
  tables
    .deleteFrom('watch_blind')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('observer', 'port', 'from_at', 'reason'),
        'in',
        selectFrom('watch_blind')
          .select(['observer', 'port', 'from_at', 'reason'])
          .where('to_at', '<', before)
          .limit(rowsAtOnce)
          .$asTuple('observer', 'port', 'from_at', 'reason'),
      ),
    ),
  tables
    .deleteFrom('path_trace')
    .where(({ eb, refTuple, selectFrom }) =>
      eb(
        refTuple('observer', 'port', 'at'),
        'in',
        selectFrom('path_trace')
          .select(['observer', 'port', 'at'])
          .where('at', '<', before)
          .limit(rowsAtOnce)
          .$asTuple('observer', 'port', 'at'),
      ),
    ),
];
