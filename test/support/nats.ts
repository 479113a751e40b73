import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { freePort } from './free-port.js';
import { requires } from './requires.js';

/** A nats-server of a test's own. */
export interface NatsServer {
  readonly port: number;
  /** `nats://127.0.0.1:4222` */
  readonly url: string;
  /** Where its configuration and its streams lie. */
  readonly folder: string;
  /** The last it said, of all its runs. */
  log(): string;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
  /** Lets it stand still (SIGSTOP) or go on (SIGCONT). */
  pause(still: boolean): void;
  /** Starts it again on its streams and its port. */
  start(): Promise<void>;
  /** Ends it and removes its folder. */
  stop(): Promise<void>;
}

export interface NatsOptions {
  /** The text of its configuration; by default JetStream alone. Port and store are given on the command line. */
  readonly config?: string;
  /** A configuration file to run from, in place of `config`. */
  readonly file?: string;
  readonly port?: number;
  /** The host it listens on. */
  readonly host?: string;
  /** What to run it by: `['ip', 'netns', 'exec', 'name']`. */
  readonly prefix?: readonly string[];
  /** False: the file says where it listens and where its streams lie. */
  readonly place?: boolean;
}

const patienceMs = 60_000;

/** Starts a nats-server with JetStream; resolves when it takes clients. */
export async function startNats(options: NatsOptions = {}): Promise<NatsServer> {
  const { config = 'jetstream {}\n', host = '127.0.0.1', prefix = [], place = true } = options;
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-nats-'));
  const port = options.port ?? (await freePort(host === '0.0.0.0' ? '127.0.0.1' : host));
  const file = options.file ?? join(folder, 'nats.conf');
  if (options.file === undefined) writeFileSync(file, config);
  const placed = ['-a', host, '-p', String(port), '-sd', join(folder, 'store')];
  const [program = 'nats-server', ...args] = [
    ...prefix,
    'nats-server',
    ...['-c', file, ...(place ? placed : [])],
  ];

  let said = '';
  let running: { ended: Promise<void>; signal: (name: NodeJS.Signals) => void } | null = null;

  const start = async (): Promise<void> => {
    const from = said.length;
    const server = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], cwd: folder });
    const state = { over: false };
    for (const stream of [server.stdout, server.stderr]) {
      stream.on('data', (chunk: Buffer) => {
        said += chunk.toString();
      });
    }
    const ended = new Promise<void>((resolve) => {
      server.once('error', (error) => {
        said += `${String(error)}\n`;
        state.over = true;
        resolve();
      });
      server.once('exit', () => {
        state.over = true;
        resolve();
      });
    });
    running = { ended, signal: (name) => server.kill(name) };
    const deadline = Date.now() + patienceMs;
    while (!said.slice(from).includes('Server is ready')) {
      if (state.over || Date.now() > deadline) {
        server.kill('SIGKILL');
        throw new Error(`nats-server did not start (${file}):\n${said.slice(from)}`);
      }
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    running?.signal(signal);
    await running?.ended;
    running = null;
  };

  try {
    await start();
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    port,
    url: `nats://${host.includes(':') ? `[${host}]` : host}:${port}`,
    folder,
    log: () => said,
    start,
    kill: () => end('SIGKILL'),
    pause: (still) => running?.signal(still ? 'SIGSTOP' : 'SIGCONT'),
    async stop() {
      running?.signal('SIGCONT');
      await end('SIGTERM');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/**
 * One server for all tests of this file or `describe`, started before and stopped after them; what it said is printed
 * when a test fails. Skips the tests where there is no nats-server.
 */
export function useNats(options: () => NatsOptions | Promise<NatsOptions> = () => ({})): () => NatsServer {
  const { beforeAll, afterAll } = requires({ commands: ['nats-server'] });
  let server: NatsServer | null = null;
  beforeAll(async () => {
    server = await startNats(await options());
  }, patienceMs + 10_000);
  afterEach(({ task }) => {
    if (task.result?.state === 'fail' && server !== null)
      process.stderr.write(`what nats-server said:\n${server.log().slice(-8_000)}\n`);
  });
  afterAll(async () => {
    await server?.stop();
  });
  return () => {
    if (server === null) throw new Error('the nats-server of these tests does not run');
    return server;
  };
}
