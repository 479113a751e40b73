import { readFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { userInfo } from 'node:os';
import pg from 'pg';
import { parsePostgresUrl, postgresUrlAllowed, type PostgresAddress } from '../../core/address/postgres.js';
import { StoreFault } from '../store.js';
import { passwordFor } from './password.js';
import { limitUnacknowledged } from './tcp-user-timeout.js';

export interface ConnectOptions {
  /** `postgres://user@host:port/database`, with what `parsePostgresUrl` knows behind it. */
  readonly url: string;
  /** A file with the password alone. */
  readonly passwordFile?: string | null;
  /** Connections at most. 4 by default: one writes, the others read. */
  readonly connections?: number;
  /** The process's own by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Throws `StoreFault`. */
export function addressOf(url: string): PostgresAddress {
  const address = parsePostgresUrl(url);
  if (!('wrong' in address)) return address;
  throw new StoreFault(
    `the address of the database ${address.wrong}; allowed: ${postgresUrlAllowed}`,
    'other',
  );
}

/** Throws `StoreFault` where the address is none, or a file that it names can't be read. */
export function connect({
  url,
  passwordFile = null,
  connections = 4,
  env = process.env,
}: ConnectOptions): pg.Pool {
  const address = addressOf(url);
  const { host, port, database, options } = address;
  const user = address.user ?? env['PGUSER'] ?? userInfo().username;
  // Whole numbers come as numbers: none of ours is past 2^53 but sums, and those are asked for as texts.
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, wholeNumber);
  const pool = new pg.Pool({
    ...{ host, port, database, user, types },
    // An empty one, where the server asks for none; where it does, it says so.
    password: async () => (await passwordFor({ address, user, passwordFile, env })) ?? '',
    ssl: tlsOf(address),
    ...(options === null ? {} : { options }),
    max: connections,
    application_name: 'pop-sla',
    connectionTimeoutMillis: 10_000,
    // A server that vanished must not hold a round for ever.
    query_timeout: 600_000,
    // Nor may a program that stands still hold the locks of a transaction for ever.
    idle_in_transaction_session_timeout: 60_000,
    // An idle connection whose other end is gone is found out within some 20 s.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // An idle connection that breaks is replaced when it is needed; what needs it then says what is wrong.
  pool.on('error', () => undefined);
  // One that breaks at work fails the work, and must not fail the program besides.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    limitUnacknowledged(socketOf(client));
  });
  return pool;
}

/** What of a client's connection is touched here; it is not in the types. */
const socketOf = (client: pg.ClientBase): Socket =>
  (client as unknown as { readonly connection: { readonly stream: Socket } }).connection.stream;

/** Ends a connection without a word to its server, which may not answer. */
export function destroySocket(client: pg.ClientBase): void {
  socketOf(client).destroy();
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`${text} is too large to be exact`);
  return value;
}

function tlsOf({ tls, ca, cert, key }: PostgresAddress): pg.PoolConfig['ssl'] {
  if (tls === 'disable') return false;
  const pem = (file: string): string => {
    try {
      return readFileSync(file, 'utf8');
    } catch (error) {
      const why = (error as NodeJS.ErrnoException).code ?? String(error);
      throw new StoreFault(
        `${file}, which the address of the database names, can't be read (${why})`,
        'other',
        {
          cause: error,
        },
      );
    }
  };
  return {
    ...(ca === null ? {} : { ca: pem(ca) }),
    ...(cert === null || key === null ? {} : { cert: pem(cert), key: pem(key) }),
    // As PostgreSQL's programs: `require` asks whose server it is only where it is said who vouches for it.
    rejectUnauthorized: tls !== 'require' || ca !== null,
    ...(tls === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}
