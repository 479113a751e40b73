import { CLOCK_REALTIME, timespec } from './abi.js';
import { readInt64 } from './control.js';
import type { Libc } from './libc.js';

/** The two clocks that a packet's stamps are of. */
export interface Clock {
  /** Monotonic nanoseconds since the clock was made: whole up to 104 days, then within 2 ns. */
  monotonicNs(): number;
  /** The wall clock's nanoseconds, counted like those of `realNs`. */
  wallNs(): number;
  /** A kernel stamp as `wallNs` counts: from when the clock was made, so that differences are exact. */
  realNs(sec: number, nsec: number): number;
}

export function createClock(libc: Libc): Clock {
  const reading = Buffer.alloc(timespec.bytes);
  const startNs = process.hrtime.bigint();
  libc.clock_gettime(CLOCK_REALTIME, reading);
  const startSec = readInt64(reading, timespec.sec);
  const realNs = (sec: number, nsec: number): number => (sec - startSec) * 1e9 + nsec;
  return {
    monotonicNs: () => Number(process.hrtime.bigint() - startNs),
    wallNs() {
      libc.clock_gettime(CLOCK_REALTIME, reading);
      return realNs(readInt64(reading, timespec.sec), reading.readUInt32LE(timespec.nsec));
    },
    realNs,
  };
}
