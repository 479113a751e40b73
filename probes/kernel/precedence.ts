import { setPriority } from 'node:os';
import { int32, SCHED_RESET_ON_FORK, SCHED_RR, schedSetscheduler } from './abi.js';
import type { Libc } from './libc.js';

/** How the thread is scheduled among others. */
export type Precedence = 'real-time' | 'raised' | 'ordinary';

/** The least of the real-time priorities: before all ordinary threads, after all others of that class. */
const priority = 1;
const niceness = -10;

/**
 * Lets the calling thread go before others where the system allows it: a packet that waits for a processor leaves
 * late. Real time needs CAP_SYS_NICE or a limit on it (`LimitRTPRIO=1` of systemd); a niceness alone counts only
 * among the threads of one session or control group. Without either the packets' lateness is measured all the same.
 */
export function takePrecedence(libc: Libc, arch: string = process.arch): Precedence {
  const call = schedSetscheduler[arch];
  // By number, for musl has the function and refuses it. A thread or process that this one begins is ordinary again.
  if (call !== undefined && libc.syscall(call, 0, SCHED_RR | SCHED_RESET_ON_FORK, int32(priority)) === 0)
    return 'real-time';
  try {
    setPriority(0, niceness);
    return 'raised';
  } catch {
    return 'ordinary';
  }
}
