import pg, { type Pool, type PoolClient } from 'pg';
import { StoreError } from '../store.js';
import { destroySocket } from './connect.js';
import { toStoreFault } from './faults.js';

interface WriterOptions {
  readonly pool: Pool;
  readonly faultOf: (error: unknown) => unknown;
  /** How many changes share a transaction at most. */
  readonly maxChanges?: number;
  /** How long a transaction may take, from asking for a connection to the answer to its COMMIT. 15 s by default. */
  readonly limitMs?: number;
}

interface Writer {
  write<T>(change: (client: PoolClient) => Promise<T>): Promise<T>;
  drained(): Promise<void>;
}

interface Job {
  readonly run: (client: PoolClient) => Promise<unknown>;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
}

/** How often a change is tried that each time has to let another program's pass. */
const attempts = 10;

/** A deadlock, or two changes that can't be put one after the other. */
const wasPassed = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code?.startsWith('40') === true;

/** A ROLLBACK that takes longer than this goes to a server that does not answer. */
const rollbackLimitMs = 2_000;

/**
 * Changes in the order they were asked for, those that wait together in one transaction: a commit waits for the
 * server's disk. A promise resolves after its transaction was committed.
 */
export function createWriter({ pool, faultOf, maxChanges = 64, limitMs = 15_000 }: WriterOptions): Writer {
  const waiting: Job[] = [];
  let turning: Promise<void> | null = null;

  const transaction = async (jobs: readonly Job[]): Promise<unknown[]> => {
    const startedAt = performance.now();
    const client = await pool.connect();
    let unusable = true;
    try {
      const work = async (): Promise<unknown[]> => {
        // The server gives up too: a change that nobody waits for any more must not keep its locks.
        await client.query(`BEGIN; SET LOCAL statement_timeout = ${limitMs}`);
        const results: unknown[] = [];
        for (const job of jobs) results.push(await job.run(client));
        await client.query('COMMIT');
        return results;
      };
      const results = await within(limitMs - (performance.now() - startedAt), 'transaction', work());
      unusable = false;
      return results;
    } catch (error) {
      // Only a server that has just answered is asked to roll back; the others notice that the connection is gone.
      if (error instanceof pg.DatabaseError)
        unusable = await within(rollbackLimitMs, 'rollback', client.query('ROLLBACK')).then(
          () => false,
          () => true,
        );
      throw error;
    } finally {
      client.release(unusable);
      if (unusable) destroySocket(client);
    }
  };

  const commit = async (jobs: readonly Job[], attempt = 1): Promise<void> => {
    try {
      const results = await transaction(jobs);
      jobs.forEach((job, index) => {
        job.resolve(results[index]);
      });
    } catch (error) {
      const fault = faultOf(error);
      // One bad change must not take its neighbours with it; a server that is gone fails them all alike.
      const mediumFailed = fault instanceof StoreError && !['other', 'busy'].includes(fault.kind);
      if (jobs.length > 1 && !mediumFailed) for (const job of jobs) await commit([job]);
      // Another program's transaction was in the way of ours, and the server let that one pass.
      else if (wasPassed(error) && attempt < attempts) await commit(jobs, attempt + 1);
      else for (const job of jobs) job.reject(fault);
    }
  };
  const turn = async (): Promise<void> => {
    // What is asked for in the same turn of the event loop goes together.
    await new Promise(setImmediate);
    while (waiting.length > 0) await commit(waiting.splice(0, maxChanges));
    turning = null;
  };
  return {
    write<T>(change: (client: PoolClient) => Promise<T>): Promise<T> {
      return new Promise<T>((resolve, reject) => {
        waiting.push({ run: change, resolve: resolve as (value: unknown) => void, reject });
        turning ??= turn();
      });
    },
    drained: () => turning ?? Promise.resolve(),
  };
}

/** Rejects when the work takes longer; what it gives or throws after that is dropped. */
async function within<T>(ms: number, what: string, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`timeout: no answer to a ${what} within ${(ms / 1000).toFixed(1)} s`));
    }, ms);
  });
  work.catch(() => undefined);
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

export type Value = string | number | bigint | boolean | Uint8Array | null | readonly Value[];
/** Of `$1`, `$2`, … in their order, or of `:name`s. */
type Values = readonly Value[] | Readonly<Record<string, Value>>;

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
  const closed = (): StoreError => new StoreError(`${name} is closed`, 'other');
  const faultOf = (error: unknown): unknown => toStoreFault(error, name);
  const writer = createWriter({ pool, faultOf });
  const refusal = (): StoreError | null => {
    if (closing) return closed();
    return readOnly ? new StoreError(`${name} was opened for reading only`, 'read-only') : null;
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
          broken = faultOf(error) instanceof StoreError;
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

/** `:name` in a text that both databases read, as this one wants it: `$1`, with its values in that order. */
function numbered(sql: string, values: Values): { readonly sql: string; readonly values: Value[] } {
  if (Array.isArray(values)) return { sql, values: [...(values as readonly Value[])] };
  const named = values as Readonly<Record<string, Value>>;
  const order: string[] = [];
  // `::` is a cast.
  const text = sql.replace(/(?<!:):([a-zA-Z]\w*)/g, (_, name: string) => {
    if (!order.includes(name)) order.push(name);
    return `$${order.indexOf(name) + 1}`;
  });
  return {
    sql: text,
    values: order.map((name) => {
      const value = named[name];
      if (value === undefined) throw new TypeError(`no value is given for :${name}`);
      return value;
    }),
  };
}
