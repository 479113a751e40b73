import { type ChildProcess, fork } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ProbeLog, ProbeUnavailableError } from '../probe.js';
import type { FromChild, ToChild } from './wire.js';

interface ChildOptions {
  /** The built `child.js`. */
  readonly entry: URL;
  readonly heartbeatMs: number;
  readonly onMessage: (message: FromChild) => void;
  /** It is gone, and why. Called once. */
  readonly onGone: (reason: string) => void;
}

/** One child process, from its start to its end. */
interface Child {
  readonly pid: number | undefined;
  send(message: ToChild): void;
  /** Lets it end by itself, and ends it when it does not. */
  stop(): Promise<void>;
}

/** So many heartbeats without an answer, and the child hangs. */
const missedBeats = 5;
/** Less than the driver's share of a stop (`stopOrder`), so that a child that hangs is killed before the daemon has gone. */
const stopWithinMs = 500;
const maxStderrLength = 2000;

/** Starts a child, and watches over it from its first message on, which is `ready` or `unavailable`. */
function startChild(options: ChildOptions): Child {
  const child: ChildProcess = fork(fileURLToPath(options.entry), [], {
    serialization: 'advanced',
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    // Its own, whatever flags this process has; what it makes is short-lived or small.
    execArgv: ['--max-semi-space-size=1'],
  });
  let stderr = '';
  let started = false;
  let unanswered = 0;
  let fault: string | null = null;
  let gone = false;

  const beat = setInterval(() => {
    if (!started) return;
    // Our own beats are counted, not time: when this process stood still, no beat was missed.
    if (unanswered >= missedBeats) {
      fault = `it did not answer for ${(missedBeats * options.heartbeatMs) / 1000} s`;
      child.kill('SIGKILL');
      return;
    }
    unanswered += 1;
    send({ type: 'ping' });
  }, options.heartbeatMs);
  beat.unref();

  const leave = (reason: string): void => {
    if (gone) return;
    gone = true;
    clearInterval(beat);
    options.onGone(fault ?? reason);
  };
  const send = (message: ToChild): void => {
    // A failed send is a dead child; its end is reported by `exit`.
    if (child.connected) child.send(message, () => undefined);
  };

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-maxStderrLength);
  });
  child.on('message', (message: FromChild) => {
    started = true;
    unanswered = 0;
    if (message.type !== 'pong') options.onMessage(message);
  });
  child.on('error', (error) => {
    leave(`it could not be started: ${error.message}`);
  });
  child.on('exit', (code, signal) => {
    const how =
      signal === null ? `it ended with exit code ${code ?? 'unknown'}` : `it was ended by ${signal}`;
    const lastLine = stderr.trim().split('\n').at(-1) ?? '';
    leave(lastLine === '' ? how : `${how}: ${lastLine}`);
  });

  return {
    pid: child.pid,
    send,
    stop: () =>
      new Promise((resolve) => {
        if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
          resolve();
          return;
        }
        const kill = setTimeout(() => child.kill('SIGKILL'), stopWithinMs);
        child.once('exit', () => {
          clearTimeout(kill);
          resolve();
        });
        if (child.connected) child.disconnect();
        // A child that is stopped or stuck does not notice: the timer sees to it.
      }),
  };
}

/** How long to wait before a child is started again. */
interface Backoff {
  /** Milliseconds, given how long the last one lived. */
  next(livedMs: number): number;
}

const firstMs = 100;
const longestMs = 30_000;
/** A child that lived this long was well; its end starts the count anew. */
const wellAfterMs = 60_000;

/** Doubles from one early end to the next. */
function backoff(): Backoff {
  let nextMs = firstMs;
  return {
    next(livedMs) {
      if (livedMs >= wellAfterMs) nextMs = firstMs;
      const delayMs = nextMs;
      nextMs = Math.min(longestMs, nextMs * 2);
      return delayMs;
    },
  };
}

interface KeeperOptions {
  readonly entry: URL;
  readonly heartbeatMs: number;
  readonly log: ProbeLog;
  readonly onMessage: (message: FromChild) => void;
  /** The child ended: whatever it was asked will not be answered. */
  readonly onGone: (reason: string) => void;
}

