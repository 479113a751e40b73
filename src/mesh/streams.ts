import {
  AckPolicy,
  type ConsumerConfig,
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { nanos, type NatsConnection } from '@nats-io/transport-node';
import type { MeshConfig } from '../config/sections/mesh.js';
import type { PopId } from '../core/types.js';

/** Streams, buckets and subjects: what agents, hubs and the servers' permissions have to agree on. */
export const rowsStream = 'POPSLA_ROWS';
export const deadStream = 'POPSLA_DEAD';
/** The mesh as the hub's file says it, one key a revision of which is in force. */
const configBucket = 'popsla-config';
/** What each agent says of itself, a key an agent. */
const agentsBucket = 'popsla-agents';

const rowsSubjects = 'popsla.v1.rows.>';
const deadSubjects = 'popsla.v1.dead.>';

/** Answered by the hubs with their wall clock. */
export const timeSubject = 'popsla.v1.time';

/** A PoP's id as one token of a subject and as a key of a bucket: an id may have dots, and never has a "=". */
export const popToken = (pop: PopId): string => pop.replaceAll('.', '=');
export const popOfToken = (token: string): PopId => token.replaceAll('=', '.');

/** Where an agent's rows of a family go. */
export const rowsSubject = (pop: PopId, family: string): string =>
  `popsla.v1.rows.${popToken(pop)}.${family}`;

/**
 * What is sent goes in three families, and hubs take each by itself: what the watch saw, rounds as they are measured,
 * and rounds from before, so that no backlog stands before what is new.
 */
export const families = ['watch', 'rounds', 'backlog'] as const;
export type Family = (typeof families)[number];

/** All hubs share one of these a family. */
export const consumerOf = (family: Family): string => `ingest-${family}`;

/** In the time in which JetStream knows a message again it does not take it twice. Ingest needs none of it. */
const duplicateWindowMs = 120_000;
const defaultAckWaitMs = 30_000;
/** Messages that hubs have taken and not yet stored: bounds what a hub holds in memory. */
export const maxUnstored = 64;
const maxDead = 100_000;

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
    max_msgs: maxDead,
    duplicate_window: nanos(Math.min(duplicateWindowMs, keepMs)),
  });
  for (const family of families) {
    await ensureConsumer(manager, {
      durable_name: consumerOf(family),
      filter_subject: `popsla.v1.rows.*.${family}`,
      ack_policy: AckPolicy.Explicit,
      ack_wait: nanos(ackWaitMs),
      max_ack_pending: maxUnstored,
      max_deliver: -1,
    });
  }
}

/** When the stream of rows was made, which tells it from one that was made anew; null: there is none yet. */
export async function rowsStreamMade(manager: JetStreamManager): Promise<string | null> {
  return (await orNull(manager.streams.info(rowsStream)))?.created ?? null;
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

export interface Buckets {
  readonly config: KV;
  readonly agents: KV;
}

/** A hub makes the buckets, where they are not; those that are there stay as they are. */
export async function makeBuckets(connection: NatsConnection, replicas: number): Promise<Buckets> {
  const kvm = new Kvm(connection);
  const limits = { replicas, storage: StorageType.File, history: 1 };
  return {
    config: await kvm.create(configBucket, { ...limits, history: 16 }),
    agents: await kvm.create(agentsBucket, limits),
  };
}

/** An agent uses those that its hub has made; rejects where there are none yet. */
export async function openBuckets(connection: NatsConnection): Promise<Buckets> {
  const kvm = new Kvm(connection);
  return { config: await kvm.open(configBucket), agents: await kvm.open(agentsBucket) };
}
