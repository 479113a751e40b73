import { run } from '../lab/command.js';
import type { Finished, RunOptions } from '../lab/command.js';
import { builtMain } from './requires.js';

interface Options extends RunOptions {
  /** Put before the command line: a namespace's, or `setpriv …`. */
  readonly prefix?: readonly string[];
}

/** Runs the built command to its end. */
export function popSla(
  args: readonly string[],
  { prefix = [], ...options }: Options = {},
): Promise<Finished> {
  return run([...prefix, process.execPath, builtMain, ...args], options);
}
