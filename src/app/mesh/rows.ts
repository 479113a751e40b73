import { jetstreamManager } from '@nats-io/jetstream';
import type { NatsConnection } from '@nats-io/transport-node';
import type { Config, MeshConfig } from '../../config/config.js';
import type { Round } from '../../core/measurement/round.js';
import type { StoredRound } from '../../core/merge.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import { needed, type ObservedOutage, type PortState, type StateChange } from '../../core/watch/outage.js';
import { portNow } from '../../core/watch/port.js';
import type { Clock, EngineEvents, Log } from '../../engine/ports.js';
import { publishedNow } from '../../mesh/config.js';
import { connectMesh, MeshConnectionError } from '../../mesh/connect.js';
import { deadLetters, type DeadLetters } from '../../mesh/dead.js';
import { keepIngesting, type News } from '../../mesh/ingest.js';
import { keepSending } from '../../mesh/outbox.js';
import { type AgentStatus, type AgentView, readAgents, viewAgents } from '../../mesh/status.js';
import { families, openBuckets } from '../../mesh/streams.js';
import { type Refusal, refusals } from '../../mesh/wire/frame.js';
import type { MeshListener } from '../../metrics/mesh.js';
import type { AgentsShown } from '../../render/mesh.js';
import type { ForwardStore } from '../../store/forward-store.js';
import { type Store, StoreError } from '../../store/store.js';
import type { WatchStore } from '../../store/watch-store.js';

type Heard = Pick<EngineEvents, 'roundStored' | 'slotsMissing' | 'portState' | 'outageChanged'>;

interface HubNewsOptions {
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** Everybody who listens to an engine. */
  readonly live: Heard;
  /** Those who count and judge what comes late, too. */
  readonly late: Pick<EngineEvents, 'roundStored' | 'slotsMissing'>;
}

/** Tells what agents' rows say, as if an engine of this daemon had found it. */
interface HubNews {
  hear(news: Pick<News, 'slots' | 'watch' | 'packetsOf'>): void;
  /** Who has said nothing for too long: what these saw of a port is not what it is now. */
  silent(observers: ReadonlySet<PopId>): void;
  /** What the store knew before this daemon: the ports as they were seen last. */
  readonly recall: (store: Pick<WatchStore, 'watchers' | 'latestStates' | 'outages'>) => Promise<void>;
}

/** A round of a slot before this many is history: nobody is woken up by it. */
const slotsOfNow = 3;

