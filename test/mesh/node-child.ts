import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { until } from './link.js';

export interface NodeChildOptions {
  readonly role: 'agent' | 'hub';
  /** Its database file, or `postgres`, the address of one. */
  readonly file?: string;
  readonly postgres?: string;
  readonly url: string;
  readonly pop?: string;
  /** The number of the first round that it stores. */
  readonly from?: number;
  /** Where it kills itself (`kill -9`), at the `dieAfter`th time that it comes there. */
  readonly die?: 'before-publish' | 'after-publish' | 'before-commit' | 'after-commit';
  readonly dieAfter?: number;
  readonly settings?: object;
  /** What to run it by: a namespace's prefix. */
  readonly prefix?: readonly string[];
}

/** An agent or a hub in a process of its own. */
export interface NodeChild {
  /** Gives it a command (`node-child.mjs` names them) and waits until it is done; rejects when it failed or died. */
  tell(command: string): Promise<void>;
  kill(): Promise<void>;
  /** Resolves when it has ended, however. */
  readonly ended: Promise<void>;
  running(): boolean;
  /** All that it said. */
  said(): string;
}

const script = join(import.meta.dirname, 'node-child.mjs');

/** Starts it; resolves when it works. It ends with the test. */
export async function startNode({ prefix = [], ...options }: NodeChildOptions): Promise<NodeChild> {
  const argv = [...prefix, process.execPath, script, JSON.stringify({ pop: 'LAB1', ...options })];
  const child = spawn(argv[0] ?? '', argv.slice(1), { stdio: ['pipe', 'pipe', 'pipe'] });
  let [said, over] = ['', false];
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (said += text));
  child.stdin.on('error', () => undefined); // it may die before it has read a command
  const ended = new Promise<void>((resolve) => {
    child.on('error', (error) => (said += String(error)));
    child.on('close', () => {
      over = true;
      resolve();
    });
  });
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await ended;
  };
  onTestFinished(kill);
  const isOver = (): boolean => over;
  const wait = async (word: string, from: number): Promise<void> => {
    await until(
      `${word} of:\n${said}`,
      () => isOver() || said.slice(from).includes(`${word}\n`) || failed(from),
    );
    if (!said.slice(from).includes(`${word}\n`)) throw new Error(`no "${word}":\n${said}`);
  };
  const failed = (from: number): boolean =>
    said.slice(from).includes('\nfailed ') || said.slice(from).startsWith('failed ');
  await wait('ready', 0);
  return {
    ended,
    kill,
    running: () => !over,
    said: () => said,
    async tell(command) {
      const from = said.length;
      child.stdin.write(`${command}\n`);
      if (command === 'stop') await ended;
      else await wait(`done ${command}`, from);
    },
  };
}
