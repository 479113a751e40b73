import { hostname } from 'node:os';
import type { KV } from '@nats-io/kv';
import type { NatsConnection } from '@nats-io/transport-node';
import type { MeshConfig } from '../config/sections/mesh.js';
import type { MeshSections } from '../config/hub.js';
import type { PopId } from '../core/types.js';
import type { Clock, Log } from '../engine/ports.js';
import { type Buckets, deadStream, makeBuckets, popToken, rowsStreamMade } from './streams.js';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { answerTime } from './clock.js';
import { publishConfig, publishedNow, type Published } from './config.js';
import { type AgentView, readAgents, type SeenAgent, viewAgents } from './status.js';

interface HubOptions {
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
  /** The version of the time zone data that this hub judges months by; null: not known. */
  readonly zoneData: string | null;
  /** Told after every look, also after one that failed: then of what was seen last, by the time that it is now. */
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
  const { connection, hub, mesh, clock, log, expected, sections, zoneData, onLook } = options;
  let buckets: Buckets | null = null;
  let published: Published | null = null;
  let offered: MeshSections | null = null;
  /** What each agent said last, as of the last look that came to an end. */
  let seen: ReadonlyMap<PopId, SeenAgent> = new Map();
  let dead: number | null = null;
  let streamMade: string | null = null;
  let reported = '';
  let reportedZones = '';
  let zonesDueAt = -Infinity;
  const stopAnswering = answerTime(connection, () => ({
    at: clock.now(),
    revision: published?.revision ?? null,
    streamMade,
  }));

  const look = async (): Promise<void> => {
    buckets ??= await makeBuckets(connection, mesh.replicas);
    const now = sections();
    published = offered === now ? await publishedNow(buckets.config) : published;
    // Servers that lost their store have lost what was offered too.
    if (offered !== now || published === null) {
      const before = published?.revision;
      published = await publishConfig({
        kv: buckets.config,
        sections: now,
        by: hub,
        at: new Date(clock.now()).toISOString(),
        mostBytes: connection.info?.max_payload ?? 1_048_576,
      });
      offered = now;
      if (published.revision !== before)
        log.info({ revision: published.revision }, 'the mesh is published to the agents');
    }
    if (zoneData !== null && clock.now() >= zonesDueAt) {
      const others = await otherZoneData(buckets.config, {
        zoneData,
        now: clock.now(),
        hub: `${hub} on ${hostname()}`,
      });
      zonesDueAt = clock.now() + zonesEveryMs;
      const told = others.map((other) => `${other.hub} ${other.zoneData}`).join(', ');
      if (told !== '' && told !== reportedZones)
        log.warn(
          { zoneData, others },
          `hubs with other time zone data (${told}, here ${zoneData}) can find other bounds for a month: run them all on the same Node.js`,
        );
      reportedZones = told;
    }
    const manager = await jetstreamManager(connection);
    streamMade = await rowsStreamMade(manager);
    seen = await readAgents(buckets.agents);
    dead = await deadLetters(manager);
  };
  /** An agent that says nothing becomes silent also while nothing can be read of it. */
  const tell = (): void => {
    const revision = published?.revision ?? null;
    onLook({
      published,
      dead,
      agents: viewAgents({ seen, expected: expected(), revision, now: clock.now() }),
    });
  };

  while (!signal.aborted) {
    try {
      await withinLimit(clock, look(), signal);
      reported = '';
    } catch (error) {
      const { message } = error as Error;
      // They may be gone with the store of the servers: they are made again, and the mesh is offered again.
      buckets = null;
      offered = null;
      streamMade = null;
      if (!isAborted(signal) && message !== reported)
        log.warn({ why: message }, 'the mesh could not be looked at; tried again at each heartbeat');
      reported = message;
    }
    if (!isAborted(signal)) tell();
    await clock.sleep(mesh.heartbeatMs, signal);
  }
  stopAnswering();
}

/** What the analysis of a loop's condition would take for unchanged. */
const isAborted = (signal: AbortSignal): boolean => signal.aborted;

/** A server that hangs answers nothing, and some of its client's calls wait for ever. */
const lookLimitMs = 15_000;

async function withinLimit(
  clock: Pick<Clock, 'sleep'>,
  work: Promise<void>,
  signal: AbortSignal,
): Promise<void> {
  const done = new AbortController();
  const late = clock.sleep(lookLimitMs, AbortSignal.any([done.signal, signal])).then(() => {
    if (!done.signal.aborted) throw new Error(`no answer within ${lookLimitMs / 1000} s`);
  });
  work.catch(() => undefined);
  late.catch(() => undefined);
  try {
    await Promise.race([work, late]);
  } finally {
    done.abort();
  }
}

const zonesEveryMs = 3_600_000;

interface HubZoneData {
  readonly hub: string;
  readonly zoneData: string;
  /** When the hub last said so, by its clock. */
  readonly at: number;
}

/** Tells the other hubs by which time zone data this one judges, and gives those that judge by another. */
async function otherZoneData(
  kv: KV,
  { hub, zoneData, now }: { readonly hub: string; readonly zoneData: string; readonly now: number },
): Promise<HubZoneData[]> {
  const zones: HubZoneData = { hub, zoneData, at: now };
  await kv.put(`zone-data.${popToken(hub).replaceAll(' ', '/')}`, JSON.stringify(zones));
  const others: HubZoneData[] = [];
  for await (const key of await kv.keys('zone-data.*')) {
    const other = (await kv.get(key))?.json<HubZoneData>();
    // A hub that is silent for longer is switched off, or has another name by now.
    if (other && other.hub !== hub && other.zoneData !== zoneData && other.at > now - 3 * zonesEveryMs)
      others.push(other);
  }
  return others.sort((a, b) => (a.hub < b.hub ? -1 : 1));
}

async function deadLetters(manager: JetStreamManager): Promise<number | null> {
  try {
    return (await manager.streams.info(deadStream)).state.messages;
  } catch (error) {
    if (/not found/i.test((error as Error).message)) return null;
    throw error;
  }
}
