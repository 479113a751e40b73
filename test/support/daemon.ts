import { spawn } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { builtMain } from './requires.js';

/** The built daemon in a process of its own, watched from outside. */
export interface Daemon {
  readonly pid: number;
  /** Every line of both streams until now. */
  lines(): readonly string[];
  /** Those of stdout that are JSON: the log. */
  log(): LogLine[];
  /** Waits for a line of the log; lines that are there already count, unless `after` of them are passed over. */
  waitForLog(what: string, matches: (line: LogLine) => boolean, options?: WaitOptions): Promise<LogLine>;
  /** Asks again and again until `ready` gives something; its throws count as "not yet". */
  waitFor<T>(
    what: string,
    ready: () => Promise<T | undefined> | T | undefined,
    timeoutMs?: number,
  ): Promise<T>;
  signal(signal: NodeJS.Signals): void;
  /** How it ended. */
  readonly ended: Promise<Ended>;
  running(): boolean;
  /** SIGTERM, and SIGKILL when it does not end in time. May be called again. */
  stop(withinMs?: number): Promise<Ended>;
  /** At once, without waiting: kill -9. */
  kill(): Promise<Ended>;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** From the last signal that was sent through this object to the end. */
  readonly afterSignalMs: number;
}

/** A line of pino's. */
export interface LogLine {
  readonly [field: string]: unknown;
  readonly level: string | number;
  readonly msg: string;
}

interface WaitOptions {
  readonly after?: number;
  readonly timeoutMs?: number;
}

export interface DaemonOptions {
  /** What comes behind the command's name: `['run', '--config', file]`. */
  readonly args: readonly string[];
  /** Put before the command line: a namespace's, or `setpriv …`. */
  readonly prefix?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  /** `dist/src/main.js` unless told. */
  readonly main?: string;
  /** Node's program, unless it is this one's. */
  readonly node?: string;
}

/** A daemon that does not end by itself within this after SIGTERM is killed, and its test should fail. */
const stopTimeoutMs = 20_000;

export function startDaemon(options: DaemonOptions): Daemon {
  const argv = [
    ...(options.prefix ?? []),
    options.node ?? process.execPath,
    options.main ?? builtMain,
    ...options.args,
  ];
  const child = spawn(argv[0] ?? '', argv.slice(1), {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, ...options.env },
    cwd: options.cwd,
  });
  const lines: string[] = [];
  const log: LogLine[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (text: string) => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      for (const line of parts) {
        lines.push(line);
        const parsed = parseLog(line);
        if (parsed) log.push(parsed);
      }
    });
    stream.on('end', () => {
      if (rest !== '') lines.push(rest);
    });
  }
  let over = false;
  let signalledAt = performance.now();
  const ended = new Promise<Ended>((resolve) => {
    child.on('error', (error) => {
      over = true;
      lines.push(String(error));
      resolve({ code: null, signal: null, afterSignalMs: 0 });
    });
    child.on('exit', () => (over = true));
    child.on('close', (code, signal) => {
      resolve({ code, signal, afterSignalMs: performance.now() - signalledAt });
    });
  });
  const lastResort = (): void => {
    if (!over) child.kill('SIGKILL');
  };
  process.once('exit', lastResort);
  void ended.then(() => process.removeListener('exit', lastResort));

  const tail = (): string => `\n--- its last lines:\n${lines.slice(-30).join('\n')}`;
  const waitFor: Daemon['waitFor'] = async (what, ready, timeoutMs = 40_000) => {
    const deadline = performance.now() + timeoutMs;
    let last: unknown;
    for (;;) {
      const wasOver = over;
      try {
        const got = await ready();
        if (got !== undefined) return got;
      } catch (error) {
        last = error;
      }
      if (wasOver) throw new Error(`the daemon ended before ${what}${tail()}`, { cause: last });
      if (performance.now() > deadline)
        throw new Error(`no ${what} in ${timeoutMs} ms${tail()}`, { cause: last });
      await sleep(25);
    }
  };
  const signal = (name: NodeJS.Signals): void => {
    signalledAt = performance.now();
    child.kill(name);
  };

  return {
    pid: child.pid ?? -1,
    lines: () => lines,
    log: () => log,
    waitFor,
    waitForLog: (what, matches, { after = 0, timeoutMs = 40_000 } = {}) =>
      waitFor(what, () => log.slice(after).find(matches), timeoutMs),
    signal,
    ended,
    running: () => !over,
    async stop(withinMs = stopTimeoutMs) {
      if (!over) signal('SIGTERM');
      const deadline = new AbortController();
      void sleep(withinMs, undefined, { signal: deadline.signal }).then(
        () => child.kill('SIGKILL'),
        () => undefined,
      );
      const end = await ended;
      deadline.abort();
      return end;
    },
    kill() {
      signal('SIGKILL');
      return ended;
    },
  };
}

function parseLog(line: string): LogLine | null {
  if (!line.startsWith('{')) return null;
  try {
    const value = JSON.parse(line) as Partial<LogLine>;
    return typeof value.msg === 'string' && value.level !== undefined ? (value as LogLine) : null;
  } catch {
    return null;
  }
}
