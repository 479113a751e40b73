import { StorageType } from '@nats-io/jetstream';
import { Kvm, type KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import { agentsBucket, configBucket } from './subjects.js';

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
