import type { Pool, PoolClient, QueryConfig } from 'pg';
import { postgresName } from '../../core/address/postgres.js';
import { StoreError } from '../store.js';
import { lockedError, type WriterLock, type WriterName } from '../writer-lock.js';
import { addressOf, connect, destroySocket, type ConnectOptions } from './connect.js';
import { queryOf } from './database.js';
import { toStoreError } from './errors.js';
import { locks } from './migrate.js';

export interface WriterLockOptions {
  readonly pool: Pool;
  /** The database's name in messages. */
  readonly name: string;
  /** The measuring agent: agents of other PoPs may write to the same schema, each for its own paths. */
  readonly agent: string;
  readonly writer: WriterName;
  /** The lock was lost with its connection and another process took it: both write now. */
  readonly onLockLost?: (fault: StoreError) => void;
}

/** How often the lock's connection is checked, and below it how long to wait for the answer, milliseconds. */
const pingEveryMs = 5_000;

/** Advisory locks are per database, so each schema, and each agent in it, has its own key. */
const key = `hashtext(current_schema() || ' ' || :agent::text)`;

/**
 * Holds a session lock of the server on a separate connection, and takes it again when that broke. A server that lost
 * the connection releases the lock after some 20 s. Rejects with a `StoreError` when another process holds it.
 */
export async function acquireWriterLock(options: WriterLockOptions): Promise<WriterLock> {
  let client: PoolClient | null;
  try {
    client = await lockedClient(options);
  } catch (error) {
    throw toStoreError(error, options.name);
  }
  let isReleased = false;
  let isAsking = false;
  const drop = (): void => {
    if (client === null) return;
    destroySocket(client);
    client.release(true);
    client = null;
  };
  const keepLocked = async (): Promise<void> => {
    try {
      if (client === null) client = await lockedClient(options);
      else await client.query({ text: 'SELECT 1', query_timeout: pingEveryMs } as QueryConfig);
    } catch (error) {
      // When the server is gone, the writes report that.
      if (error instanceof StoreError) options.onLockLost?.(error);
      drop();
    }
    if (isReleased) drop();
  };
  const timer = setInterval(() => {
    if (isAsking) return;
    isAsking = true;
    void keepLocked().finally(() => {
      isAsking = false;
    });
  }, pingEveryMs);
  timer.unref();
  return {
    release: () => {
      isReleased = true;
      clearInterval(timer);
      drop();
      return Promise.resolve();
    },
  };
}

async function lockedClient({ pool, name, agent, writer }: WriterLockOptions): Promise<PoolClient> {
  const client = await pool.connect();
  let isLocked = false;
  try {
    // When the network to this process is cut, the server should notice soon. Has no effect on a local socket.
    await client.query(
      `SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2;
       SET tcp_user_timeout = 20000; SET idle_session_timeout = 0`,
    );
    const query = queryOf(client);
    await query(`SELECT set_config('application_name', :name, false)`, { name: nameOf(writer) });
    const [row] = await query<{ isLocked: boolean }>(
      `SELECT pg_try_advisory_lock(:lock::int, ${key}) AS "isLocked"`,
      { lock: locks.writer, agent },
    );
    isLocked = row?.isLocked === true;
    if (isLocked) return client;
    throw lockedError(`${name} (agent ${agent})`, await holderOf(client, agent));
  } finally {
    if (!isLocked) client.release(true);
  }
}

/** PostgreSQL truncates names to 63 bytes: the pid and the start time fit, and as much of the host name as is left. */
const nameOf = ({ pid, since, host }: WriterName): string =>
  `pop-sla writer ${pid} ${since} ${host}`.slice(0, 63);

async function holderOf(client: Pick<PoolClient, 'query'>, agent: string): Promise<WriterName | null> {
  const [row] = await queryOf(client)<{ name: string }>(
    `SELECT application_name AS name FROM pg_locks JOIN pg_stat_activity USING (pid)
     WHERE locktype = 'advisory' AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
       AND classid = :lock::int::oid AND objid = (${key}::bigint & 4294967295)::oid`,
    { lock: locks.writer, agent },
  );
  const [, pid, since, host] = /^pop-sla writer (\d+) (\d+) (.*)$/.exec(row?.name ?? '') ?? [];
  if (pid === undefined || since === undefined || host === undefined) return null;
  return { program: 'daemon', version: null, pid: Number(pid), host, since: Number(since) };
}

/** The process that measures as this agent now; null: none. Rejects with a `StoreError`. */
export async function postgresWriter(
  { url, passwordFile = null }: Pick<ConnectOptions, 'url' | 'passwordFile'>,
  agent: string,
): Promise<WriterName | null> {
  const pool = connect({ url, passwordFile, connections: 1 });
  try {
    const client = await pool.connect();
    try {
      return await holderOf(client, agent);
    } finally {
      client.release();
    }
  } catch (error) {
    throw toStoreError(error, postgresName(addressOf(url)));
  } finally {
    await pool.end();
  }
}
