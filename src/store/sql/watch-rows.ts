import { mergeBlind, mergeOutages, mergeSpans, mergeStates, mergeTraces } from '../../core/merge.js';
import type { PathTrace } from '../../core/trace/trace.js';
import type {
  BlindTime,
  ObservedOutage,
  OutageEdge,
  StateChange,
  WatchRecord,
  WatchSpan,
} from '../../core/watch/outage.js';
import { all, change, first, prepare, type Script, type SqlDatabase } from './database.js';
import { type ExpressionBuilder, sql } from './kysely.js';
import type { Tables } from './tables.js';

/** The port of a row: the tables have an empty text for the observer itself, because a key may hold no null. */
const portOrNull = ({ fn }: ExpressionBuilder<Tables, 'watch_state' | 'watch_blind'>) =>
  fn<string | null>('nullif', ['port', sql.lit('')]).as('port');

export const stateQuery = ({ from }: SqlDatabase) =>
  from.selectFrom('watch_state').select(['observer', 'at', 'state', 'reason']).select(portOrNull);
export const blindQuery = ({ from }: SqlDatabase) =>
  from
    .selectFrom('watch_blind')
    .select(['observer', 'from_at as from', 'to_at as to', 'reason'])
    .select(portOrNull);
export const spanQuery = ({ from }: SqlDatabase) =>
  from.selectFrom('watch_span').select(['observer', 'from_at as from', 'to_at as to']);
export const traceQuery = ({ from }: SqlDatabase) =>
  from.selectFrom('path_trace').select(['observer', 'port', 'at', 'reason', 'address', 'runs']);

export const traceOf = ({
  runs,
  ...row
}: Omit<PathTrace, 'runs'> & { readonly runs: string }): PathTrace => ({
  ...row,
  runs: JSON.parse(runs) as PathTrace['runs'],
});

/** Outages with a row for each of their inferred times, or one row where they have none. */
export const withInferred = ({ from }: SqlDatabase, outages: ReturnType<typeof outageQuery>) =>
  from
    .selectFrom(outages.as('outage'))
    .leftJoin('outage_inferred as inferred', (join) =>
      join
        .onRef('inferred.observer', '=', 'outage.observer')
        .onRef('inferred.port', '=', 'outage.port')
        .onRef('inferred.start_at', '=', 'outage.start_at'),
    )
    .selectAll('outage')
    .select(['inferred.from_at as inferred_from', 'inferred.to_at as inferred_to'])
    .select('inferred.reason as inferred_reason');

export const outageQuery = ({ from }: SqlDatabase) => from.selectFrom('outage').selectAll();

type OutageRow = Tables['outage'] & {
  readonly inferred_from: number | null;
  readonly inferred_to: number | null;
  readonly inferred_reason: Tables['outage_inferred']['reason'] | null;
};

/** The outages of rows, in which the rows of one outage are neighbours. */
export function outagesOf(rows: readonly OutageRow[]): ObservedOutage[] {
  const outages: (ObservedOutage & { inferred: ObservedOutage['inferred'][number][] })[] = [];
  for (const row of rows) {
    const last = outages.at(-1);
    const isSame =
      last?.observer === row.observer && last.port === row.port && last.start.at === row.start_at;
    const outage = isSame ? last : { ...outageOf(row), inferred: [] };
    if (!isSame) outages.push(outage);
    const { inferred_from: from, inferred_to: to, inferred_reason: reason } = row;
    if (from !== null && to !== null && reason !== null) outage.inferred.push({ from, to, reason });
  }
  return outages;
}

const outageOf = (row: OutageRow): Omit<ObservedOutage, 'inferred'> => ({
  observer: row.observer,
  port: row.port,
  start: { at: row.start_at, earliest: row.start_earliest, latest: row.start_latest },
  end: endOf(row),
  openedAt: row.opened_at,
  closedAt: row.closed_at,
  voided:
    row.voided_at === null || row.void_reason === null
      ? null
      : { at: row.voided_at, reason: row.void_reason },
});

const endOf = ({ end_at: at, end_earliest: earliest, end_latest: latest }: OutageRow): OutageEdge | null =>
  at === null || earliest === null || latest === null ? null : { at, earliest, latest };

