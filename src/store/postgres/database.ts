import pg, { type Pool, type PoolClient } from 'pg';
import { taskQueue } from '../ledger-cache.js';
import {
  builders,
  type Query as Statement,
  type Result,
  type Runnable,
  type Script,
  type SqlDatabase,
  statementOf,
} from '../sql/database.js';
import { StoreError } from '../store.js';
import { destroySocket } from './connect.js';
import { toStoreError } from './errors.js';
import { locks } from './migrate.js';

interface WriterOptions {
  readonly pool: Pool;
  readonly faultOf: (error: unknown) => unknown;
  /** The most changes in one transaction. */
  readonly maxChanges?: number;
  /**
   * How long a transaction may take, from requesting a connection to the reply to COMMIT; milliseconds, 15,000 by
   * default.
   */
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

/** How often a change is retried after it gave way to another program's transaction. */
const attempts = 10;

/** A deadlock, or two changes that can't be serialized. */
const wasPassed = (error: unknown): boolean =>
  error instanceof pg.DatabaseError && error.code?.startsWith('40') === true;

/** A ROLLBACK that takes longer than this, milliseconds, went to a server that does not answer. */
const rollbackLimitMs = 2_000;

/**
 * Runs changes in the order they were requested; those that wait together share a transaction, because a commit waits
 * for the server's disk. A promise resolves after its transaction was committed.
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
        // The server has to time out too: a change that nobody waits for any more must not keep its locks.
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
      // Only a server that has just answered is asked to roll back; others notice that the connection is gone.
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
      // One invalid change must not make the others fail; a lost server makes all of them fail alike.
      const mediumFailed = fault instanceof StoreError && !['other', 'busy'].includes(fault.kind);
      if (jobs.length > 1 && !mediumFailed) for (const job of jobs) await commit([job]);
      // Another program's transaction conflicted with this one, and the server aborted this one.
      else if (wasPassed(error) && attempt < attempts) await commit(jobs, attempt + 1);
      else for (const job of jobs) job.reject(fault);
    }
  };
  const turn = async (): Promise<void> => {
    // Changes requested in the same turn of the event loop share a transaction.
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

/** Rejects when the work takes longer; its later result or error is dropped. */
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
/** The values of a statement's `:name`s. */
type Values = Readonly<Record<string, Value>>;

/** Runs one statement; resolves to its rows by column name. */
export type Query = <Row>(sql: string, values?: Values) => Promise<Row[]>;

/** The connection that every group of queries uses. */
export interface Connection {
  /** The database's name in messages. */
  readonly name: string;
  /** Runs one reading statement; rejects with a `StoreError`. */
  readonly read: Query;
  /** Runs one reading statement of the query builder. */
  readonly run: (statement: Statement<unknown>) => Promise<Result>;
  /** Runs a change in the next transaction and resolves when that is durable. Changes keep their order. */
  readonly write: <T>(change: (query: Query, client: PoolClient) => Promise<T>) => Promise<T>;
  /** Reserves one connection for the work; rejects with a `StoreError`. */
  readonly withClient: <T>(work: (query: Query, client: PoolClient) => Promise<T>) => Promise<T>;
  /** Resolves when every change requested so far has completed. */
  readonly drained: () => Promise<void>;
  /** Rejects new changes, completes the requested ones, and closes the connections. */
  readonly close: () => Promise<void>;
}

export function connection(pool: Pool, name: string, readOnly: boolean): Connection {
  let closing: Promise<void> | null = null;
  const closed = (): StoreError => new StoreError(`${name} is closed`, 'other');
  const faultOf = (error: unknown): unknown => toStoreError(error, name);
  const writer = createWriter({ pool, faultOf });
  const refusal = (): StoreError | null => {
    if (closing) return closed();
    return readOnly ? new StoreError(`${name} was opened for reading only`, 'read-only') : null;
  };
  const run = async (statement: Statement<unknown>): Promise<Result> => {
    if (closing) throw closed();
    try {
      return await execute(pool, statement);
    } catch (error) {
      throw faultOf(error);
    }
  };
  return {
    name,
    run,
    async read<Row>(sql: string, values: Values = {}) {
      const text = numbered(sql, values);
      return (await run({ sql: text.sql, parameters: text.values })).rows as Row[];
    },
    write(change) {
      const refused = refusal();
      if (refused) return Promise.reject(refused);
      return writer.write((client) => change(queryOf(client), client));
    },
    async withClient(work) {
      if (closing) throw closed();
      try {
        const client = await pool.connect();
        let broken = false;
        try {
          return await work(queryOf(client), client);
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

/** How long the server may take to close connections before the sockets are destroyed, milliseconds. */
const endLimitMs = 1_000;

/** `Pool.end` waits for every connection to close, and for busy ones to be released: with a dead server, forever. */
async function endPool(pool: Pool): Promise<void> {
  const { _clients: clients } = pool as Pool & { readonly _clients: readonly PoolClient[] };
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
  async <Row>(sql: string, values: Values = {}) => {
    const text = numbered(sql, values);
    return (await client.query(text.sql, text.values)).rows as Row[];
  };

/** Statements that were translated before; those that are put together from conditions have few forms. */
const translated = new Map<string, { readonly text: string; readonly names: readonly string[] }>();
const maxTranslated = 500;

/** Replaces each `:name` by the `$1` and so on that the server knows, with the values in that order. */
function numbered(sql: string, values: Values): { readonly sql: string; readonly values: Value[] } {
  let known = translated.get(sql);
  if (known === undefined) {
    const names: string[] = [];
    // `::` is a cast.
    const text = sql.replace(/(?<!:):([a-zA-Z]\w*)/g, (_, name: string) => {
      if (!names.includes(name)) names.push(name);
      return `$${names.indexOf(name) + 1}`;
    });
    known = { text, names };
    if (translated.size >= maxTranslated) translated.clear();
    translated.set(sql, known);
  }
  return {
    sql: known.text,
    values: known.names.map((name) => {
      const value = values[name];
      if (value === undefined) throw new TypeError(`no value is given for :${name}`);
      return value;
    }),
  };
}

/** Runs a script within the caller's transaction; each statement waits for the result of the one before. */
async function runScript<T>(client: Pick<PoolClient, 'query'>, script: Script<T>): Promise<T> {
  let step = script.next();
  while (step.done !== true) {
    let result: Result;
    try {
      result = await execute(client, step.value);
    } catch (error) {
      step = script.throw(error);
      continue;
    }
    step = script.next(result);
  }
  return step.value;
}

async function execute(
  client: Pick<PoolClient, 'query'>,
  { sql, parameters }: Statement<unknown>,
): Promise<Result> {
  const { rows, rowCount } = await client.query<object>(sql, [...parameters]);
  return { rows, changes: rowCount ?? 0 };
}

/** The database for the queries that both databases share. */
export interface PostgresDatabase extends SqlDatabase {
  readonly run: typeof runScript;
}

export function sqlDatabase({ run, write, withClient }: Connection): PostgresDatabase {
  // Whoever holds the lock of a month keeps one connection; several at a time would leave none for the work.
  const inTurn = taskQueue();
  return {
    dialect: 'postgres',
    from: builders.postgres(),
    run: runScript,
    read: async <Row>(query: Runnable<Row>) => (await run(statementOf(query))).rows as Row[],
    snapshot: (script) =>
      withClient(async (query, client) => {
        await query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
        try {
          return await runScript(client, script());
        } finally {
          await query('ROLLBACK');
        }
      }),
    change: (query) => {
      const statement = statementOf(query);
      return write(async (_, client) => (await execute(client, statement)).changes);
    },
    write: (script) => write((_, client) => runScript(client, script())),
    *lock(name) {
      yield { sql: `SELECT pg_advisory_xact_lock(${locks[name]})`, parameters: [] };
    },
    erasure: {
      *begin() {},
      // Erased data must not remain in the table's file. The table is small, so it is rewritten at once.
      async complete(table, deleted) {
        if (deleted) await withClient((query) => query(`VACUUM FULL ${table}`)).catch(() => undefined);
      },
    },
    inTurn: (month, work) =>
      inTurn(() =>
        withClient(async (query) => {
          const key = { lock: locks.month, month: Number(month.replace('-', '')) };
          await query('SELECT pg_advisory_lock(:lock::int, :month::int)', key);
          try {
            return await work();
          } finally {
            // A broken connection has lost the lock; then work done twice is refused when it is stored.
            await query('SELECT pg_advisory_unlock(:lock::int, :month::int)', key);
          }
        }),
      ),
  };
}
