import type { EpochMs, PopId } from '../core/types.js';
import type { StoredRows } from './row-store.js';

/** There are two queues: one of rounds and missing marks, and one of all other rows. */
export type ForwardLine = 'slots' | 'watch';

export interface ForwardQuery {
  readonly line: ForwardLine;
  /** Only rows with numbers greater than this. */
  readonly after?: number;
  /** Only rows with numbers up to this. */
  readonly upTo?: number;
  readonly order: 'oldest' | 'newest';
  readonly limit: number;
}

/** Queued rows in their present state; each remains queued until its number is acknowledged by `done`. */
export interface Forwarded {
  readonly rows: StoredRows;
  /** The numbers of these rows, and of queued rows that were deleted or belong to another PoP. */
  readonly numbers: readonly number[];
}

export interface ForwardDepth {
  readonly slots: number;
  readonly watch: number;
  /** The slot of the round, or the instant of the row, that was queued first; null: the queues are empty. */
  readonly oldestAt: EpochMs | null;
}

/** How the stream of the mesh acknowledged rows. */
export interface Acknowledgement {
  /** The number of their message in the stream. */
  readonly sequence: number;
  /** When that stream was made, which tells it from one that was made anew; null: not known. */
  readonly streamMade: string | null;
}

/**
 * The rows that a store has not sent to its hub yet. A row is queued by the transaction that writes it, in whichever
 * process, and until it is acknowledged; a row that changes meanwhile is queued again under a new number.
 */
export interface ForwardStore {
  /**
   * Queues the rows of this PoP from now on and, the first time, the existing ones. Resolves to the number of existing
   * rows that were queued.
   */
  start(pop: PopId): Promise<number>;
  /** Stops queueing and empties the queues. */
  stop(): Promise<void>;
  /** The greatest number assigned in a queue; 0 before the first. */
  latest(line: ForwardLine): Promise<number>;
  next(query: ForwardQuery): Promise<Forwarded>;
  /** `by`: what has acknowledged them; it is remembered. */
  done(line: ForwardLine, numbers: readonly number[], by?: Acknowledgement): Promise<void>;
  /** The latest acknowledgement; sequence 0 of no stream: none is remembered. */
  acknowledged(): Promise<Acknowledgement>;
  depth(): Promise<ForwardDepth>;
  /** Queues the rows of [from, to) again, whether they were sent or not. Resolves to their number. */
  again(from: number, to: number): Promise<number>;
}
