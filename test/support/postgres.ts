import { spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from './free-port.js';
import { postgresPrograms } from './postgres-programs.js';

/** A PostgreSQL server of a test's own. */
export interface PostgresServer {
  readonly port: number;
  /** The address of a new, empty schema in it. */
  newSchema(): Promise<string>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Starts it again on its data and its port. */
  start(): Promise<void>;
  stop(): Promise<void>;
}

/** Root may not run it: then it runs as the user that Debian's package makes. */
function owner(): { uid: number; gid: number } | Record<string, never> {
  if (process.getuid?.() !== 0) return {};
  const line = readFileSync('/etc/passwd', 'utf8').match(/^postgres:[^:]*:(\d+):(\d+):/m);
  if (!line) throw new Error('no user named postgres to run the server as');
  return { uid: Number(line[1]), gid: Number(line[2]) };
}

export interface PostgresServerOptions {
  /** Serves TLS too, by the tests' own certificate or by one in this folder: `cert.pem` and `key.pem`. */
  readonly tls?: boolean | string;
  /** Users who have to give a password. */
  readonly guarded?: readonly string[];
}

export async function startPostgres({
  tls = false,
  guarded = [],
}: PostgresServerOptions = {}): Promise<PostgresServer> {
  const programs = postgresPrograms();
  if (programs === null) throw new Error('no PostgreSQL server here');
  const as = owner();
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-postgres-'));
  const data = join(folder, 'data');
  mkdirSync(data);
  for (const path of [folder, data]) {
    chmodSync(path, 0o700);
    if ('uid' in as) chownSync(path, as.uid, as.gid);
  }
  const env = { PATH: process.env['PATH'], LC_ALL: 'C', TZ: 'UTC' };
  const made = spawnSync(
    join(programs, 'initdb'),
    [
      '--pgdata',
      data,
      '--username',
      'tester',
      '--auth',
      'trust',
      '--encoding',
      'UTF8',
      '--no-locale',
      '--no-sync',
    ],
    { ...as, env, cwd: folder, encoding: 'utf8' },
  );
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}${String(made.error ?? '')}`);

  for (const name of tls !== false ? ['cert.pem', 'key.pem'] : []) {
    copyFileSync(join(tls === true ? join(import.meta.dirname, 'tls') : String(tls), name), join(data, name));
    chmodSync(join(data, name), 0o600);
    if ('uid' in as) chownSync(join(data, name), as.uid, as.gid);
  }
  const hba = join(data, 'pg_hba.conf');
  const rules = guarded.map((user) => `host all ${user} 127.0.0.1/32 scram-sha-256\n`);
  writeFileSync(hba, rules.join('') + readFileSync(hba, 'utf8'));

  const port = await freePort();
  const url = `postgres://tester@127.0.0.1:${port}/postgres`;
  let schemas = 0;
  let running: { ended: Promise<void>; signal: (name: NodeJS.Signals) => void } | null = null;

  const start = async (): Promise<void> => {
    const settings = [`port=${port}`, 'listen_addresses=127.0.0.1', `unix_socket_directories=${folder}`];
    // Nothing of a test has to survive the machine; it has to survive the server's own end, and does without.
    const fast = ['fsync=off', 'full_page_writes=off', 'max_connections=60', 'shared_buffers=32MB'];
    const secure = tls !== false ? ['ssl=on', 'ssl_cert_file=cert.pem', 'ssl_key_file=key.pem'] : [];
    const server = spawn(
      join(programs, 'postgres'),
      ['-D', data, ...[...settings, ...fast, ...secure].flatMap((setting) => ['-c', setting])],
      { ...as, env, cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    server.stderr.on('data', (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    });
    const ended = new Promise<void>((resolve) => {
      server.once('exit', () => {
        resolve();
      });
    });
    running = { ended, signal: (name) => server.kill(name) };
    const deadline = Date.now() + 60_000;
    for (;;) {
      const client = new pg.Client({ connectionString: url });
      client.on('error', () => undefined);
      try {
        await client.connect();
        await client.end();
        return;
      } catch (error) {
        await client.end().catch(() => undefined);
        if (server.exitCode !== null || Date.now() > deadline)
          throw new Error(`PostgreSQL did not start: ${said}`, { cause: error });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    running?.signal(signal);
    await running?.ended;
    running = null;
  };
  await start();
  return {
    port,
    start,
    kill: () => end('SIGQUIT'),
    async stop() {
      await end('SIGINT');
      rmSync(folder, { recursive: true, force: true });
    },
    async newSchema() {
      schemas += 1;
      const schema = `test_${schemas}`;
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      await client.query(`CREATE SCHEMA ${schema}`);
      await client.end();
      return `${url}?options=${encodeURIComponent(`-c search_path=${schema}`)}`;
    },
  };
}
