import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { SizeSample } from '../core/measurement/round.js';
import type { StoredRound } from '../core/merge.js';
import type { PopId } from '../core/types.js';
import type { Clock, Log } from '../engine/ports.js';
import type { Merged, StoredRows } from '../store/row-store.js';
import { type Store, StoreError } from '../store/store.js';
import { deadHeaders } from './dead.js';
import {
  consumerOf,
  ensureStreams,
  families,
  type Family,
  maxUnstored,
  popOfToken,
  rowsStream,
  type StreamsConfig,
} from './streams.js';
import { type DecodedRows, decodeRows } from './wire/decode.js';
import { type Refusal, WireFormatError } from './wire/frame.js';

export interface News extends Merged {
  readonly family: Family;
  /** A round's packets, where it has them. */
  readonly packetsOf: (round: StoredRound) => readonly SizeSample[] | null;
}

interface IngestEvents {
  /** The store has them. `rows` of `bytes` came, and what of them was new. */
  ingested(news: News, rows: number, bytes: number): void;
  /** A message went to the dead letters. */
  buried(pop: PopId, reason: Refusal): void;
  storeWritable(ok: boolean): void;
}

interface BatchIngesterOptions {
  readonly connection: NatsConnection;
  readonly store: Pick<Store, 'rows' | 'upkeep'>;
  readonly log: Log;
  readonly events?: Partial<IngestEvents>;
  readonly family: Family;
}

interface Readable {
  readonly message: JsMsg;
  readonly rows: DecodedRows;
}

/** How long a message stays away that was given back. */
const giveBackMs = 1_000;

/**
 * Stores a batch of messages in one transaction and acknowledges each after it; what can never be stored goes to the dead letters.
 * Rejects where the store or the mesh can't do its work now; then each message that is not settled is given back.
 */
function createBatchIngester(options: BatchIngesterOptions): (batch: readonly JsMsg[]) => Promise<void> {
  const { connection, store, log, events = {}, family } = options;
  const stream = jetstream(connection);

  const deadLetter = async (message: JsMsg, { reason, message: why }: WireFormatError): Promise<void> => {
    const { subject, data, info } = message;
    const sequence = info.streamSequence;
    const to = subject.replace('.rows.', '.dead.');
    const headers = deadHeaders({ reason, why, subject, sequence });
    await stream.publish(to, data, { headers, msgID: `dead.${sequence}` });
    message.ack();
    const pop = popOf(subject);
    events.buried?.(pop, reason);
    log.error({ pop, family, reason, why, sequence }, 'a message of an agent is buried as a dead letter');
  };

  const storeRows = async (batch: readonly Readable[]): Promise<void> => {
    const merged = await store.rows.merge(together(batch.map(({ rows }) => rows)));
    events.storeWritable?.(true);
    for (const { message } of batch) message.ack();
    const owner = new Map(batch.flatMap(({ rows }) => rows.slots.map((slot) => [slot, rows] as const)));
    const news: News = {
      ...merged,
      family,
      packetsOf: (round) => owner.get(round)?.packetsOf(round) ?? null,
    };
    const [count, bytes] = [
      sum(batch, ({ rows }) => rowsIn(rows)),
      sum(batch, ({ message }) => message.data.length),
    ];
    events.ingested?.(news, count, bytes);
  };

  /** One message that the store does not take for what it is must not hold up the others. */
  const storeAll = async (batch: readonly Readable[]): Promise<void> => {
    if (batch.length === 0) return;
    try {
      await storeRows(batch);
    } catch (error) {
      if (!(await isCausedByRows(error, store))) {
        events.storeWritable?.(false);
        throw error;
      }
      const [one] = batch;
      if (batch.length > 1) for (const readable of batch) await storeAll([readable]);
      else if (one) await deadLetter(one.message, new WireFormatError('refused', (error as Error).message));
    }
  };

  return async (batch) => {
    try {
      const readable: Readable[] = [];
      for (const message of batch) {
        try {
          readable.push({ message, rows: decodeRows(message.data, popOf(message.subject)) });
        } catch (error) {
          if (!(error instanceof WireFormatError)) throw error;
          await deadLetter(message, error);
        }
      }
      await storeAll(readable);
    } catch (error) {
      for (const message of batch) message.nak(giveBackMs); // without effect on those that are acknowledged
      throw error;
    }
  };
}

/** Whose rows may come by this subject. */
const popOf = (subject: string): PopId => popOfToken(subject.split('.')[3] ?? '');

const together = (all: readonly StoredRows[]): StoredRows => ({
  slots: all.flatMap(({ slots }) => slots),
  watch: {
    outages: all.flatMap(({ watch }) => watch.outages),
    states: all.flatMap(({ watch }) => watch.states),
    spans: all.flatMap(({ watch }) => watch.spans),
    blind: all.flatMap(({ watch }) => watch.blind),
    traces: all.flatMap(({ watch }) => watch.traces ?? []),
  },
  configuredPaths: all.flatMap(({ configuredPaths }) => configuredPaths),
});

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

