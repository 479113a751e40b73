import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { parseChrony, parseNtpq, parseTimedatectl, parseTimex, type ClockState } from './parse.js';

/** Asks one source; null where it is not on this machine, or does not know. */
export interface ClockSource {
  readonly name: string;
  readonly ask: () => Promise<ClockState | null>;
}

const run = promisify(execFile);

const program = (
  command: string,
  args: readonly string[],
  parse: (output: string) => ClockState | null,
): ClockSource => ({
  name: command,
  ask: async () => parse((await run(command, [...args], { timeout: 2_000 })).stdout),
});

/** In the order of how much they know. */
export const clockSources: readonly ClockSource[] = [
  program('chronyc', ['-c', 'tracking'], parseChrony),
  program('ntpq', ['-c', 'rv'], parseNtpq),
  program('timedatectl', ['show', '-p', 'NTPSynchronized', '--value'], parseTimedatectl),
  { name: 'the kernel', ask: askKernel },
];

/** adjtimex(2) with nothing to set: what every time service leaves in the kernel. Needs no privilege. */
async function askKernel(): Promise<ClockState | null> {
  if (process.platform !== 'linux') return null;
  const { default: koffi } = await import('koffi');
  const adjtimex = koffi.load('libc.so.6').func('int adjtimex(void *timex)') as (timex: Buffer) => number;
  const timex = Buffer.alloc(256);
  return adjtimex(timex) < 0 ? null : parseTimex(timex);
}

/** What the first source says that knows something, and which it was; null where none does. */
export async function askClock(
  sources: readonly ClockSource[] = clockSources,
): Promise<{ readonly source: ClockSource; readonly state: ClockState } | null> {
  for (const source of sources) {
    const state = await source.ask().catch(() => null);
    if (state !== null) return { source, state };
  }
  return null;
}