/** Reads one row by its key, within the caller's transaction. */
interface WatchReader {
  outage(
    key: Pick<ObservedOutage, 'observer' | 'port'> & { start: number },
  ): Script<ObservedOutage | undefined>;
  state(key: Omit<StateChange, 'reason' | 'state'> & { state: string }): Script<StateChange | undefined>;
  span(key: Omit<WatchSpan, 'to'>): Script<WatchSpan | undefined>;
  blind(key: Omit<BlindTime, 'to' | 'reason'> & { reason: string }): Script<BlindTime | undefined>;
  trace(key: Pick<PathTrace, 'observer' | 'port' | 'at'>): Script<PathTrace | undefined>;
}

export function watchReader(db: SqlDatabase): WatchReader {
  const outage = prepare(({ observer, port, start }: Parameters<WatchReader['outage']>[0]) =>
    withInferred(
      db,
      outageQuery(db).where(({ and }) => and({ observer, port, start_at: start })),
    ).orderBy('inferred.from_at'),
  );
  const state = prepare(({ observer, port, at, state: now }: Tables['watch_state']) =>
    stateQuery(db).where(({ and }) => and({ observer, port, at, state: now })),
  );
  const span = prepare(({ observer, from }: Omit<WatchSpan, 'to'>) =>
    spanQuery(db).where(({ and }) => and({ observer, from_at: from })),
  );
  const blind = prepare(({ observer, port, from_at, reason }: Tables['watch_blind']) =>
    blindQuery(db).where(({ and }) => and({ observer, port, from_at, reason })),
  );
  const trace = prepare(({ observer, port, at }: Pick<PathTrace, 'observer' | 'port' | 'at'>) =>
    traceQuery(db).where(({ and }) => and({ observer, port, at })),
  );
  return {
    *outage(key) {
      return outagesOf(yield* all(outage(key)))[0];
    },
    state: ({ port, ...key }) => first(state({ ...key, port: port ?? '' } as Tables['watch_state'])),
    span: (key) => first(span(key)),
    blind: ({ port, from, ...key }) =>
      first(blind({ ...key, from_at: from, port: port ?? '' } as Tables['watch_blind'])),
    *trace(key) {
      const row = yield* first(trace(key));
      return row && traceOf(row);
    },
  };
}

/** Writes one row within the caller's transaction, replacing the one with the same identity. */
interface WatchWriter {
  outage(row: ObservedOutage): Script<unknown>;
  /** Adds a change of state; one with the same identity is left as it is. */
  state(row: StateChange): Script<unknown>;
  /** Replaces the reason of a stored change of state. */
  reason(row: StateChange): Script<unknown>;
  /** Adds a span or extends the stored one. */
  span(row: WatchSpan): Script<unknown>;
  blind(row: BlindTime): Script<unknown>;
  trace(row: PathTrace): Script<unknown>;
}