/** Keeps one child running. */
export interface Keeper {
  /** Resolves when the child takes rounds; rejects when it won't soon, with the reason. */
  ready(): Promise<void>;
  send(message: ToChild): void;
  stop(): Promise<void>;
}

const startWithinMs = 10_000;
/** A round may wait this long for a restart; it would start too late otherwise. */
const worthWaitingMs = 1000;

/** Starts the child, and again whenever it ends. `ready()` of the first start tells whether it can run at all. */
export function keepChild(options: KeeperOptions): Keeper {
  const { log } = options;
  const delays = backoff();
  let child: Child | null = null;
  let stopped = false;
  let restart: NodeJS.Timeout | undefined;
  let starting: Promise<void>;

  const start = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const startedMs = performance.now();
      let everReady = false;
      let unavailable: string | null = null;
      const deadline = setTimeout(() => {
        reject(new Error('it was not ready in time'));
        void own.stop();
      }, startWithinMs);
      const own = startChild({
        entry: options.entry,
        heartbeatMs: options.heartbeatMs,
        onMessage: (message) => {
          if (message.type === 'ready') {
            clearTimeout(deadline);
            everReady = true;
            log.debug({ pid: own.pid }, 'the net-ping process is ready');
            resolve();
          } else if (message.type === 'unavailable') {
            const error = explain(message);
            unavailable = error.message;
            reject(error);
          } else options.onMessage(message);
        },
        onGone: (how) => {
          const reason = unavailable ?? how;
          clearTimeout(deadline);
          child = null;
          reject(new Error(reason));
          if (stopped) return;
          options.onGone(reason);
          const delayMs = delays.next(everReady ? performance.now() - startedMs : 0);
          log.warn({ pid: own.pid, reason, restartInMs: delayMs }, 'the net-ping process ended');
          starting = restartIn(delayMs, reason);
        },
      });
      child = own;
    });

  const restartIn = (delayMs: number, reason: string): Promise<void> => {
    const again = new Promise<void>((resolve, reject) => {
      if (delayMs > worthWaitingMs)
        reject(new Error(`${reason}; it is started again in at most ${Math.ceil(delayMs / 1000)} s`));
      restart = setTimeout(() => {
        starting = start();
        starting.then(resolve, reject);
      }, delayMs);
    });
    // Rejected or not is for those who ask; nobody may.
    again.catch(() => undefined);
    return again;
  };

  starting = start();
  return {
    ready: () => starting,
    send: (message) => child?.send(message),
    async stop() {
      stopped = true;
      clearTimeout(restart);
      starting.catch(() => undefined);
      await child?.stop();
    },
  };
}

/**
 * A checkout has a lock file, two or, built, three folders up; an installed command comes without one, and with a program
 * that installs net-ping beside it for the Node.js that runs this.
 */
function howToBuild(): string {
  const root = ['../..', '../../..'].map((up) => join(import.meta.dirname, up));
  if (root.some((folder) => existsSync(join(folder, 'package-lock.json')))) return 'npm ci';
  return `sudo ${process.execPath} ${join(import.meta.dirname, '../../../.node/net-ping.mjs')}`;
}

/** What to tell a person whose machine can't run this kind. */
function explain(message: Extract<FromChild, { type: 'unavailable' }>): ProbeUnavailableError {
  switch (message.cause) {
    case 'permission':
      return new ProbeUnavailableError(
        `net-ping needs a raw socket, which needs CAP_NET_RAW: ${message.message}`,
        'sudo setcap cap_net_raw+ep "$(readlink -f "$(command -v node)")"',
        true,
      );
    case 'library':
      return new ProbeUnavailableError(
        `net-ping, an optional part that has to be compiled, is not built here: ${message.message.split('\n')[0] ?? ''}`,
        `sudo apt-get install g++ make python3 && ${howToBuild()}`,
        false,
      );
    case 'socket':
      return new ProbeUnavailableError(
        `no raw socket can be opened here: ${message.message}`,
        'choose another driver',
        false,
      );
  }
}
