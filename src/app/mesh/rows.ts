import type { NatsConnection } from '@nats-io/transport-node';
import type { Config } from '../../config/config.js';
import type { EngineEvents, Clock, Log } from '../../engine/ports.js';
import { keepIngesting } from '../../mesh/ingest/ingest.js';
import { keepSending } from '../../mesh/outbox/outbox.js';
import type { AgentStatus } from '../../mesh/status/agent-status.js';
import type { AgentView } from '../../mesh/status/state.js';
import type { MeshListener } from '../../metrics/mesh.js';
import type { ForwardStore } from '../../store/forward-store.js';
import { StoreFault, type Store } from '../../store/store.js';
import { createHubNews, type HubNewsOptions } from './hub-news.js';

export interface MeshRowsOptions {
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
}

/**
 * Before anything is measured: from now on every row of an agent waits for its hub. Rejects with `StoreFault` where the
 * store can't remember that.
 */
export async function openMeshRows(options: MeshRowsOptions): Promise<MeshRows> {
  const { role, mesh, agent } = options.config();
  const { store, clock, log, tell } = options;
  const { forward } = store;
  if (role === 'agent' && mesh !== null) {
    if (!forward)
      throw new StoreFault('an agent keeps its rows in a file of its own; allowed: store.path', 'other');
    const waiting = await forward.start(agent);
    if (waiting > 0) log.info({ rows: waiting }, 'what this agent has stored until now waits for its hub');
    return {
      beside: [
        (connection, signal) =>
          keepSending({ connection, forward, pop: agent, clock, log, events: { sent: tell.sent } }, signal),
      ],
      backlog: async () => {
        const { slots, watch, oldestAt } = await forward.depth();
        return { rows: slots + watch, oldestAt };
      },
      onAgents: () => undefined,
    };
  }
  await forward?.stop();
  if (role !== 'hub' || mesh === null) {
    return { beside: [], backlog: () => Promise.resolve(null), onAgents: () => undefined };
  }
  const { config, live, late } = options;
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
      buried: tell.buried,
      storeWritable: (ok: boolean) => {
        live.storeWritable(ok);
      },
    };
    await keepIngesting({ connection, store, streams: mesh, clock, log, events }, signal);
  };
  const onAgents = (agents: readonly AgentView[]): void => {
    news.silent(new Set(agents.filter(({ state }) => state === 'silent').map(({ agent }) => agent)));
  };
  return { beside: [ingest], backlog: () => Promise.resolve(null), onAgents };
}
