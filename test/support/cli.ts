import type { Context, SignalName } from '../../src/cli/context.js';
import { runProgram } from '../../src/cli/run-program.js';
import { root } from './source-files.js';

export interface CliRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs one command line in this process, with its streams caught. Overrides replace parts of the context. */
export async function runCli(args: readonly string[], overrides: Partial<Context> = {}): Promise<CliRun> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runProgram(args, {
    stdin: noInput(),
    stdout: { write: (text: string) => out.push(text) },
    stderr: { write: (text: string) => err.push(text) },
    env: {},
    cwd: root,
    home: root,
    version: '0.0.0-test',
    now: () => Date.UTC(2026, 9, 11),
    app: () => import('../../src/app.js'),
    onSignal: () => () => undefined,
    ...overrides,
  });
  return { code, stdout: out.join(''), stderr: err.join('') };
}

/** Signals that a test gives by hand. */
export function fakeSignals(): {
  readonly onSignal: Context['onSignal'];
  send(signal: SignalName): void;
  listening(signal: SignalName): number;
} {
  const listeners = new Map<SignalName, Set<() => void>>();
  const of = (signal: SignalName): Set<() => void> => {
    const set = listeners.get(signal) ?? new Set();
    listeners.set(signal, set);
    return set;
  };
  return {
    onSignal: (signal, listener) => {
      of(signal).add(listener);
      return () => of(signal).delete(listener);
    },
    send: (signal) => {
      for (const listener of of(signal)) listener();
    },
    listening: (signal) => of(signal).size,
  };
}

async function* noInput(): AsyncGenerator<string> {
  await Promise.resolve();
  yield '';
}
