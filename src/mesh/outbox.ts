import { jetstream } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import { createHash } from 'node:crypto';
import type { PopId } from '../core/types.js';
import type { Clock, Log } from '../engine/ports.js';
import type {
  Acknowledgement,
  ForwardDepth,
  ForwardLine,
  ForwardQuery,
  ForwardStore,
} from '../store/forward-store.js';
import { type Family, rowsStream, rowsSubject } from './streams.js';
import { encodeRows } from './wire/encode.js';

interface OutboxEvents {
  /** JetStream has them. */
  sent(family: Family, rows: number, bytes: number): void;
  waiting(depth: ForwardDepth): void;
}

interface OutboxSettings {
  readonly slotsAtOnce: number;
  readonly watchAtOnce: number;
  /** How long the first round of a message waits for others. */
  readonly lingerMs: number;
  readonly pollMs: number;
  /** Rounds from before go no faster than this, and only while nothing new waits. */
  readonly backlogPerSecond: number;
  readonly ackTimeoutMs: number;
  /** So far back rows are sent again when the servers have lost what they had acknowledged. */
  readonly sendAgainMs: number;
}

const outboxSettings: OutboxSettings = {
  slotsAtOnce: 256,
  watchAtOnce: 500,
  lingerMs: 1_000,
  pollMs: 250,
  backlogPerSecond: 1_000,
  ackTimeoutMs: 10_000,
  sendAgainMs: 7 * 86_400_000,
};

export interface OutboxOptions {
  readonly connection: NatsConnection;
  readonly forward: ForwardStore;
  readonly pop: PopId;
  readonly clock: Pick<Clock, 'sleep' | 'monotonicMs' | 'now'>;
  readonly log: Log;
  readonly events?: Partial<OutboxEvents>;
  readonly settings?: Partial<OutboxSettings>;
  /** When the stream was made, as the hub said last; null: it has not. */
  readonly streamMade?: () => string | null;
}

const firstRetryMs = 250;
const lastRetryMs = 15_000;
const depthEveryMs = 5_000;

/**
 * Sends what waits, one message at a time, until `signal` is aborted: what the watch saw first, the newest of it first;
 * then rounds as they are measured; then those that waited when the mesh was reached (again), no faster than allowed.
 * Rounds of each go in the order in which they were stored. A row waits until JetStream has acknowledged it.
 */
