import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { PoolClient } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { postgresName } from '../../core/address/postgres.js';
import {
  type CopyCell,
  type CopyRow,
  type CopySource,
  type CopyTable,
  type CopyTarget,
  withPackets,
} from '../copy.js';
import { StoreError } from '../store.js';
import { addressOf, connect } from './connect.js';
import { queryOf } from './database.js';
import { toStoreError } from './errors.js';
import { locks, migrate, requireCurrentSchema } from './migrate.js';
import { ensurePartitions, monthOfSlot, partitioned } from './upkeep.js';

export type Cell = string | number | bigint | Uint8Array | null;

/**
 * Writes rows by COPY in text format, without a statement per row. Table and column names are constants of this
 * program.
 */
export async function copyRows(
  client: PoolClient,
  table: string,
  columns: readonly string[],
  rows: readonly (readonly Cell[])[],
): Promise<void> {
  if (rows.length === 0) return;
  const into = client.query(copyFrom(`COPY ${table} (${columns.join(', ')}) FROM STDIN`));
  await pipeline(Readable.from(chunksOf(rows)), into);
}

/** Lines in chunks of about 64 KiB: a chunk per line would cost more than the lines. */
function* chunksOf(rows: readonly (readonly Cell[])[]): Generator<string> {
  let chunk = '';
  for (const row of rows) {
    chunk += `${row.map(spelling).join('\t')}\n`;
    if (chunk.length < 65_536) continue;
    yield chunk;
    chunk = '';
  }
  if (chunk !== '') yield chunk;
}

const escapes: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };

function spelling(cell: Cell): string {
  if (cell === null) return '\\N';
  if (cell instanceof Uint8Array) return `\\\\x${Buffer.from(cell).toString('hex')}`;
  if (typeof cell !== 'string') return String(cell);
  return cell.replace(/[\\\t\n\r]/g, (character) => escapes[character] ?? character);
}

const rowsAtOnce = 4000;
const quoted = (names: readonly string[]): string => names.map((name) => `"${name}"`).join(', ');

export interface CopyWholeOptions {
  readonly url: string;
  readonly tables: readonly CopyTable[];
}

/**
 * Rejects with a `StoreError` when the server can't be reached, has no pop-sla schema, or the schema is not the latest.
 */
export function copyFromPostgres(options: CopyWholeOptions): Promise<CopySource> {
  return begin(options, {
    prepare: requireCurrentSchema,
    begin: 'BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY',
  });
}

/** Writes in one transaction. Rejects with a `StoreError` when a table has rows already. */
export async function copyToPostgres(options: CopyWholeOptions): Promise<CopyTarget> {
  const session = await begin(options, { prepare: migrate, begin: 'BEGIN' });
  const { client, name, fault } = session;
  const query = queryOf(client);
  const tables = options.tables.filter((table) => session.holds(table));
  try {
    await query('SELECT pg_advisory_xact_lock(:lock)', { lock: locks.copy });
    // Concurrent writers wait, and then see what was copied.
    await query(`LOCK TABLE ${quoted([...tables.map((table) => table.name), 'packets'])} IN EXCLUSIVE MODE`);
    for (const table of tables) {
      const [row] = await query(`SELECT 1 FROM "${table.name}" LIMIT 1`);
      if (row !== undefined)
        throw new StoreError(`${name} is not empty: ${table.name} has rows; allowed: an empty one`, 'other');
    }
  } catch (error) {
    await session.close();
    throw fault(error);
  }
  const months = new Set<string>();
  return {
    ...session,
    async put(table, rows) {
      try {
        if (table.name !== withPackets && !isPartitioned(table)) {
          await copyRows(
            client,
            `"${table.name}"`,
            [quoted(table.columns.map((column) => column.name))],
            rows,
          );
          return;
        }
        const slot = table.columns.findIndex((column) => column.name === 'slot');
        const fresh = new Set(
          rows.map((row) => monthOfSlot(Number(row[slot]))).filter((month) => !months.has(month)),
        );
        if (fresh.size > 0) await ensurePartitions(query, fresh);
        for (const month of fresh) months.add(month);
        await putParts(client, table, rows);
      } catch (error) {
        throw fault(error);
      }
    },
    async commit() {
      try {
        await query(behindTheLast);
        await query('COMMIT');
        // The planner has no statistics on rows inserted all at once.
        await query('ANALYZE');
      } catch (error) {
        throw fault(error);
      }
    },
  };
}

const isPartitioned = ({ name }: CopyTable): boolean => (partitioned as readonly string[]).includes(name);

