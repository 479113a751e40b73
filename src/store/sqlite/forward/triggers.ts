import type Database from 'better-sqlite3';

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
export type ForwardedTable = Table | 'round';
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

export const hasTriggers = (db: Database.Database): boolean => triggersOf(db).size > 0;

const roundTrigger = 'forward_round_new';
const events = ['INSERT', 'UPDATE'] as const;

/** The tables whose rows do not wait: all of them at first; then those that a step of the schema brought or made anew. */
export function unforwarded(db: Database.Database): ReadonlySet<ForwardedTable> {
  const there = triggersOf(db);
  const without: ForwardedTable[] = there.has(roundTrigger) ? [] : ['round'];
  for (const table of tables)
    if (!events.every((event) => there.has(triggerName(table, event)))) without.push(table);
  return new Set(without);
}

/** From now on every row of these tables that is written waits, whoever writes it. */
export function addTriggers(db: Database.Database, to: ReadonlySet<ForwardedTable>): void {
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

export function dropTriggers(db: Database.Database): void {
  db.exec(`DROP TRIGGER IF EXISTS ${roundTrigger}`);
  for (const table of tables) dropTriggersOf(db, table);
}

function dropTriggersOf(db: Database.Database, table: Table): void {
  for (const event of events) db.exec(`DROP TRIGGER IF EXISTS ${triggerName(table, event)}`);
}

/** Statements that let rows wait that are there: each takes `@from` and `@to`, instants that the rows have to touch. */
export function fillings(): ReadonlyMap<ForwardedTable, string> {
  const time: Record<Table, string> = {
    outage: 'start_at < @to AND ifnull(end_at, @to) >= @from',
    outage_inferred: '0', // they go with their outages
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
