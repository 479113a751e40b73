import type { Pool, PoolClient } from 'pg';
import { StoreFault } from '../store.js';
import { toStoreFault } from './faults.js';
import { createWriter } from './writer.js';

export type Value = string | number | bigint | boolean | Uint8Array | null | readonly Value[];

/** Runs one statement; the rows by column name. */
export type Query = <Row>(sql: string, values?: readonly Value[]) => Promise<Row[]>;

/** What every family of queries works with. */
export interface Connection {
  /** What it is called in messages. */
  readonly name: string;
  /** One statement that reads; its faults come as `StoreFault`. */
  readonly read: Query;
  /** Runs a change in the next transaction and resolves when that is durable. Changes keep their order. */
  readonly write: <T>(change: (query: Query, client: PoolClient) => Promise<T>) => Promise<T>;
  /** Refuses what comes from now on, finishes what was asked for, and ends the connections. */
  readonly close: () => Promise<void>;
}

export function connection(pool: Pool, name: string, readOnly: boolean): Connection {
  let closing: Promise<void> | null = null;
  const closed = (): StoreFault => new StoreFault(`${name} is closed`, 'other');
  const faultOf = (error: unknown): unknown => toStoreFault(error, name);
  const writer = createWriter({ pool, faultOf });
  return {
    name,
    async read<Row>(sql: string, values: readonly Value[] = []) {
      if (closing) throw closed();
      try {
        return (await pool.query(sql, [...values])).rows as Row[];
      } catch (error) {
        throw faultOf(error);
      }
    },
    write(change) {
      if (closing) return Promise.reject(closed());
      if (readOnly) return Promise.reject(new StoreFault(`${name} was opened for reading only`, 'read-only'));
      return writer.write((client) => change(queryOf(client), client));
    },
    close() {
      closing ??= writer.drained().then(() => pool.end());
      return closing;
    },
  };
}

export const queryOf =
  (client: Pick<PoolClient, 'query'>): Query =>
  async <Row>(sql: string, values: readonly Value[] = []) =>
    (await client.query(sql, [...values])).rows as Row[];
