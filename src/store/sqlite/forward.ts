import type Database from 'better-sqlite3';
import { pathEnds } from '../../core/path.js';
import type { PathTrace } from '../../core/trace/trace.js';
import type { PathId, PopId } from '../../core/types.js';
import type { BlindTime, ObservedOutage, StateChange, WatchSpan } from '../../core/watch/outage.js';
import type {
  Acknowledgement,
  ForwardDepth,
  Forwarded,
  ForwardLine,
  ForwardQuery,
  ForwardStore,
} from '../forward-store.js';
import { noRows, type ConfiguredPath } from '../row-store.js';
import type { Script } from '../sql/database.js';
import { watchReader } from '../sql/watch-rows.js';
import type { Connection, SqliteDatabase } from './database.js';
import { slotReader } from './rows.js';

type Line = (query: ForwardQuery, pop: PopId) => Forwarded;

interface SlotKey {
  readonly number: number;
  readonly slot: number;
  readonly pathId: number;
}

interface WatchKey {
  readonly number: number;
  readonly kind: 'outage' | 'state' | 'span' | 'blind' | 'path' | 'trace';
  readonly observer: string;
  readonly port: string;
  readonly at: number;
  readonly detail: string;
}

type Bounds = Required<Pick<ForwardQuery, 'after' | 'upTo' | 'limit'>>;

/** Prepares a read of queued keys: the oldest or newest up to `limit`, in the order in which they were queued. */
function keysOf<Key extends { readonly number: number }>(
  db: Database.Database,
  columns: string,
  table: string,
): (query: ForwardQuery) => Key[] {
  const sql = (direction: string): string =>
    `SELECT number, ${columns} FROM ${table} WHERE number > :after AND number <= :upTo ORDER BY number ${direction} LIMIT :limit`;
  const statements = {
    oldest: db.prepare<Bounds, Key>(sql('ASC')),
    newest: db.prepare<Bounds, Key>(sql('DESC')),
  };
  return ({ after = 0, upTo = Number.MAX_SAFE_INTEGER, order, limit }) =>
    statements[order].all({ after, upTo, limit }).sort((a, b) => a.number - b.number);
}

const isPathOf = (path: PathId, pop: PopId): boolean => pathEnds(path)?.source === pop;

function slotLine(db: Database.Database): Line {
  const keys = keysOf<SlotKey>(db, 'slot, path_id AS pathId', 'forward_slot');
  const read = slotReader(db);
  return (query, pop) => {
    const found = keys(query);
    const slots = found.flatMap(({ slot, pathId }) => read(slot, pathId) ?? []);
    return {
      rows: { ...noRows, slots: slots.filter(({ path }) => isPathOf(path, pop)) },
      numbers: found.map(({ number }) => number),
    };
  };
}

function watchLine(db: Database.Database, shared: SqliteDatabase): Line {
  const keys = keysOf<WatchKey>(db, 'kind, observer, port, at, detail', 'forward_watch');
  const stored = watchReader(shared);
  const configuredPath = db.prepare<{ path: PathId }, ConfiguredPath>(
    `SELECT name AS path, first_seen_at AS firstSeenAt, last_seen_at AS lastSeenAt FROM path WHERE name = :path`,
  );
  return (query, pop) => {
    const queued = keys(query);
    const rows = {
      outages: [] as ObservedOutage[],
      states: [] as StateChange[],
      spans: [] as WatchSpan[],
      blind: [] as BlindTime[],
      traces: [] as PathTrace[],
      configuredPaths: [] as ConfiguredPath[],
    };
    const add = <Row>(into: Row[], row: Row | undefined): void => {
      if (row !== undefined) into.push(row);
    };
    const read = function* ({ kind, observer, port, at, detail }: WatchKey): Script<void> {
      if (kind === 'outage') add(rows.outages, yield* stored.outage({ observer, port, start: at }));
      else if (kind === 'state') add(rows.states, yield* stored.state({ observer, port, at, state: detail }));
      else if (kind === 'span') add(rows.spans, yield* stored.span({ observer, from: at }));
      else if (kind === 'trace') add(rows.traces, yield* stored.trace({ observer, port, at }));
      else add(rows.blind, yield* stored.blind({ observer, port, from: at, reason: detail }));
    };
    for (const key of queued) {
      const { kind, observer } = key;
      if (kind !== 'path') {
        if (observer === pop) shared.run(read(key));
      } else if (isPathOf(observer as PathId, pop))
        add(rows.configuredPaths, configuredPath.get({ path: observer as PathId }));
    }
    const { configuredPaths, ...watch } = rows;
    return {
      rows: { ...noRows, watch, configuredPaths },
      numbers: queued.map(({ number }) => number),
    };
  };
}