export async function keepSending(options: OutboxOptions, signal: AbortSignal): Promise<void> {
  const { connection, forward, pop, clock, log, events = {} } = options;
  const settings = { ...outboxSettings, ...options.settings };
  const stream = jetstream(connection, { timeout: settings.ackTimeoutMs });
  /** Slots up to this number were waiting when the mesh was reached: they are the backlog. */
  let backlogUpTo: number | null = null;
  let newSince: number | null = null;
  let backlogAt = -Infinity;
  let depthAt = -Infinity;
  /** Acknowledged, under its number in the stream, and not yet let go: the store could not. */
  let acknowledged: { readonly batch: Batch; readonly by: Acknowledgement } | null = null;
  let retryMs = firstRetryMs;
  /** The latest acknowledgement, in this life or one before; null: not read yet. */
  let last: Acknowledgement | null = null;

  const mostBytes = (): number => Math.floor((connection.info?.max_payload ?? 1_048_576) * 0.9);
  const batch = (family: Family, query: Parameters<typeof forward.next>[0]): Promise<Batch | null> =>
    nextBatch({ forward, pop, family, query, mostBytes: mostBytes() });

  const next = async (): Promise<Batch | null> => {
    backlogUpTo ??= await forward.latest('slots');
    const seen = await batch('watch', { line: 'watch', order: 'newest', limit: settings.watchAtOnce });
    if (seen) return seen;
    const line = { line: 'slots', order: 'oldest', limit: settings.slotsAtOnce } as const;
    const now = clock.monotonicMs();
    const fresh = await batch('rounds', { ...line, after: backlogUpTo });
    if (fresh) {
      newSince ??= now;
      if (fresh.numbers.length >= settings.slotsAtOnce || now - newSince >= settings.lingerMs) {
        newSince = null;
        return fresh;
      }
    }
    if (now < backlogAt) return null;
    const old = await batch('backlog', { ...line, upTo: backlogUpTo });
    if (old) backlogAt = now + (1_000 * old.numbers.length) / settings.backlogPerSecond;
    return old;
  };

  /** The servers lost their store, and with it what no hub had taken yet. */
  const sendAgain = async (): Promise<void> => {
    const again = await forward.again(clock.now() - settings.sendAgainMs, Number.MAX_SAFE_INTEGER);
    log.warn({ rows: again }, 'the stream was made anew: rows of the last days are sent again');
  };

  /**
   * A stream that was made anew may have more messages by now than the one before, so that its numbers tell nothing. Where
   * they told of it already it may have been lost once more since, so that everything is sent again all the same.
   */
  const compareStream = async (): Promise<void> => {
    const streamMade = options.streamMade?.() ?? null;
    last ??= await forward.acknowledged();
    if (streamMade === null || streamMade === last.streamMade) return;
    if (last.streamMade !== null) await sendAgain();
    last = { sequence: last.streamMade === null ? last.sequence : 0, streamMade };
  };

  const publish = async (one: Batch): Promise<Acknowledgement> => {
    last ??= await forward.acknowledged();
    if (one.rows === 0) return last; // swept meanwhile
    const { seq, duplicate } = await stream.publish(rowsSubject(pop, one.family), one.bytes, {
      msgID: one.id,
      timeout: settings.ackTimeoutMs,
      retries: 0,
      expect: { streamName: rowsStream },
    });
    events.sent?.(one.family, one.rows, one.bytes.length);
    // The stream has it from a time before, when its acknowledgement was lost, and repeats the number that it got then.
    if (duplicate) return last;
    if (seq < last.sequence) await sendAgain();
    last = { sequence: seq, streamMade: last.streamMade };
    return last;
  };

  const tellDepth = async (): Promise<void> => {
    if (clock.monotonicMs() < depthAt) return;
    depthAt = clock.monotonicMs() + depthEveryMs;
    events.waiting?.(await forward.depth());
  };

  while (!signal.aborted && !connection.isClosed()) {
    try {
      if (acknowledged === null) {
        await compareStream();
        const one = await next();
        await tellDepth();
        if (one === null) {
          await clock.sleep(settings.pollMs, signal);
          continue;
        }
        acknowledged = { batch: one, by: await publish(one) };
      }
      await forward.done(acknowledged.batch.line, acknowledged.batch.numbers, acknowledged.by);
      acknowledged = null;
      if (retryMs > firstRetryMs) log.info({}, 'rows go to the hub again');
      retryMs = firstRetryMs;
    } catch (error) {
      if (isAborted(signal)) return;
      // Rows that are queued while the mesh can't be reached become backlog.
      if (acknowledged === null) backlogUpTo = null;
      if (retryMs === firstRetryMs)
        log.warn(
          { why: (error as Error).message },
          'rows can not go to the hub; they wait and are tried again',
        );
      await clock.sleep(retryMs, signal);
      retryMs = Math.min(2 * retryMs, lastRetryMs);
    }
  }
}

/** A function, because TypeScript would narrow `signal.aborted` to false inside the loop. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

interface Batch {
  readonly family: Family;
  readonly line: ForwardLine;
  readonly numbers: readonly number[];
  /** How many of them there are rows of. */
  readonly rows: number;
  readonly bytes: Uint8Array;
  /** For deduplication: a hash of the content. */
  readonly id: string;
}

interface BatchOptions {
  readonly forward: Pick<ForwardStore, 'next'>;
  readonly pop: PopId;
  readonly family: Family;
  readonly query: ForwardQuery;
  /** What a message may hold at most. */
  readonly mostBytes: number;
}

/** What is next of a line in one message; null where nothing waits. Fewer rows than asked for where they are large. */
async function nextBatch(options: BatchOptions): Promise<Batch | null> {
  const { forward, pop, family, mostBytes } = options;
  for (let { query } = options; ; query = { ...query, limit: Math.ceil(query.limit / 2) }) {
    const { rows, numbers } = await forward.next(query);
    if (numbers.length === 0) return null;
    const { slots, watch, configuredPaths } = rows;
    const parts = [
      slots,
      watch.outages,
      watch.states,
      watch.spans,
      watch.blind,
      watch.traces ?? [],
      configuredPaths,
    ];
    const count = parts.reduce((sum, part) => sum + part.length, 0);
    const bytes = encodeRows(pop, rows);
    if (bytes.length > mostBytes && query.limit > 1) continue;
    const digest = createHash('sha256').update(bytes).digest('base64url').slice(0, 22);
    return { family, line: query.line, numbers, rows: count, bytes, id: `${pop}.${family}.${digest}` };
  }
}
