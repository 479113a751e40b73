import { jetstream, jetstreamManager, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Clock, Log } from '../../engine/ports.js';
import type { Store } from '../../store/store.js';
import {
  consumerOf,
  ensureStreams,
  families,
  mostUnstored,
  type Family,
  type StreamsConfig,
} from '../streams.js';
import { rowsStream } from '../subjects.js';
import { createTaker, type IngestEvents } from './take.js';

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
const hands = 2;
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
  const take = createTaker({ ...options, family });
  const consumer = await jetstream(options.connection).consumers.get(rowsStream, consumerOf(family));
  const messages = await consumer.consume({
    max_messages: mostUnstored,
    // A server that was away has forgotten what was asked of it: so soon it is asked again.
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
      end(); // the other hand's work too
    }
  };
  try {
    await Promise.all(Array.from({ length: hands }, work));
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
