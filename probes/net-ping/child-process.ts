import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromChild, ToChild } from './wire.js';

export interface ChildOptions {
  /** The built `child.js`. */
  readonly entry: URL;
  readonly heartbeatMs: number;
  readonly onMessage: (message: FromChild) => void;
  /** It is gone, and why. Called once. */
  readonly onGone: (reason: string) => void;
}

/** One child process, from its start to its end. */
export interface Child {
  readonly pid: number | undefined;
  send(message: ToChild): void;
  /** Lets it end by itself, and ends it when it does not. */
  stop(): Promise<void>;
}

/** So many heartbeats without an answer, and the child hangs. */
const missedBeats = 5;
const stopWithinMs = 1000;
const stderrKept = 2000;

/** Starts a child, and watches over it from its first message on, which is `ready` or `unavailable`. */
export function startChild(options: ChildOptions): Child {
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
    // A failed send is a dead child; its end is told by `exit`.
    if (child.connected) child.send(message, () => undefined);
  };

  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    stderr = (stderr + text).slice(-stderrKept);
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
    const said = stderr.trim().split('\n').at(-1) ?? '';
    leave(said === '' ? how : `${how}: ${said}`);
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
