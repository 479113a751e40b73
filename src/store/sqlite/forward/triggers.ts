import type Database from 'better-sqlite3';

/** The row's key in `forward_watch`, by table; `R` is NEW or the table's own name. */
const keys = {
  outage: { kind: 'outage', key: `R.observer, R.port, R.start_at, ''` },
  outage_inferred: { kind: 'outage', key: `R.observer, R.port, R.start_at, ''` },
  watch_state: { kind: 'state', key: 'R.observer, R.port, R.at, R.state' },
  watch_span: { kind: 'span', key: `R.observer, '', R.from_at, ''` },
  watch_blind: { kind: 'blind', key: 'R.observer, R.port, R.from_at, R.reason' },
  path: { kind: 'path', key: `R.name, '', 0, ''`, when: 'R.first_seen_at IS NOT NULL' },
} as const;
type Table = keyof typeof keys;
const tables = Object.keys(keys) as Table[];
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

const countTriggers = (db: Database.Database): number =>
  db
    .prepare<[], number>(
      `SELECT count(*) FROM sqlite_schema WHERE type = 'trigger' AND name GLOB 'forward_*'`,
    )
    .pluck()
    .get() ?? 0;

export const hasTriggers = (db: Database.Database): boolean => countTriggers(db) > 0;

/** Whether every row of this database that is written waits: a step of the schema may have made a table anew. */
export const isForwarding = (db: Database.Database): boolean => countTriggers(db) === 1 + 2 * tables.length;

/** From now on every row that is written waits, whoever writes it. */
export function addTriggers(db: Database.Database): void {
  db.exec(
    `CREATE TRIGGER forward_round_new AFTER INSERT ON round
     BEGIN INSERT INTO forward_slot (slot, path_id) VALUES (NEW.slot, NEW.path_id); END`,
  );
  for (const table of tables)
    for (const event of ['INSERT', 'UPDATE'] as const) db.exec(trigger(table, event));
}

export function dropTriggers(db: Database.Database): void {
  db.exec('DROP TRIGGER IF EXISTS forward_round_new');
  for (const table of tables)
    for (const event of ['INSERT', 'UPDATE']) db.exec(`DROP TRIGGER IF EXISTS ${triggerName(table, event)}`);
}

/** Statements that let rows wait that are there: each takes `@from` and `@to`, instants that the rows have to touch. */
export function fillings(): { readonly slots: string; readonly watch: readonly string[] } {
  const time: Record<Table, string> = {
    outage: 'start_at < @to AND ifnull(end_at, @to) >= @from',
    outage_inferred: '0', // they go with their outages
    watch_state: 'at >= @from AND at < @to',
    watch_span: 'from_at < @to AND to_at >= @from',
    watch_blind: 'from_at < @to AND ifnull(to_at, @to) >= @from',
    path: 'first_seen_at < @to AND last_seen_at >= @from',
  };
  const owner = (table: Table): string =>
    table === 'path' ? "substr(name, 1, length(@pop) + 1) = @pop || '>'" : 'observer = @pop';
  return {
    slots: `INSERT INTO forward_slot (slot, path_id) SELECT slot, path_id FROM round JOIN path ON path.id = path_id
      WHERE slot >= @from AND slot < @to AND ${owner('path')} ORDER BY slot, path_id`,
    watch: tables.map((table) => {
      const { kind, key, when } = isRowOf(table, table);
      return `INSERT INTO forward_watch (${columns}) SELECT '${kind}', ${key} FROM ${table}
        WHERE ${when} AND ${time[table]} AND ${owner(table)} ON CONFLICT DO NOTHING`;
    }),
  };
}