export function watchWriter(db: SqlDatabase): WatchWriter {
  const outage = prepare((row: Tables['outage']) =>
    db.from
      .insertInto('outage')
      .values({
        observer: row.observer,
        port: row.port,
        start_at: row.start_at,
        start_earliest: row.start_earliest,
        start_latest: row.start_latest,
        end_at: row.end_at,
        end_earliest: row.end_earliest,
        end_latest: row.end_latest,
        opened_at: row.opened_at,
        closed_at: row.closed_at,
        voided_at: row.voided_at,
        void_reason: row.void_reason,
      })
      .onConflict((conflict) =>
        conflict.columns(['observer', 'port', 'start_at']).doUpdateSet(({ ref }) => ({
          end_at: ref('excluded.end_at'),
          end_earliest: ref('excluded.end_earliest'),
          end_latest: ref('excluded.end_latest'),
          closed_at: ref('excluded.closed_at'),
          voided_at: ref('excluded.voided_at'),
          void_reason: ref('excluded.void_reason'),
        })),
      ),
  );
  const inferred = prepare(
    ({ observer, port, start_at, from_at, to_at, reason }: Tables['outage_inferred']) =>
      db.from
        .insertInto('outage_inferred')
        .values({ observer, port, start_at, from_at, to_at, reason })
        .onConflict((conflict) =>
          conflict
            .columns(['observer', 'port', 'start_at', 'from_at'])
            .doUpdateSet(({ ref }) => ({ to_at: ref('excluded.to_at'), reason: ref('excluded.reason') })),
        ),
  );
  const state = prepare(({ observer, port, at, state: now, reason }: StateChange & { port: string }) =>
    db.from
      .insertInto('watch_state')
      .values({ observer, port, at, state: now, reason })
      .onConflict((conflict) => conflict.columns(['observer', 'port', 'at', 'state']).doNothing()),
  );
  const reason = prepare(({ observer, port, at, state: now, reason: why }: StateChange & { port: string }) =>
    db.from
      .updateTable('watch_state')
      .set({ reason: why })
      .where(({ and }) => and({ observer, port, at, state: now })),
  );
  const span = prepare(({ observer, from, to }: WatchSpan) =>
    db.from
      .insertInto('watch_span')
      .values({ observer, from_at: from, to_at: to })
      .onConflict((conflict) =>
        conflict
          .columns(['observer', 'from_at'])
          .doUpdateSet(({ ref }) => ({ to_at: ref('excluded.to_at') }))
          .whereRef('watch_span.to_at', '<', 'excluded.to_at'),
      ),
  );
  const blind = prepare(({ observer, port, from, to, reason }: BlindTime & { port: string }) =>
    db.from
      .insertInto('watch_blind')
      .values({ observer, port, from_at: from, to_at: to, reason })
      .onConflict((conflict) =>
        conflict
          .columns(['observer', 'port', 'from_at', 'reason'])
          .doUpdateSet(({ ref }) => ({ to_at: ref('excluded.to_at') })),
      ),
  );
  const trace = prepare(({ observer, port, at, reason, address, runs }: Tables['path_trace']) =>
    db.from
      .insertInto('path_trace')
      .values({ observer, port, at, reason, address, runs })
      .onConflict((conflict) =>
        conflict.columns(['observer', 'port', 'at']).doUpdateSet(({ ref }) => ({
          reason: ref('excluded.reason'),
          address: ref('excluded.address'),
          runs: ref('excluded.runs'),
        })),
      ),
  );
  return {
    *outage({ observer, port, start, end, openedAt, closedAt, voided, inferred: times }) {
      const key = { observer, port, start_at: start.at };
      yield* change(
        outage({
          ...key,
          start_earliest: start.earliest,
          start_latest: start.latest,
          end_at: end?.at ?? null,
          end_earliest: end?.earliest ?? null,
          end_latest: end?.latest ?? null,
          opened_at: openedAt,
          closed_at: closedAt,
          voided_at: voided?.at ?? null,
          void_reason: voided?.reason ?? null,
        }),
      );
      for (const { from, to, reason } of times)
        yield* change(inferred({ ...key, from_at: from, to_at: to, reason }));
    },
    state: (row) => change(state({ ...row, port: row.port ?? '' })),
    reason: (row) => change(reason({ ...row, port: row.port ?? '' })),
    span: (row) => change(span(row)),
    blind: (row) => change(blind({ ...row, port: row.port ?? '' })),
    trace: (row) => change(trace({ ...row, runs: JSON.stringify(row.runs) })),
  };
}

/** Merges each row with the stored one within the caller's transaction; returns the rows that changed. */
export function watchMerger(db: SqlDatabase): (record: WatchRecord) => Script<WatchRecord> {
  const read = watchReader(db);
  const write = watchWriter(db);
  const changed = function* <Row extends object>(
    rows: readonly Row[],
    storedRow: (row: Row) => Script<Row | undefined>,
    merge: (a: Row, b: Row) => Row,
    put: (row: Row, stored: Row | undefined) => Script<unknown>,
  ): Script<Row[]> {
    const result: Row[] = [];
    for (const row of rows) {
      const stored = yield* storedRow(row);
      const merged = stored === undefined ? row : merge(stored, row);
      if (stored !== undefined && isSameRow(merged, stored)) continue;
      yield* put(merged, stored);
      result.push(merged);
    }
    return result;
  };
  return function* (record) {
    const { outages, states, spans, blind, traces = [] } = record;
    if (outages.length + states.length + spans.length + blind.length + traces.length === 0) return record;
    // Two programs that merge at the same time would overwrite each other's rows.
    yield* db.lock('watch');
    return {
      outages: yield* changed(
        outages,
        ({ observer, port, start }) => read.outage({ observer, port, start: start.at }),
        mergeOutages,
        (row) => write.outage(row),
      ),
      states: yield* changed(states, read.state, mergeStates, (row, stored) =>
        stored ? write.reason(row) : write.state(row),
      ),
      spans: yield* changed(spans, read.span, mergeSpans, (row) => write.span(row)),
      blind: yield* changed(blind, read.blind, mergeBlind, (row) => write.blind(row)),
      traces: yield* changed(traces, read.trace, mergeTraces, (row) => write.trace(row)),
    };
  };
}

/** Whether two watch rows have the same content. */
const isSameRow = (a: object, b: object): boolean => canonical(a) === canonical(b);

const canonical = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    typeof part === 'object' && part !== null && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  );
