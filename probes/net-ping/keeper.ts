import type { ProbeLog } from '../probe.js';
import { backoff } from './backoff.js';
import { startChild, type Child } from './child-process.js';
import { explain } from './unavailable.js';
import type { FromChild, ToChild } from './wire.js';

export interface KeeperOptions {
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
