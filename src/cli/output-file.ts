import { resolve } from 'node:path';
import { type Context, exitCodes, ExitError } from './context.js';

/** What `--output` names for standard output. */
export const standardOutput = '-';

/** Writes what was asked for; `stays`: what is as it was where the file can't be written. */
export async function writeOutput(
  output: string,
  bytes: Uint8Array,
  { cwd, stdout }: Context,
  stays: string,
): Promise<void> {
  if (output === standardOutput) {
    stdout.write(bytes);
    return;
  }
  const { writeAtomically } = await import('../seal/atomic-file.js');
  try {
    await writeAtomically(resolve(cwd, output), bytes);
  } catch (error) {
    const { message } = error as Error;
    const what = `${output} can't be written: ${message}; ${stays}`;
    throw new ExitError(exitCodes.fault, `pop-sla: ${what}`);
  }
}
