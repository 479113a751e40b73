import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

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
/** What a program or the kernel says of the wall clock. */
interface ClockState {
  readonly synchronised: boolean;
  /** How far it is off by its own estimate, where that is said. */
  readonly offsetMs: number | null;
}

/** `chronyc -c tracking`: CSV; the fifth field is the offset in seconds, the last one the leap status. */
export function parseChrony(output: string): ClockState | null {
  const fields = output.trim().split(',');
  const [offset, leap] = [fields[4], fields[13]];
  if (fields.length < 14 || leap === undefined || !Number.isFinite(Number(offset))) return null;
  return { synchronised: leap !== 'Not synchronised', offsetMs: Number(offset) * 1000 };
}

/** `timedatectl show -p NTPSynchronized --value`. */
export function parseTimedatectl(output: string): ClockState | null {
  const answer = output.trim();
  return answer === 'yes' || answer === 'no' ? { synchronised: answer === 'yes', offsetMs: null } : null;
}

/** `ntpq -c rv`: `leap_none, sync_ntp, … offset=-0.123, …`, milliseconds. */
export function parseNtpq(output: string): ClockState | null {
  const leap = /\bleap_(\w+)/.exec(output)?.[1];
  if (leap === undefined) return null;
  const offset = /\boffset=(-?[\d.]+)/.exec(output)?.[1];
  return {
    synchronised: leap !== 'alarm' && !/\bsync_unspec\b/.test(output),
    offsetMs: offset === undefined ? null : Number(offset),
  };
}

/** Linux, `struct timex`: the status has a bit for "not in step with any source" (adjtimex(2), 64-bit layout). */
export function parseTimex(struct: Buffer): ClockState {
  return { synchronised: (struct.readInt32LE(40) & 0x40) === 0, offsetMs: null };
}
