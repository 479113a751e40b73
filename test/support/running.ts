import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { FileConfig } from './config-file.js';
import { writeConfig } from './config-file.js';
import { startDaemon } from './daemon.js';
import type { Daemon, DaemonOptions } from './daemon.js';
import type { Slot } from './slots.js';
import { tempDir } from './temp-dir.js';

/** A daemon under test, with the folder it lives in. */
export interface Running {
  readonly daemon: Daemon;
  readonly folder: string;
  readonly config: string;
  readonly database: string;
  /** Where its HTTP listens. */
  readonly url: () => Promise<string>;
  readonly get: (path: string) => Promise<{ readonly status: number; readonly body: string }>;
  readonly rounds: () => Promise<Slot[]>;
  /** The first of `rounds` that matches; waits for it. */
  readonly round: (what: string, matches: (slot: Slot) => boolean, timeoutMs?: number) => Promise<Slot>;
}

export interface RunningOptions extends Partial<Omit<DaemonOptions, 'args'>> {
  readonly changes?: FileConfig;
  /** One that a daemon lived in before. */
  readonly folder?: string;
  /** How to ask its HTTP: another way where it stands in a namespace of its own. */
  readonly ask?: (url: string) => Promise<{ readonly status: number; readonly body: string }>;
}

/** Starts a daemon that ends with the test. */
export function startRunning(options: RunningOptions = {}): Running {
  const { changes = {}, folder = tempDir(), ask = fetched, ...daemonOptions } = options;
  const config = writeConfig(folder, changes);
  const daemon = startDaemon({ ...daemonOptions, args: ['run', '--config', config], cwd: folder });
  onTestFinished(async () => {
    await daemon.stop();
  });
  const url = async (): Promise<string> => {
    const line = await daemon.waitForLog('the log of its start', ({ http }) => typeof http === 'string');
    return String(line['http']);
  };
  const get = async (path: string) => ask((await url()) + path);
  const rounds = async (): Promise<Slot[]> => {
    const { body } = await get('/api/v1/rounds?limit=1000');
    return (JSON.parse(body) as { rounds: Slot[] }).rounds;
  };
  return {
    daemon,
    folder,
    config,
    database: join(folder, 'data', 'pop-sla.db'),
    url,
    get,
    rounds,
    round: (what, matches, timeoutMs) =>
      daemon.waitFor(what, async () => (await rounds()).find(matches), timeoutMs),
  };
}

async function fetched(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
  return { status: response.status, body: await response.text() };
}