/** The row's key in `forward_watch`, by table; `R` is NEW or the table's own name. */
const keys = {
  outage: { kind: 'outage', key: `R.observer, R.port, R.start_at, ''` },
  outage_inferred: { kind: 'outage', key: `R.observer, R.port, R.start_at, ''` },
  watch_state: { kind: 'state', key: 'R.observer, R.port, R.at, R.state' },
  watch_span: { kind: 'span', key: `R.observer, '', R.from_at, ''` },
  watch_blind: { kind: 'blind', key: 'R.observer, R.port, R.from_at, R.reason' },
  path_trace: { kind: 'trace', key: `R.observer, R.port, R.at, ''` },
  path: { kind: 'path', key: `R.name, '', 0, ''`, when: 'R.first_seen_at IS NOT NULL' },
} as const;
type Table = keyof typeof keys;
const tables = Object.keys(keys) as Table[];
type ForwardedTable = Table | 'round';
const columns = 'kind, observer, port, at, detail';

const isRowOf = (table: Table, row: string): { key: string; kind: string; when: string } => {
  const { kind, key } = keys[table];
  const when = table === 'path' ? keys.path.when : '1';
  return { kind, key: key.replaceAll('R.', `${row}.`), when: when.replaceAll('R.', `${row}.`) };
};

const triggerName = (table: string, event: string): string =>
  `forward_${table}_${event === 'INSERT' ? 'new' : 'changed'}`;

function trigger(table: Table, event: 'INSERT' | 'UPDATE'): string {
  const { kind, key, when } = isRowOf(table, 'NEW');
  return `CREATE TRIGGER ${triggerName(table, event)} AFTER ${event} ON ${table} WHEN ${when} BEGIN
    DELETE FROM forward_watch WHERE (${columns}) = ('${kind}', ${key});
    INSERT INTO forward_watch (${columns}) VALUES ('${kind}', ${key});
  END`;
}

const triggersOf = (db: Database.Database): ReadonlySet<string> =>
  new Set(
    db
      .prepare<[], string>(`SELECT name FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'forward_*'`)
      .pluck()
      .all(),
  );

const hasTriggers = (db: Database.Database): boolean => triggersOf(db).size > 0;

const roundTrigger = 'forward_round_new';
const events = ['INSERT', 'UPDATE'] as const;