export function createHubNews({ config, now, live, late }: HubNewsOptions): HubNews {
  const latest = new Map<PathId, EpochMs>();
  const ports = new Map<PopId, Map<PopId, StateChange>>();
  const shown = new Map<PopId, PortState>();
  /** The outages of each port that its observers see now, by observer and start. */
  const lasting = new Map<PopId, Map<string, ObservedOutage>>();
  /** The outage of each port that a quorum of its observers sees. */
  const agreed = new Map<PopId, ObservedOutage>();
  let silent: ReadonlySet<PopId> = new Set();

  const isNow = (slot: EpochMs): boolean => slot > now() - slotsOfNow * config().measurement.everyMs;

  const rounds = (stored: readonly StoredRound[], packetsOf: News['packetsOf']): void => {
    for (const one of stored) {
      const sizes = packetsOf(one);
      if (sizes === null) continue;
      const round: Round = { ...one, sizes };
      const isNews = one.slot > (latest.get(one.path) ?? -Infinity) && isNow(one.slot);
      if (isNews) latest.set(one.path, one.slot);
      (isNews ? live : late).roundStored(round);
    }
  };

  const showPort = (port: PopId): void => {
    const states = [...(ports.get(port)?.values() ?? [])].map(({ observer, state }): PortState => {
      const isSeen = state === 'up' || state === 'down';
      return isSeen && silent.has(observer) ? 'unobserved' : (state as PortState);
    });
    const state = portNow(config().watch.quorum, states);
    if (shown.get(port) === state) return;
    shown.set(port, state);
    live.portState(port, state);
  };
  const states = (changes: readonly StateChange[]): void => {
    const changed = new Set<PopId>();
    for (const change of changes) {
      const { observer, port, at } = change;
      if (port === null) continue;
      const all = ports.get(port) ?? new Map<PopId, StateChange>();
      ports.set(port, all);
      if (at < (all.get(observer)?.at ?? -Infinity)) continue;
      all.set(observer, change);
      changed.add(port);
    }
    changed.forEach(showPort);
  };

  const quorumOf = (port: PopId): number => {
    const watching = [...(ports.get(port)?.values() ?? [])].filter(
      ({ observer, state }) => (state === 'up' || state === 'down') && !silent.has(observer),
    );
    return needed(config().watch.quorum, Math.max(watching.length, 1));
  };

  /** A port's outage begins when a quorum of its observers sees one, and ends when no quorum does any more. */
  const outage = (one: ObservedOutage): void => {
    const { port, observer, start, end, voided } = one;
    const open = lasting.get(port) ?? new Map<string, ObservedOutage>();
    lasting.set(port, open);
    const key = `${observer} ${start.at}`;
    if (end === null && voided === null) open.set(key, one);
    else open.delete(key);
    const quorum = quorumOf(port);
    const seen = new Set([...open.values()].map((each) => each.observer)).size;
    const before = agreed.get(port);
    if (before === undefined && seen >= quorum) {
      // The observer that completes the quorum decides when it began.
      const starts = [...open.values()].sort((a, b) => a.start.at - b.start.at);
      const first = starts[quorum - 1] ?? one;
      agreed.set(port, first);
      live.outageChanged(first);
    } else if (before !== undefined && seen < quorum) {
      agreed.delete(port);
      live.outageChanged({ ...before, end, closedAt: one.closedAt, voided });
    }
  };

  return {
    hear: ({ slots, watch, packetsOf }) => {
      const inOrder = [...slots].sort((a, b) => a.slot - b.slot);
      rounds(
        inOrder.filter((slot): slot is StoredRound => slot.status !== 'missing'),
        packetsOf,
      );
      const missing = inOrder.filter((slot) => slot.status === 'missing');
      if (missing.length > 0) late.slotsMissing(missing);
      states(watch.states);
      watch.outages.forEach(outage);
    },
    silent: (observers) => {
      silent = observers;
      for (const port of ports.keys()) showPort(port);
    },
    recall: async (store) => {
      const observers = new Set((await store.watchers()).map(({ observer }) => observer));
      for (const observer of observers) states(await store.latestStates(observer));
      for (const one of await store.outages({ open: true })) outage(one);
    },
  };
}

export interface MeshRowsOptions {
  readonly mesh: MeshConfig;
  readonly config: () => Config;
  /** As it was opened: an agent's can say what its hub has not got yet. */
  readonly store: Store & { readonly forward?: ForwardStore };
  readonly clock: Clock;
  readonly log: Log;
  readonly tell: Pick<MeshListener, 'sent' | 'taken' | 'buried'>;
  readonly live: EngineEvents;
  readonly late: HubNewsOptions['late'];
}

/** The rows' part of an agent or a hub: what goes over the connection, and how much waits. */
export interface MeshRows {
  readonly beside: readonly ((connection: NatsConnection, signal: AbortSignal) => Promise<void>)[];
  readonly backlog: () => Promise<AgentStatus['backlog']>;
  readonly onAgents: (agents: readonly AgentView[]) => void;
  /** When the stream was made that an agent's rows go to. */
  readonly onStream: (made: string | null) => void;
}

/**
 * Before anything is measured: from now on every row of an agent waits for its hub. Rejects with `StoreError` where the
 * store can't remember that.
 */
