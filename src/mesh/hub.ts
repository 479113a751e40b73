import type { NatsConnection } from '@nats-io/transport-node';
import type { MeshConfig } from '../config/mesh-config.js';
import type { MeshSections } from '../config/hub/from-hub.js';
import type { PopId } from '../core/types.js';
import type { Clock, Log } from '../engine/ports.js';
import { makeBuckets, type Buckets } from './buckets.js';
import { jetstreamManager } from '@nats-io/jetstream';
import { answerTime } from './clock.js';
import { publishConfig, publishedNow, type Published } from './config/publish.js';
import { readAgents } from './status/read-agents.js';
import { viewAgents, type AgentView } from './status/state.js';
import { deadStream } from './subjects.js';

export interface HubOptions {
  readonly connection: NatsConnection;
  /** Its own name. */
  readonly hub: string;
  readonly mesh: MeshConfig;
  readonly clock: Clock;
  readonly log: Log;
  /** The PoPs that have paths of their own. */
  readonly expected: () => readonly PopId[];
  /** What of its file is for the agents, as it holds now. */
  readonly sections: () => MeshSections;
  /** Told after every look. */
  readonly onLook: (look: HubLook) => void;
}

export interface HubLook {
  /** What is published; null: nothing. */
  readonly published: Published | null;
  readonly agents: readonly AgentView[];
  /** How many messages lie in the dead-letter stream; null: there is no such stream yet. */
  readonly dead: number | null;
}

/**
 * Until `signal` is aborted: publishes the mesh whenever it has changed, tells the agents the time and the revision,
 * and looks at every heartbeat how they are. What goes wrong is tried again at the next.
 */
export async function keepHub(options: HubOptions, signal: AbortSignal): Promise<void> {
  const { connection, hub, mesh, clock, log, expected, sections, onLook } = options;
  let buckets: Buckets | null = null;
  let published: Published | null = null;
  let offered: MeshSections | null = null;
  let said = '';
  const stopAnswering = answerTime(connection, () => ({
    at: clock.now(),
    revision: published?.revision ?? null,
  }));

  const look = async (): Promise<void> => {
    buckets ??= await makeBuckets(connection, mesh.replicas);
    const now = sections();
    published = offered === now ? await publishedNow(buckets.config) : published;
    // Servers that lost their store have lost what was offered too.
    if (offered !== now || published === null) {
      const before = published?.revision;
      published = await publishConfig({
        ...{ kv: buckets.config, sections: now, by: hub, at: new Date(clock.now()).toISOString() },
        mostBytes: connection.info?.max_payload ?? 1_048_576,
      });
      offered = now;
      if (published.revision !== before)
        log.info({ revision: published.revision }, 'the mesh is published to the agents');
    }
    const seen = await readAgents(buckets.agents);
    const revision = published?.revision ?? null;
    const agents = viewAgents({ seen, expected: expected(), revision, now: clock.now() });
    onLook({ published, agents, dead: await deadLetters(connection) });
  };

  while (!signal.aborted) {
    try {
      await look();
      said = '';
    } catch (error) {
      const { message } = error as Error;
      // They may be gone with the store of the servers: they are made again, and the mesh is offered again.
      buckets = null;
      offered = null;
      if (!isAborted(signal) && message !== said)
        log.warn({ why: message }, 'the mesh could not be looked at; tried again at each heartbeat');
      said = message;
    }
    await clock.sleep(mesh.heartbeatMs, signal);
  }
  stopAnswering();
}

/** What the analysis of a loop's condition would take for unchanged. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

async function deadLetters(connection: NatsConnection): Promise<number | null> {
  const manager = await jetstreamManager(connection);
  try {
    return (await manager.streams.info(deadStream)).state.messages;
  } catch (error) {
    if (/not found/i.test((error as Error).message)) return null;
    throw error;
  }
}