/** Made where rows are forwarded, as the triggers are: one row with the stream's latest number, and which it was. */
const acknowledgedTable = 'forward_acknowledged';
function makeAcknowledged(db: Database.Database): void {
  db.exec(`CREATE TABLE IF NOT EXISTS ${acknowledgedTable} (sequence INTEGER NOT NULL) STRICT`);
  const columns = db.prepare<[], { name: string }>(
    `SELECT name FROM pragma_table_info('${acknowledgedTable}')`,
  );
  // An earlier version remembered the number only.
  if (!columns.all().some(({ name }) => name === 'stream_made'))
    db.exec(`ALTER TABLE ${acknowledgedTable} ADD COLUMN stream_made TEXT`);
}
const noAcknowledgement: Acknowledgement = { sequence: 0, streamMade: null };
const hasAcknowledged = (db: Database.Database): boolean =>
  db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = '${acknowledgedTable}'`).get() !== undefined;

/** Tables without triggers: all of them at first; later, those that a migration added or recreated. */
function unforwarded(db: Database.Database): ReadonlySet<ForwardedTable> {
  const there = triggersOf(db);
  const without: ForwardedTable[] = there.has(roundTrigger) ? [] : ['round'];
  for (const table of tables)
    if (!events.every((event) => there.has(triggerName(table, event)))) without.push(table);
  return new Set(without);
}

/** Creates triggers that queue every row written to these tables, whoever writes it. */
function addTriggers(db: Database.Database, to: ReadonlySet<ForwardedTable>): void {
  if (to.has('round'))
    db.exec(
      `CREATE TRIGGER ${roundTrigger} AFTER INSERT ON round
       BEGIN INSERT INTO forward_slot (slot, path_id) VALUES (NEW.slot, NEW.path_id); END`,
    );
  for (const table of tables.filter((one) => to.has(one))) {
    dropTriggersOf(db, table);
    for (const event of events) db.exec(trigger(table, event));
  }
}

function dropTriggers(db: Database.Database): void {
  db.exec(`DROP TRIGGER IF EXISTS ${roundTrigger}`);
  for (const table of tables) dropTriggersOf(db, table);
}

function dropTriggersOf(db: Database.Database, table: Table): void {
  for (const event of events) db.exec(`DROP TRIGGER IF EXISTS ${triggerName(table, event)}`);
}

/** Statements that queue existing rows: each takes `@from` and `@to`, instants that the rows have to overlap. */
function fillings(): ReadonlyMap<ForwardedTable, string> {
  const time: Record<Table, string> = {
    outage: 'start_at < @to AND ifnull(end_at, @to) >= @from',
    outage_inferred: '0', // they are queued with their outages
    watch_state: 'at >= @from AND at < @to',
    watch_span: 'from_at < @to AND to_at >= @from',
    watch_blind: 'from_at < @to AND ifnull(to_at, @to) >= @from',
    path_trace: 'at >= @from AND at < @to',
    path: 'first_seen_at < @to AND last_seen_at >= @from',
  };
  const owner = (table: Table): string =>
    table === 'path' ? "substr(name, 1, length(@pop) + 1) = @pop || '>'" : 'observer = @pop';
  const slots = `INSERT INTO forward_slot (slot, path_id) SELECT slot, path_id FROM round JOIN path ON path.id = path_id
      WHERE slot >= @from AND slot < @to AND ${owner('path')} ORDER BY slot, path_id`;
  return new Map<ForwardedTable, string>([
    ['round', slots],
    ...tables.map((table) => {
      const { kind, key, when } = isRowOf(table, table);
      const rows = `INSERT INTO forward_watch (${columns}) SELECT '${kind}', ${key} FROM ${table}
        WHERE ${when} AND ${time[table]} AND ${owner(table)} ON CONFLICT DO NOTHING`;
      return [table, rows] as const;
    }),
  ]);
}

const tableOf: Record<ForwardLine, string> = { slots: 'forward_slot', watch: 'forward_watch' };
const everything = { from: Number.MIN_SAFE_INTEGER, to: Number.MAX_SAFE_INTEGER };

export function forwardStore({ db, read, write }: Connection, shared: SqliteDatabase): ForwardStore {
  let pop: PopId = '';
  const filling = fillings();
  const lines = { slots: slotLine(db), watch: watchLine(db, shared) };
  const doneWith = {
    slots: db.prepare<{ number: number }>('DELETE FROM forward_slot WHERE number = :number'),
    watch: db.prepare<{ number: number }>('DELETE FROM forward_watch WHERE number = :number'),
  };
  const latest = db
    .prepare<{ table: string }, number>('SELECT seq FROM sqlite_sequence WHERE name = :table')
    .pluck();
  const count = db.prepare<[], ForwardDepth>(
    `SELECT (SELECT count(*) FROM forward_slot) AS slots, (SELECT count(*) FROM forward_watch) AS watch,
       ifnull((SELECT slot FROM forward_slot ORDER BY number LIMIT 1),
         (SELECT nullif(at, 0) FROM forward_watch ORDER BY number LIMIT 1)) AS oldestAt`,
  );
  const fill = (
    time: { readonly from: number; readonly to: number },
    tables: ReadonlySet<ForwardedTable> | null = null,
  ): number => {
    let added = 0;
    for (const [table, sql] of filling)
      if (tables === null || tables.has(table)) added += db.prepare(sql).run({ ...time, pop }).changes;
    return added;
  };
  return {
    start: (agentPop) =>
      write(() => {
        pop = agentPop;
        makeAcknowledged(db);
        const without = unforwarded(db);
        addTriggers(db, without);
        return fill(everything, without);
      }),
    stop: () =>
      write(() => {
        if (!hasTriggers(db)) return;
        dropTriggers(db);
        db.exec('DELETE FROM forward_slot; DELETE FROM forward_watch');
        db.exec(`DROP TABLE IF EXISTS ${acknowledgedTable}`);
      }),
    latest: (line) => read(() => latest.get({ table: tableOf[line] }) ?? 0),
    next: (query) => read(() => lines[query.line](query, pop)),
    done: (line, numbers, by) =>
      write(() => {
        for (const number of numbers) doneWith[line].run({ number });
        if (by === undefined || !hasAcknowledged(db)) return;
        db.exec(`DELETE FROM ${acknowledgedTable}`);
        db.prepare<Acknowledgement>(
          `INSERT INTO ${acknowledgedTable} (sequence, stream_made) VALUES (@sequence, @streamMade)`,
        ).run(by);
      }),
    acknowledged: () =>
      read(() => {
        if (!hasAcknowledged(db)) return noAcknowledgement;
        const row = db.prepare<[], Acknowledgement>(
          `SELECT sequence, stream_made AS streamMade FROM ${acknowledgedTable}`,
        );
        return row.get() ?? noAcknowledgement;
      }),
    depth: () => read(() => count.get() ?? { slots: 0, watch: 0, oldestAt: null }),
    again: (from, to) => write(() => fill({ from, to })),
  };
}
