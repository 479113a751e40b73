import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { expect, onTestFinished } from 'vitest';
import { systemClock } from '../../src/engine/clock.js';
import { keepIngesting, type IngestOptions } from '../../src/mesh/ingest.js';
import { keepSending, type OutboxOptions } from '../../src/mesh/outbox.js';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite/open.js';
import type { Store } from '../../src/store/store.js';
import { everyRow } from '../support/every-row.js';
import { keptLog } from '../support/log.js';
import { tempDir } from '../support/temp-dir.js';

/** Agents and hubs of this process, on a real server. What is started ends with the test. */
export const streams = { replicas: 1, keepMs: 86_400_000, ackWaitMs: 2_000 };

export async function connection(url: string): Promise<NatsConnection> {
  const made = await connect({
    servers: url,
    maxReconnectAttempts: -1,
    reconnectTimeWait: 100,
    reconnectJitter: 0,
  });
  onTestFinished(() => made.close());
  return made;
}

export async function newStore(path = join(tempDir(), 'store.db')): Promise<SqliteStore> {
  const store = await openSqliteStore({ path });
  onTestFinished(() => store.close());
  return store;
}

/** Runs until the test ends, or until what this gives is called. */
function running(work: (signal: AbortSignal) => Promise<void>): () => Promise<void> {
  const ending = new AbortController();
  const done = work(ending.signal);
  const stop = async (): Promise<void> => {
    ending.abort();
    await done;
  };
  onTestFinished(stop);
  return stop;
}

export async function send(
  url: string,
  store: SqliteStore,
  pop: string,
  options: Partial<OutboxOptions> = {},
): Promise<() => Promise<void>> {
  await store.forward.start(pop);
  const options_ = { connection: await connection(url), forward: store.forward, pop, ...options };
  return running((signal) =>
    keepSending(
      {
        clock: systemClock,
        log: keptLog().log,
        ...options_,
        settings: {
          lingerMs: 20,
          pollMs: 10,
          backlogPerSecond: 1e9,
          ackTimeoutMs: 2_000,
          ...options.settings,
        },
      },
      signal,
    ),
  );
}

export async function ingest(
  url: string,
  store: Pick<Store, 'rows' | 'upkeep'>,
  options: Partial<IngestOptions> = {},
): Promise<() => Promise<void>> {
  const all = {
    connection: await connection(url),
    store,
    streams,
    clock: systemClock,
    log: keptLog().log,
    ...options,
  };
  return running((signal) => keepIngesting(all, signal));
}

/** Waits for a condition, and says what it last found. */
export async function until(
  what: string,
  holds: () => Promise<boolean> | boolean,
  patienceMs = 50_000,
): Promise<void> {
  const deadline = performance.now() + patienceMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${patienceMs} ms: ${what}`);
    await sleep(20);
  }
}

type Readable = Parameters<typeof everyRow>[0];

/** Waits until the hub holds what the agents stored, row by row, and nothing else. */
export async function untilEqual(
  hub: Readable,
  agents: readonly SqliteStore[],
  patienceMs?: number,
): Promise<void> {
  const union = async (): Promise<string[]> => (await Promise.all(agents.map(everyRow))).flat().sort();
  const sent = async (): Promise<boolean> => {
    for (const { forward } of agents) {
      const { slots, watch } = await forward.depth();
      if (slots + watch > 0) return false;
    }
    return (await everyRow(hub)).length >= (await union()).length;
  };
  await until('everything sent and taken', sent, patienceMs).catch(() => undefined); // the comparison says more
  await until(
    'equal rows',
    async () => (await everyRow(hub)).join('\n') === (await union()).join('\n'),
    5_000,
  ).catch(() => undefined);
  expect(await everyRow(hub)).toEqual(await union());
}