/** A round's packets are stored in a table of their own. */
async function putParts(client: PoolClient, table: CopyTable, rows: readonly CopyRow[]): Promise<void> {
  const names = table.columns.map((column) => column.name);
  if (table.name !== withPackets) return copyRows(client, `"${table.name}"`, [quoted(names)], rows);
  const at = (column: string): number => names.indexOf(column);
  const [path, slot, packed] = [at('path_id'), at('slot'), at('packed')];
  await copyRows(
    client,
    'round',
    [quoted(names.filter((column) => column !== 'packed')), 'has_packets'],
    rows.map((row) => [...row.filter((_, index) => index !== packed), row[packed] === null ? 'f' : 't']),
  );
  await copyRows(
    client,
    'packets',
    ['path_id', 'slot', 'packed'],
    rows
      .filter((row) => row[packed] !== null)
      .map((row) => [path, slot, packed].map((index): CopyCell => row[index] ?? null)),
  );
}

/** Sequences continue after the copied numbers. */
const behindTheLast = `
DO $$
DECLARE numbered record;
BEGIN
  FOR numbered IN
    SELECT table_name AS name, column_name AS field FROM information_schema.columns
    WHERE table_schema = current_schema() AND is_identity = 'YES'
  LOOP
    EXECUTE format('SELECT setval(pg_get_serial_sequence(%L, %L), coalesce(max(%I), 0) + 1, false) FROM %I',
      format('%I', numbered.name), numbered.field, numbered.field, numbered.name);
  END LOOP;
END $$`;

interface Session extends CopySource {
  readonly client: PoolClient;
  readonly fault: (error: unknown) => unknown;
}

async function begin(
  { url, tables }: CopyWholeOptions,
  how: { readonly prepare: typeof requireCurrentSchema; readonly begin: string },
): Promise<Session> {
  const name = postgresName(addressOf(url));
  const pool = connect({ url, connections: 1 });
  const fault = (error: unknown): unknown => toStoreError(error, name);
  let client: PoolClient | undefined;
  let there: ReadonlySet<string>;
  try {
    await how.prepare(pool, name);
    client = await pool.connect();
    client.on('error', () => undefined);
    await client.query('SET idle_in_transaction_session_timeout = 0');
    await client.query(how.begin);
    there = await tablesThere(client, name, tables);
  } catch (error) {
    client?.release(true);
    await pool.end();
    throw fault(error);
  }
  const open = client;
  return {
    name,
    client: open,
    fault,
    holds: (table) => there.has(table.name),
    async count(table) {
      try {
        const [row] = await queryOf(open)<{ n: number }>(`SELECT count(*) AS n FROM "${table.name}"`);
        return row?.n ?? 0;
      } catch (error) {
        throw fault(error);
      }
    },
    async *rows({ name: table, columns, key }) {
      const from = table === withPackets ? 'round LEFT JOIN packets USING (path_id, slot)' : `"${table}"`;
      const texts = new Set(columns.filter(({ kind }) => kind === 'text').map((column) => column.name));
      const order = key.map((column) => `"${column}"${texts.has(column) ? ' COLLATE "C"' : ''}`).join(', ');
      try {
        await open.query(
          `DECLARE copied NO SCROLL CURSOR FOR
           SELECT ${quoted(columns.map((column) => column.name))} FROM ${from} ORDER BY ${order}`,
        );
        for (;;) {
          const text = `FETCH ${rowsAtOnce} FROM copied`;
          const { rows } = await open.query<CopyCell[]>({ text, rowMode: 'array' });
          if (rows.length > 0) yield rows;
          if (rows.length < rowsAtOnce) break;
        }
        await open.query('CLOSE copied');
      } catch (error) {
        throw fault(error);
      }
    },
    async close() {
      open.release(true); // this also discards what was not committed
      await pool.end();
    },
  };
}

/** The tables that exist; each of them must have every column. */
async function tablesThere(
  client: PoolClient,
  name: string,
  tables: readonly CopyTable[],
): Promise<ReadonlySet<string>> {
  const known = await queryOf(client)<{ table: string; column: string }>(
    `SELECT table_name AS "table", column_name AS "column" FROM information_schema.columns
     WHERE table_schema = current_schema()`,
  );
  const there = new Set(known.map(({ table }) => table));
  const columns = new Set(known.map(({ table, column }) => `${table}.${column}`));
  for (const table of tables.filter((one) => there.has(one.name))) {
    for (const { name: column } of table.columns) {
      const owner = table.name === withPackets && column === 'packed' ? 'packets' : table.name;
      if (!columns.has(`${owner}.${column}`))
        throw new StoreError(`${name} has no place for ${owner}.${column}`, 'other');
    }
  }
  return there;
}
