import type { EpochMs, PopId } from '../core/types.js';
import type { StoredRows } from './row-store.js';

/** Rows of one sort wait in a line of their own: rounds and missing marks, and all the others. */
export type ForwardLine = 'slots' | 'watch';

export interface ForwardQuery {
  readonly line: ForwardLine;
  /** Only those with numbers greater than this. */
  readonly after?: number;
  /** Only those with numbers up to this. */
  readonly upTo?: number;
  readonly order: 'oldest' | 'newest';
  readonly limit: number;
}

/** The rows as they stand now; each waits until its number is done. */
export interface Forwarded {
  readonly rows: StoredRows;
  /** Of these rows, and of those that are no more or another PoP's: nothing is left to send of them. */
  readonly numbers: readonly number[];
}

export interface ForwardDepth {
  readonly slots: number;
  readonly watch: number;
  /** The slot of the round, or the instant of the row, that waits for longest; null: none waits. */
  readonly oldestAt: EpochMs | null;
}

/**
 * What a store has yet to send to its hub. A row waits from the transaction that wrote it until it is done, whoever
 * wrote it; one that changes meanwhile waits as it then stands, under a new number.
 */
export interface ForwardStore {
  /**
   * Rows of this PoP's wait from now on; the first time also those that are there. Resolves to how many began to wait
   * that were there before.
   */
  start(pop: PopId): Promise<number>;
  /** Rows do not wait any more, and none does. */
  stop(): Promise<void>;
  /** The greatest number that was given in a line; 0 before the first. */
  latest(line: ForwardLine): Promise<number>;
  next(query: ForwardQuery): Promise<Forwarded>;
  /** `sequence`: under which number the stream of the mesh has acknowledged them; it is remembered. */
  done(line: ForwardLine, numbers: readonly number[], sequence?: number): Promise<void>;
  /** The latest number under which the stream has acknowledged rows; 0: none is remembered. */
  acknowledged(): Promise<number>;
  depth(): Promise<ForwardDepth>;
  /** Those of slots and instants in [from, to) wait again, sent or not. Resolves to how many. */
  again(from: number, to: number): Promise<number>;
}
