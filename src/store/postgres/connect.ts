import type * as Koffi from 'koffi';
import { readFileSync } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { parsePostgresUrl, type PostgresAddress, postgresUrlAllowed } from '../../core/address/postgres.js';
import { StoreError } from '../store.js';

type SetOption = (fd: number, level: number, name: number, value: Buffer, length: number) => number;

const ipprotoTcp = 6;
const tcpUserTimeout = 18;
const limitMs = 20_000;

let setOption: SetOption | null | undefined;

/**
 * Sets TCP_USER_TIMEOUT (RFC 5482): a connection whose other end acknowledges nothing for 20 s breaks, instead of
 * after the system's own 15 minutes of retransmissions. Keep-alive probes don't do that: they are sent while a
 * connection is idle. Node has no call for it; where the system's can't be reached the socket stays as it is.
 */
function limitUnacknowledged(socket: Socket): void {
  const { fd } = (socket as Socket & { readonly _handle?: { readonly fd?: number } | null })._handle ?? {};
  if (fd === undefined || fd < 0) return;
  setOption ??= loadSetOption();
  const value = Buffer.alloc(4);
  value.writeUInt32LE(limitMs);
  setOption?.(fd, ipprotoTcp, tcpUserTimeout, value, value.length);
}

function loadSetOption(): SetOption | null {
  if (process.platform !== 'linux') return null;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    // The program itself is linked with a C library, whichever that is.
    return koffi.load(null).func('int setsockopt(int, int, int, const void *, uint32_t)') as SetOption;
  } catch {
    return null;
  }
}

export interface ConnectOptions {
  /** `postgres://user@host:port/database`, with optional parameters that `parsePostgresUrl` knows. */
  readonly url: string;
  /** A file that contains only the password. */
  readonly passwordFile?: string | null;
  /** The most connections, 4 by default: one writes, the others read. */
  readonly connections?: number;
  /** The environment of the process by default. */
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Throws a `StoreError` for an invalid URL. */
export function addressOf(url: string): PostgresAddress {
  const address = parsePostgresUrl(url);
  if (!('wrong' in address)) return address;
  throw new StoreError(
    `the address of the database ${address.wrong}; allowed: ${postgresUrlAllowed}`,
    'other',
  );
}

/** Throws a `StoreError` when the URL is invalid, or a file that it names can't be read. */
export function connect({
  url,
  passwordFile = null,
  connections = 4,
  env = process.env,
}: ConnectOptions): pg.Pool {
  const address = addressOf(url);
  const { host, port, database, options } = address;
  const user = address.user ?? env['PGUSER'] ?? userInfo().username;
  // Integers are parsed as numbers: only sums can exceed 2^53, and those are selected as text.
  const types = new pg.TypeOverrides();
  types.setTypeParser(pg.types.builtins.INT8, wholeNumber);
  const pool = new pg.Pool({
    host,
    port,
    database,
    user,
    types,
    // Empty when there is none, for servers that need no password; others report that it is missing.
    password: async () => (await passwordFor({ address, user, passwordFile, env })) ?? '',
    ssl: tlsOf(address),
    ...(options === null ? {} : { options }),
    max: connections,
    application_name: 'pop-sla',
    connectionTimeoutMillis: 10_000,
    // A server that vanished must not block a round forever.
    query_timeout: 600_000,
    // Nor may a suspended program hold the locks of a transaction forever.
    idle_in_transaction_session_timeout: 60_000,
    // An idle connection whose peer is gone is detected within some 20 s.
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // A broken idle connection is replaced when the next one is needed; errors are reported then.
  pool.on('error', () => undefined);
  // A connection that breaks in use fails its query, and must not crash the process in addition.
  pool.on('connect', (client) => {
    client.on('error', () => undefined);
    limitUnacknowledged(socketOf(client));
  });
  return pool;
}

/** The client's socket, which the type definitions do not include. */
const socketOf = (client: pg.ClientBase): Socket =>
  (client as pg.ClientBase & { readonly connection: { readonly stream: Socket } }).connection.stream;

/** Closes a connection without notifying its server, which may not answer. */
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
      throw new StoreError(
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
    // As in PostgreSQL's own programs: `require` verifies the server only when a CA is given.
    rejectUnauthorized: tls !== 'require' || ca !== null,
    ...(tls === 'verify-full' ? {} : { checkServerIdentity: () => undefined }),
  };
}

interface PasswordSources {
  readonly address: PostgresAddress;
  readonly user: string;
  /** A file that contains only the password. */
  readonly passwordFile: string | null;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/**
 * The password for a new connection, from the first of: the URL, the password file, `PGPASSWORD`, a `.pgpass`. It is
 * read each time, so that it can be changed while the program runs. Null: there is none. Rejects with a `StoreError`.
 */
export async function passwordFor({
  address,
  user,
  passwordFile,
  env,
}: PasswordSources): Promise<string | null> {
  if (address.password !== null) return address.password;
  if (passwordFile !== null) return (await readWanted(passwordFile, 'the password')).replace(/\r?\n$/, '');
  if (env['PGPASSWORD'] !== undefined) return env['PGPASSWORD'];
  const asked = address.passwords ?? env['PGPASSFILE'];
  const file = asked ?? join(homedir(), '.pgpass');
  const text = asked === undefined ? await readIfThere(file) : await readWanted(file, 'passwords');
  if (text === null) return null;
  const { host, port, database } = address;
  const wanted = [host.startsWith('/') ? 'localhost' : host, String(port), database, user];
  for (const line of text.split(/\r?\n/)) {
    const fields = line.startsWith('#') ? [] : fieldsOf(line);
    if (fields.length === 5 && wanted.every((word, index) => ['*', word].includes(fields[index] ?? '')))
      return fields[4] ?? null;
  }
  return null;
}

/** Splits at colons; a backslash escapes the next character. */
function fieldsOf(line: string): string[] {
  return [...line.matchAll(/((?:\\.|[^\\:])*)(:|$)/g)]
    .slice(0, 5)
    .map(([, field = '']) => field.replace(/\\(.)/g, '$1'));
}

async function readWanted(file: string, what: string): Promise<string> {
  try {
    const { mode } = await stat(file);
    if (mode & 0o077) {
      throw new StoreError(
        `${file} with ${what} can be read by others than its owner: chmod 0600 ${file}`,
        'other',
      );
    }
    return await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof StoreError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new StoreError(`${file} with ${what} can't be read (${code ?? String(error)})`, 'other', {
      cause: error,
    });
  }
}

/** As in PostgreSQL's own programs, a file that others can read is ignored. */
async function readIfThere(file: string): Promise<string | null> {
  try {
    return (await stat(file)).mode & 0o077 ? null : await readFile(file, 'utf8');
  } catch {
    return null;
  }
}