export async function openMeshRows(options: MeshRowsOptions): Promise<MeshRows> {
  const { mesh, config, store, clock, log, tell } = options;
  const { role, agent } = config();
  const { forward } = store;
  if (role === 'agent') {
    if (!forward)
      throw new StoreError('an agent keeps its rows in a file of its own; allowed: store.path', 'other');
    for (const family of families) tell.sent(family, 0);
    let made: string | null = null;
    const streamMade = (): string | null => made;
    const waiting = await forward.start(agent);
    if (waiting > 0) log.info({ rows: waiting }, 'what this agent has stored until now waits for its hub');
    return {
      beside: [
        (connection, signal) =>
          keepSending(
            { connection, forward, pop: agent, clock, log, streamMade, events: { sent: tell.sent } },
            signal,
          ),
      ],
      backlog: async () => {
        const { slots, watch, oldestAt } = await forward.depth();
        return { rows: slots + watch, oldestAt };
      },
      onAgents: () => undefined,
      onStream: (next) => {
        made = next;
      },
    };
  }
  await forward?.stop();
  // A counter that starts at 0 shows its first step as an increase.
  for (const family of families) tell.taken(family, 0);
  const known = new Set<PopId>();
  const startAtZero = (agents: Iterable<PopId>): void => {
    for (const agent of agents) {
      if (known.has(agent)) continue;
      known.add(agent);
      for (const reason of refusals) tell.buried(agent, reason, 0);
    }
  };
  startAtZero(agentsOf(config()));
  const { live, late } = options;
  const news = createHubNews({ config, now: () => clock.now(), live, late });
  const ingest = async (connection: NatsConnection, signal: AbortSignal): Promise<void> => {
    await news.recall(store.watch).catch((error: unknown) => {
      log.warn({ err: error }, 'what the agents saw before could not be read');
    });
    const events = {
      ingested: (heard: Parameters<typeof news.hear>[0] & { readonly family: string }, rows: number) => {
        tell.taken(heard.family, rows);
        news.hear(heard);
      },
      buried: (agent: PopId, reason: Refusal) => {
        tell.buried(agent, reason, 1);
      },
      storeWritable: (ok: boolean) => {
        live.storeWritable(ok);
      },
    };
    await keepIngesting({ connection, store, streams: mesh, clock, log, events }, signal);
  };
  const onAgents = (agents: readonly AgentView[]): void => {
    startAtZero(agents.map(({ agent }) => agent));
    news.silent(new Set(agents.filter(({ state }) => state === 'silent').map(({ agent }) => agent)));
  };
  return { beside: [ingest], backlog: () => Promise.resolve(null), onAgents, onStream: () => undefined };
}

/** The agents that a hub's configuration has work for. */
export const agentsOf = ({ paths }: Pick<Config, 'paths'>): PopId[] => [
  ...new Set(paths.map(({ source }) => source)),
];

/** Asks the servers how the agents are, beside a running hub or without one. Rejects with `MeshConnectionError`. */
export async function askMesh(config: Config, now: EpochMs): Promise<AgentsShown> {
  const { mesh, role, agent } = config;
  if (mesh === null)
    throw new MeshConnectionError(`${config.file} role: is standalone; allowed: agent or hub, with a mesh`);
  const connection = await connectMesh({ mesh, name: 'mesh status', agent, timeoutMs: 5_000 });
  try {
    const buckets = await openBuckets(connection);
    const revision = (await publishedNow(buckets.config))?.revision ?? null;
    const seen = await readAgents(buckets.agents);
    const expected = role === 'hub' ? agentsOf(config) : [agent];
    return { revision, agents: viewAgents({ seen, expected, revision, now }) };
  } catch (error) {
    if (error instanceof MeshConnectionError) throw error;
    const { message } = error as Error;
    throw new MeshConnectionError(
      `mesh.servers ${mesh.servers.join(', ')}: ${message}; allowed: a hub that has run, and a user that may read its buckets`,
      { cause: error },
    );
  } finally {
    await connection.close();
  }
}

/** Asks the servers, by the hub's configuration; the hub need not run. Rejects with `MeshConnectionError`. */
export async function withDeadLetters<T>(
  config: Config,
  work: (letters: DeadLetters) => Promise<T>,
): Promise<T> {
  const { mesh, role, agent } = config;
  if (mesh === null || role !== 'hub')
    throw new MeshConnectionError(
      `${config.file} role: is ${role}; allowed: a hub's file, whose user may read dead letters`,
    );
  const connection = await connectMesh({ mesh, name: 'mesh dead', agent, timeoutMs: 5_000 });
  try {
    return await work(deadLetters(connection, await jetstreamManager(connection)));
  } catch (error) {
    if (error instanceof MeshConnectionError) throw error;
    const failure = `mesh.servers ${mesh.servers.join(', ')}: ${(error as Error).message}`;
    throw new MeshConnectionError(`${failure}; allowed: a mesh in which a hub has run`, { cause: error });
  } finally {
    await connection.close();
  }
}