const rowsIn = ({ slots, watch, configuredPaths }: StoredRows): number =>
  configuredPaths.length +
  watch.outages.length +
  watch.states.length +
  watch.spans.length +
  watch.blind.length +
  (watch.traces?.length ?? 0) +
  sum(slots, (slot) => (slot.status === 'missing' ? 1 : slot.sizes.length));

/** Whether the rows caused the error, not the database: it can still be written. */
async function isCausedByRows(error: unknown, store: Pick<Store, 'upkeep'>): Promise<boolean> {
  if (error instanceof StoreError && error.kind !== 'other') return false;
  try {
    await store.upkeep.probe();
    return true;
  } catch {
    return false;
  }
}

export interface IngestOptions {
  readonly connection: NatsConnection;
  readonly store: Pick<Store, 'rows' | 'upkeep'>;
  readonly streams: StreamsConfig;
  readonly clock: Pick<Clock, 'sleep'>;
  readonly log: Log;
  readonly events?: Partial<IngestEvents>;
}

const firstRetryMs = 250;
const lastRetryMs = 15_000;
/** What shares a transaction: bounds how long others wait for it. */
const bytesAtOnce = 512 * 1024;
const messagesAtOnce = 32;
/** While one batch is being stored the next is being read. */
const workers = 2;
const pullMs = 5_000;

/**
 * Takes the agents' rows to the store until `signal` is aborted. Each family has a line of its own, which all hubs
 * share. Where the store or the mesh fails, messages are given back, and it is tried again ever more slowly.
 */
export async function keepIngesting(options: IngestOptions, signal: AbortSignal): Promise<void> {
  await Promise.all(families.map((family) => keepFamily(family, options, signal)));
}

async function keepFamily(family: Family, options: IngestOptions, signal: AbortSignal): Promise<void> {
  const { connection, clock, log, streams } = options;
  let retryMs = firstRetryMs;
  while (!signal.aborted && !connection.isClosed()) {
    try {
      await ensureStreams(await jetstreamManager(connection), streams);
      await ingest(family, options, signal, () => {
        if (retryMs > firstRetryMs) log.info({ family }, 'rows of agents are taken again');
        retryMs = firstRetryMs;
      });
      // It ended by itself: the consumer is gone, or the connection.
      await clock.sleep(firstRetryMs, signal);
    } catch (error) {
      if (isAborted(signal)) return;
      if (retryMs === firstRetryMs)
        log.warn({ family, why: (error as Error).message }, 'rows of agents can not be taken; tried again');
      await clock.sleep(retryMs, signal);
      retryMs = Math.min(2 * retryMs, lastRetryMs);
    }
  }
}

/** Until aborted, or until something fails; then what it still held is given back. */
async function ingest(
  family: Family,
  options: IngestOptions,
  signal: AbortSignal,
  onTaken: () => void,
): Promise<void> {
  const waiting: JsMsg[] = [];
  const sleepers: (() => void)[] = [];
  const wake = (): void => {
    for (const resolve of sleepers.splice(0)) resolve();
  };
  let over = false;
  const end = (): void => {
    over = true;
    wake();
  };
  const take = createBatchIngester({ ...options, family });
  const consumer = await jetstream(options.connection).consumers.get(rowsStream, consumerOf(family));
  const messages = await consumer.consume({
    max_messages: maxUnstored,
    // A server that restarted forgets pending pull requests: they expire soon, and are made again.
    expires: pullMs,
    abort_on_missing_resource: true,
    callback: (message) => {
      waiting.push(message);
      wake();
    },
  });
  messages.closed().then(end, end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  const isOver = (): boolean => over;
  const someCome = async (): Promise<void> => {
    while (waiting.length === 0 && !isOver()) await new Promise<void>((resolve) => sleepers.push(resolve));
  };
  const work = async (): Promise<void> => {
    try {
      for (;;) {
        await someCome();
        if (isOver()) return;
        const batch = batchOf(waiting);
        if (batch.length === 0) continue;
        await take(batch);
        onTaken();
      }
    } finally {
      end(); // the other worker ends too
    }
  };
  try {
    await Promise.all(Array.from({ length: workers }, work));
  } finally {
    end();
    signal.removeEventListener('abort', end);
    await messages.close().catch(() => undefined);
    for (const message of waiting) message.nak();
  }
}

function batchOf(waiting: JsMsg[]): JsMsg[] {
  let [count, bytes] = [0, 0];
  for (const { data } of waiting) {
    if (count > 0 && (bytes + data.length > bytesAtOnce || count >= messagesAtOnce)) break;
    count += 1;
    bytes += data.length;
  }
  return waiting.splice(0, count);
}

const isAborted = (signal: AbortSignal): boolean => signal.aborted;
