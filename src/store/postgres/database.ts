import type { Pool, PoolClient } from 'pg';
import { StoreFault } from '../store.js';
import { destroySocket } from './connect.js';
import { toStoreFault } from './faults.js';
import { numbered } from './named.js';
import { createWriter } from './writer.js';

export type Value = string | number | bigint | boolean | Uint8Array | null | readonly Value[];
/** Of `$1`, `$2`, … in their order, or of `:name`s. */
export type Values = readonly Value[] | Readonly<Record<string, Value>>;

/** Runs one statement; the rows by column name. */
export type Query = <Row>(sql: string, values?: Values) => Promise<Row[]>;

/** What every family of queries works with. */
export interface Connection {
  /** What it is called in messages. */
  readonly name: string;
  /** One statement that reads; its faults come as `StoreFault`. */
  readonly read: Query;
  /** Runs a change in the next transaction and resolves when that is durable. Changes keep their order. */
  readonly write: <T>(change: (query: Query, client: PoolClient) => Promise<T>) => Promise<T>;
  /** A change of one statement; resolves to how many rows it touched. */
  readonly change: (sql: string, values: Values) => Promise<number>;
  /** One connection for as long as the work takes; its faults come as `StoreFault`. */
  readonly withClient: <T>(work: (query: Query) => Promise<T>) => Promise<T>;
  /** Resolves when every change asked for until now has its answer. */
  readonly drained: () => Promise<void>;
  /** Refuses what comes from now on, finishes what was asked for, and ends the connections. */
  readonly close: () => Promise<void>;
}

export function connection(pool: Pool, name: string, readOnly: boolean): Connection {
  let closing: Promise<void> | null = null;
  const closed = (): StoreFault => new StoreFault(`${name} is closed`, 'other');
  const faultOf = (error: unknown): unknown => toStoreFault(error, name);
  const writer = createWriter({ pool, faultOf });
  const refusal = (): StoreFault | null => {
    if (closing) return closed();
    return readOnly ? new StoreFault(`${name} was opened for reading only`, 'read-only') : null;
  };
  return {
    name,
    async read<Row>(sql: string, values: Values = []) {
      if (closing) throw closed();
      try {
        const text = numbered(sql, values);
        return (await pool.query(text.sql, text.values)).rows as Row[];
      } catch (error) {
        throw faultOf(error);
      }
    },
    write(change) {
      const refused = refusal();
      if (refused) return Promise.reject(refused);
      return writer.write((client) => change(queryOf(client), client));
    },
    change(sql, values) {
      const refused = refusal();
      if (refused) return Promise.reject(refused);
      const text = numbered(sql, values);
      return writer.write(async (client) => (await client.query(text.sql, text.values)).rowCount ?? 0);
    },
    async withClient(work) {
      if (closing) throw closed();
      try {
        const client = await pool.connect();
        let broken = false;
        try {
          return await work(queryOf(client));
        } catch (error) {
          broken = faultOf(error) instanceof StoreFault;
          throw error;
        } finally {
          client.release(broken);
        }
      } catch (error) {
        throw faultOf(error);
      }
    },
    drained: () => writer.drained(),
    close() {
      closing ??= writer.drained().then(() => endPool(pool));
      return closing;
    },
  };
}

/** How long the server has to take leave before the connections are simply cut. */
const endLimitMs = 1_000;

/** `Pool.end` waits for each connection's goodbye, and for those at work to be given back: with a dead server, for ever. */
async function endPool(pool: Pool): Promise<void> {
  const { _clients: clients } = pool as unknown as { readonly _clients: readonly PoolClient[] };
  const timer = setTimeout(() => {
    clients.forEach(destroySocket);
  }, endLimitMs);
  try {
    await pool.end();
  } finally {
    clearTimeout(timer);
  }
}

export const queryOf =
  (client: Pick<PoolClient, 'query'>): Query =>
  async <Row>(sql: string, values: Values = []) => {
    const text = numbered(sql, values);
    return (await client.query(text.sql, text.values)).rows as Row[];
  };
