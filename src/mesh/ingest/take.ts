import { jetstream, type JsMsg } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { StoredRound } from '../../core/merge/slot.js';
import type { SizeSample } from '../../core/measurement/round.js';
import type { PopId } from '../../core/types.js';
import type { Log } from '../../engine/ports.js';
import type { Merged, StoredRows } from '../../store/row-store.js';
import { StoreFault, type Store } from '../../store/store.js';
import { deadHeaders } from '../dead/letter.js';
import type { Family } from '../streams.js';
import { popOfToken } from '../subjects.js';
import { decodeRows, type DecodedRows } from '../wire/decode.js';
import { Refused, type Refusal } from '../wire/refused.js';

export interface News extends Merged {
  readonly family: Family;
  /** A round's packets, where it has them. */
  readonly packetsOf: (round: StoredRound) => readonly SizeSample[] | null;
}

export interface IngestEvents {
  /** The store has them. `rows` of `bytes` came, and what of them was new. */
  ingested(news: News, rows: number, bytes: number): void;
  /** A message went to the dead letters. */
  buried(pop: PopId, reason: Refusal): void;
  storeWritable(ok: boolean): void;
}

export interface TakerOptions {
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
 * Stores a batch of messages in one transaction and acknowledges each after it; what can never be stored is buried.
 * Rejects where the store or the mesh can't do its work now; then each message that is not settled is given back.
 */
export function createTaker(options: TakerOptions): (batch: readonly JsMsg[]) => Promise<void> {
  const { connection, store, log, events = {}, family } = options;
  const stream = jetstream(connection);

  const bury = async (message: JsMsg, { reason, message: why }: Refused): Promise<void> => {
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
      ...{ ...merged, family },
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
      if (!(await isOfTheRows(error, store))) {
        events.storeWritable?.(false);
        throw error;
      }
      const [one] = batch;
      if (batch.length > 1) for (const readable of batch) await storeAll([readable]);
      else if (one) await bury(one.message, new Refused('refused', (error as Error).message));
    }
  };

  return async (batch) => {
    try {
      const readable: Readable[] = [];
      for (const message of batch) {
        try {
          readable.push({ message, rows: decodeRows(message.data, popOf(message.subject)) });
        } catch (error) {
          if (!(error instanceof Refused)) throw error;
          await bury(message, error);
        }
      }
      await storeAll(readable);
    } catch (error) {
      for (const message of batch) message.nak(giveBackMs); // no more than a word on those that are settled
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
  sightings: all.flatMap(({ sightings }) => sightings),
});

const sum = <Item>(items: readonly Item[], of: (item: Item) => number): number =>
  items.reduce((total, item) => total + of(item), 0);

const rowsIn = ({ slots, watch, sightings }: StoredRows): number =>
  sightings.length +
  watch.outages.length +
  watch.states.length +
  watch.spans.length +
  watch.blind.length +
  (watch.traces?.length ?? 0) +
  sum(slots, (slot) => (slot.status === 'missing' ? 1 : slot.sizes.length));

/** Not the medium's: a store that can still be written says that it does not take these. */
async function isOfTheRows(error: unknown, store: Pick<Store, 'upkeep'>): Promise<boolean> {
  if (error instanceof StoreFault && error.kind !== 'other') return false;
  try {
    await store.upkeep.probe();
    return true;
  } catch {
    return false;
  }
}
