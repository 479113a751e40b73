import pg from 'pg';
import { StoreFault } from '../store.js';

export interface PostgresOptions {
  /** `postgres://user@host:port/database`, with what else libpq's addresses have (`sslmode`, `options`). */
  readonly url: string;
  /** Connections at most. 4 by default: one writes, the others read. */
  readonly connections?: number;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large to be exact`);
  return value;
}

/** What it is called in messages: without the password. */
export function nameOf(url: string): string {
  const { hostname, port, pathname } = new URL(url);
  return `the database ${pathname.slice(1)} at ${hostname || 'localhost'}:${port || '5432'}`;
}

export function connect({ url, connections = 4 }: PostgresOptions): pg.Pool {
  if (!URL.canParse(url)) throw new StoreFault('the address of the database is no URL', 'other');
  // Whole numbers come as numbers: none of ours is past 2^53 but sums, and those are asked for as texts.
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, wholeNumber);
  const pool = new pg.Pool({
    connectionString: url,
    max: connections,
    types,
    application_name: 'pop-sla',
    connectionTimeoutMillis: 10_000,
    // A server that vanished must not hold a round for ever.
    query_timeout: 600_000,
    // Nor may a program that stands still hold the locks of a transaction for ever.
    idle_in_transaction_session_timeout: 60_000,
    keepAlive: true,
  });
  // An idle connection that breaks is replaced when it is needed; what needs it then says what is wrong.
  pool.on('error', () => undefined);
  return pool;
}
