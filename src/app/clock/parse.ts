/** What a program or the kernel says of the wall clock. */
export interface ClockState {
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
  const said = output.trim();
  return said === 'yes' || said === 'no' ? { synchronised: said === 'yes', offsetMs: null } : null;
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
