import {
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresQueryCompiler,
  SqliteAdapter,
  SqliteQueryCompiler,
} from './kysely.js';
import type { Tables } from './tables.js';

/** A statement in the words of one database, with the values of its parameters; its rows are of type `Row`. */
export interface Query<Row> {
  readonly sql: string;
  readonly parameters: readonly unknown[];
  /** No value has this: it only carries the type. */
  readonly row?: Row;
}

/** A query of the builder, which is compiled when it is run. */
interface Compilable<Row> {
  compile(): { readonly sql: string; readonly parameters: readonly unknown[]; readonly query: unknown };
  execute(): Promise<Row[]>;
}

export type Runnable<Row> = Query<Row> | Compilable<Row>;

export interface Result {
  readonly rows: readonly unknown[];
  /** How many rows were inserted, updated or deleted. */
  readonly changes: number;
}

/**
 * The statements of a transaction, one after the other: a generator that yields each and is given its result. SQLite
 * runs it to its end without a pause, as its transactions have to be, and PostgreSQL awaits the server for each
 * statement, so that one definition serves both.
 */
export type Script<T> = Generator<Query<unknown>, T, Result>;

/** Work that only one program at a time may do on a database; the lock lasts until the end of the transaction. */
type TransactionLock = 'ledger' | 'trail' | 'faults' | 'statements' | 'watch';

/** What the queries that both databases share need of each. */
export interface SqlDatabase {
  readonly dialect: 'sqlite' | 'postgres';
  readonly from: Kysely<Tables>;
  /** Runs one reading statement. Rejects with a `StoreError`, like all below. */
  read<Row>(query: Runnable<Row>): Promise<Row[]>;
  /** Runs reading statements in one snapshot. */
  snapshot<T>(script: () => Script<T>): Promise<T>;
  /** Runs a changing statement; resolves to the number of rows that it changed. */
  change(query: Runnable<unknown>): Promise<number>;
  /** Runs a change in the next transaction and resolves when that is durable. Changes keep their order. */
  write<T>(script: () => Script<T>): Promise<T>;
  /** Waits for the lock; SQLite has one writer at a time anyway. */
  lock(name: TransactionLock): Script<void>;
  readonly erasure: Erasure;
  /**
   * Runs a work on a month when its turn comes: one at a time of this program and, on PostgreSQL, of every program on
   * the database.
   */
  inTurn<T>(month: string, work: () => Promise<T>): Promise<T>;
}

/** Removes replaced values from the files of the database, where a table has personal data. */
interface Erasure {
  /** Runs before the change, in its transaction. */
  begin(): Script<void>;
  /** Runs after the transaction. `deleted`: the change deleted the data of a person. */
  complete(table: 'contact', deleted: boolean): Promise<void>;
}

/** Stands in a compiled query for a value that is known only when the query is run: see `prepare`. */
class Parameter {
  constructor(readonly name: string) {}
  [Symbol.toPrimitive](): never {
    throw new TypeError(`the parameter ${this.name} has no value while its query is compiled`);
  }
}

/**
 * Compiles a query once, for statements that run often. `build` is given a parameter in place of each value, which it
 * may only pass on to the builder; the function that is returned puts the values in.
 */
export function prepare<Values extends object, Row>(
  build: (values: Values) => Compilable<Row>,
): (values: Values) => Query<Row> {
  const parameters = new Proxy({} as Values, {
    get: (_, name) => new Parameter(String(name)),
  });
  const compiled = build(parameters).compile();
  return (values) => ({
    sql: compiled.sql,
    parameters: compiled.parameters.map((value) =>
      value instanceof Parameter ? (values as Record<string, unknown>)[value.name] : value,
    ),
  });
}

/** The statement of a query, compiled where it is not yet. */
export const statementOf = <Row>(query: Runnable<Row>): Query<Row> =>
  'compile' in query ? query.compile() : query;

export function* all<Row>(query: Runnable<Row>): Script<Row[]> {
  return (yield statementOf(query)).rows as Row[];
}

export function* first<Row>(query: Runnable<Row>): Script<Row | undefined> {
  return (yield* all(query))[0];
}

export function* change(query: Runnable<unknown>): Script<number> {
  return (yield statementOf(query)).changes;
}

/** Undoes what the script changed when it throws, and throws on: the transaction around it goes on without it. */
export function* savepoint<T>(script: () => Script<T>): Script<T> {
  yield { sql: 'SAVEPOINT change', parameters: [] };
  try {
    return yield* script();
  } catch (error) {
    yield { sql: 'ROLLBACK TO SAVEPOINT change', parameters: [] };
    throw error;
  } finally {
    yield { sql: 'RELEASE SAVEPOINT change', parameters: [] };
  }
}

/** The condition on a value where there is one, as a list to be spread. */
export const when = <Value, Condition>(
  value: Value | null | undefined,
  condition: (value: Value) => Condition,
): Condition[] => (value === null || value === undefined ? [] : [condition(value)]);

/** The members that have a value, for `and({…})`: columns and what they have to be equal to. */
export const given = <Columns extends object>(
  columns: Columns,
): { [Name in keyof Columns]?: Exclude<Columns[Name], undefined> } =>
  Object.fromEntries(Object.entries(columns).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Columns]?: Exclude<Columns[Name], undefined>;
  };

/** Query builders that compile for a database and never run anything themselves. */
export const builders = {
  sqlite: (): Kysely<Tables> =>
    builder(
      () => new SqliteAdapter(),
      () => new SqliteQueryCompiler(),
    ),
  postgres: (): Kysely<Tables> =>
    builder(
      () => new PostgresAdapter(),
      () => new PostgresQueryCompiler(),
    ),
} as const;

const builder = (
  createAdapter: () => SqliteAdapter | PostgresAdapter,
  createQueryCompiler: () => SqliteQueryCompiler | PostgresQueryCompiler,
): Kysely<Tables> =>
  new Kysely<Tables>({
    dialect: {
      createAdapter,
      createQueryCompiler,
      createDriver: () => new DummyDriver(),
      createIntrospector: () => {
        throw new Error('the builder knows no database to look into');
      },
    },
  });
