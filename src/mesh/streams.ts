import { AckPolicy, DiscardPolicy, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import type { ConsumerConfig, JetStreamManager, StreamConfig } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import type { MeshConfig } from '../config/mesh-config.js';
import { deadStream, deadSubjects, rowsStream, rowsSubjects } from './subjects.js';

/**
 * What is sent goes in three families, and hubs take each by itself: what the watch saw, rounds as they are measured,
 * and rounds from before, so that no backlog stands before what is new.
 */
export const families = ['watch', 'rounds', 'backlog'] as const;
export type Family = (typeof families)[number];

export const isFamily = (text: string): text is Family => (families as readonly string[]).includes(text);

/** All hubs share one of these a family. */
export const consumerOf = (family: Family): string => `ingest-${family}`;

/** In the time in which JetStream knows a message again it does not take it twice. Ingest needs none of it. */
const duplicateWindowMs = 120_000;
const defaultAckWaitMs = 30_000;
/** Messages that hubs have taken and not yet stored: bounds what a hub holds in memory. */
export const mostUnstored = 64;
const mostDead = 100_000;

export interface StreamsConfig extends Pick<MeshConfig, 'replicas' | 'keepMs'> {
  /** How long a hub may be silent about a message before another one is given it. 30 s by default. */
  readonly ackWaitMs?: number;
}

/** Makes the streams and their consumers, or brings them up to date. What people added to them stays. */
export async function ensureStreams(manager: JetStreamManager, config: StreamsConfig): Promise<void> {
  const { replicas, keepMs, ackWaitMs = defaultAckWaitMs } = config;
  const kept = { storage: StorageType.File, num_replicas: replicas, max_age: nanos(keepMs) };
  await ensureStream(manager, {
    ...kept,
    name: rowsStream,
    subjects: [rowsSubjects],
    // A message goes when a hub has stored it; where there is no room, agents keep theirs.
    retention: RetentionPolicy.Workqueue,
    discard: DiscardPolicy.New,
    duplicate_window: nanos(Math.min(duplicateWindowMs, keepMs)),
  });
  await ensureStream(manager, {
    ...kept,
    name: deadStream,
    subjects: [deadSubjects],
    retention: RetentionPolicy.Limits,
    discard: DiscardPolicy.Old,
    max_msgs: mostDead,
    duplicate_window: nanos(Math.min(duplicateWindowMs, keepMs)),
  });
  for (const family of families) {
    await ensureConsumer(manager, {
      durable_name: consumerOf(family),
      filter_subject: `popsla.v1.rows.*.${family}`,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: mostUnstored,
      max_deliver: -1,
    });
  }
}

type Wanted<Config, Name extends keyof Config> = Partial<Config> & Required<Pick<Config, Name>>;

async function ensureStream(manager: JetStreamManager, wanted: Wanted<StreamConfig, 'name'>): Promise<void> {
  const held = await orNull(manager.streams.info(wanted.name));
  if (held === null) await manager.streams.add(wanted);
  else if (differs(held.config, wanted))
    await manager.streams.update(wanted.name, { ...held.config, ...wanted });
}

async function ensureConsumer(
  manager: JetStreamManager,
  wanted: Wanted<ConsumerConfig, 'durable_name'>,
): Promise<void> {
  const held = await orNull(manager.consumers.info(rowsStream, wanted.durable_name));
  if (held === null) await manager.consumers.add(rowsStream, wanted);
  else if (differs(held.config, wanted))
    await manager.consumers.update(rowsStream, wanted.durable_name, wanted);
}

const differs = (held: object, wanted: object): boolean =>
  Object.entries(wanted).some(
    ([key, value]) => JSON.stringify((held as Record<string, unknown>)[key]) !== JSON.stringify(value),
  );

async function orNull<Info>(asked: Promise<Info>): Promise<Info | null> {
  try {
    return await asked;
  } catch (error) {
    if (/not found/i.test((error as Error).message)) return null;
    throw error;
  }
}
