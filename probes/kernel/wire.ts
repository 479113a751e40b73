import type { Family } from '../shared/echo.js';
import type { Address } from './address.js';
import type { Control } from './control.js';

/**
 * One ICMP socket as the loop sees it. This is the seam: whatever sends and receives like this can be looped over,
 * a socket or a test's.
 */
export interface Wire {
  readonly family: Family;
  /** For ppoll. */
  readonly fd: number;
  /** The ICMP identifier of what it sends. */
  readonly identifier: number;
  /** True: replies may have a wrong checksum, for the kernel did not look. */
  readonly unchecked: boolean;
  /** Sends a message at once. Returns 0, or the errno. */
  send(message: Buffer, to: Address): number;
  /** How many a fetch brings at most: one that brings fewer has emptied the queue. */
  readonly batch: number;
  /** Fetches a batch of replies; returns how many came. They are read by `reply`, until the next fetch. */
  fetchReplies(): number;
  reply(index: number): Arrival;
  /** The same for the error queue: TX stamps and ICMP errors. Their bytes hold our request, somewhere. */
  fetchErrors(): number;
  error(index: number): Arrival;
  /** Packets dropped at this socket since it was opened; null where the kernel does not say. */
  drops(): number | null;
  close(): void;
}

/** One packet that came. Filled again for the next one: copy what is to be kept. */
export interface Arrival {
  /** In the buffer `bytes`: of a reply, the ICMP message; empty when it could not be read whole. */
  bytes: Buffer;
  start: number;
  end: number;
  /** The other side's address (of an error: where our packet went) lies in `source` from `sourceStart`. */
  source: Buffer;
  sourceStart: number;
  readonly control: Control;
}
