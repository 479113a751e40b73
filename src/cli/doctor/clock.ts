import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { check, type Check } from './check.js';
import { parseChrony, parseNtpq, parseTimedatectl, parseTimex, type ClockState } from './clock-sources.js';

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

/** A slot is an instant of the wall clock: where it is wrong, rounds are due at the wrong time. */
export async function checkClock(sources: readonly ClockSource[] = clockSources): Promise<Check> {
  const name = 'clock';
  for (const source of sources) {
    const state = await source.ask().catch(() => null);
    if (state === null) continue;
    const off = state.offsetMs === null ? '' : `, ${state.offsetMs.toFixed(3)} ms off`;
    return state.synchronised
      ? check(name, 'ok', `synchronised, says ${source.name}${off}`)
      : check(
          name,
          'fail',
          `not synchronised, says ${source.name}${off}`,
          'run a time service on this machine or its host: apt install chrony',
        );
  }
  return check(
    name,
    'unknown',
    `nobody here could say whether it is synchronised (${sources.map((source) => source.name).join(', ')})`,
    'make sure that a time service keeps this machine, or its host, in step',
  );
}
