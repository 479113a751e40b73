import { createHash } from 'node:crypto';
import type { PopId } from '../../core/types.js';
import type { ForwardLine, ForwardQuery, ForwardStore } from '../../store/forward-store.js';
import type { Family } from '../streams.js';
import { encodeRows } from '../wire/encode.js';

export interface Batch {
  readonly family: Family;
  readonly line: ForwardLine;
  readonly numbers: readonly number[];
  /** How many of them there are rows of. */
  readonly rows: number;
  readonly bytes: Uint8Array;
  /** The same rows have the same. */
  readonly id: string;
}

export interface BatchOptions {
  readonly forward: Pick<ForwardStore, 'next'>;
  readonly pop: PopId;
  readonly family: Family;
  readonly query: ForwardQuery;
  /** What a message may hold at most. */
  readonly mostBytes: number;
}

/** What is next of a line in one message; null where nothing waits. Fewer rows than asked for where they are large. */
export async function nextBatch(options: BatchOptions): Promise<Batch | null> {
  const { forward, pop, family, mostBytes } = options;
  for (let { query } = options; ; query = { ...query, limit: Math.ceil(query.limit / 2) }) {
    const { rows, numbers } = await forward.next(query);
    if (numbers.length === 0) return null;
    const { slots, watch, sightings } = rows;
    const parts = [
      slots,
      watch.outages,
      watch.states,
      watch.spans,
      watch.blind,
      watch.traces ?? [],
      sightings,
    ];
    const count = parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = encodeRows(pop, rows);
    if (bytes.length > mostBytes && query.limit > 1) continue;
    const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    return { family, line: query.line, numbers, rows: count, bytes, id: `${pop}.${family}.${digest}` };
  }
}
