import type { NatsConnection } from '@nats-io/transport-node';
import { readFile } from 'node:fs/promises';
import type { Config, MeshConfig } from '../../config/config.js';
import {
  type FromHub,
  fromHub,
  type CachedConfig,
  cachedConfigFile,
  type MeshSections,
  meshSectionsOf,
  readCachedConfig,
} from '../../config/hub.js';
import type { ConfigResult } from '../../config/parse.js';
import { formatProblem } from '../../config/problem.js';
import { zoneDataVersion } from '../../engine/clock.js';
import type { Clock, Log } from '../../engine/ports.js';
import { keepAgent } from '../../mesh/agent.js';
import type { ClockReading } from '../../mesh/clock.js';
import { type ConfigFollower, createFollower } from '../../mesh/config.js';
import { keepConnecting } from '../../mesh/connect.js';
import { type HubLook, keepHub } from '../../mesh/hub.js';
import type { AgentStatus, AgentView } from '../../mesh/status.js';
import type { AgentStanding, MeshListener } from '../../metrics/mesh.js';
import type { MeshNode } from '../own-work.js';
import { agentsOf } from './rows.js';

export interface MeshNodeOptions {
  readonly configFile: string;
  readonly mesh: MeshConfig;
  /** The configuration in force. */
  readonly config: () => Config;
  /** Reads this daemon's file with the hub's words in it, and holds it against what was entered. */
  readonly read: (hub: FromHub) => Promise<ConfigResult>;
  /** From now on this holds: the hub says so. */
  readonly take: (next: Config) => void;
  readonly clock: Clock;
  readonly log: Log;
  readonly version: string;
  readonly tell: MeshListener;
  /** Of an agent: what waits to go out. */
  readonly backlog: () => Promise<AgentStatus['backlog']>;
  /** Of a hub: how its agents are, at each heartbeat. */
  readonly onAgents: (agents: readonly AgentView[]) => void;
  /** Of an agent: when the stream was made that its rows go to; null: its hub does not say. */
  readonly onStream: (made: string | null) => void;
  /** What else goes over the connection; each ends when its signal is aborted. */
  readonly beside: readonly ((connection: NatsConnection, signal: AbortSignal) => Promise<void>)[];
}

export async function createMeshNode(options: MeshNodeOptions): Promise<MeshNode> {
  const { mesh, config, clock, log, tell, version } = options;
  const { role, agent } = config();
  const ended = new AbortController();
  let running: Promise<void> = Promise.resolve();
  let clockMark: string | null = null;
  let look: HubLook | null = null;
  let sections = role === 'hub' ? await readSections(options.configFile) : {};
  const follower = role === 'agent' ? await openFollower(options) : null;
  const startedAt = clock.now();

  const keepOne = async (connection: NatsConnection, signal: AbortSignal): Promise<void> => {
    const shared = { connection, mesh, clock, log };
    if (follower === null) {
      await keepHub(
        {
          zoneData: zoneDataVersion,
          ...shared,
          hub: agent,
          sections: () => sections,
          expected: () => agentsOf(config()),
          onLook: (next) => {
            look = next;
            if (next.dead !== null) tell.dead(next.dead);
            tell.agents(agentStandings(next), next.published?.revision ?? null);
            options.onAgents(next.agents);
          },
        },
        signal,
      );
      return;
    }
    const onClock = (reading: ClockReading, suspect: boolean): void => {
      clockMark = suspect ? markOf(reading) : null;
      tell.ownClock(reading.offsetMs, suspect);
    };
    const { backlog, onStream } = options;
    const agentParts = { ...shared, agent, version, startedAt, follower, onClock, onStream, backlog };
    await keepAgent({ ...agentParts, paths: () => config().paths.length }, signal);
  };

  const run = async (): Promise<void> => {
    tell.connected(false);
    const connection = await keepConnecting(
      { mesh, name: nameOf(config()), agent, clock, log },
      ended.signal,
    );
    if (connection === null) return;
    tell.connected(true);
    void followConnection(connection, tell);
    try {
      const all = [keepOne, ...options.beside];
      await Promise.all(all.map((keep) => keep(connection, ended.signal)));
    } finally {
      await connection.close();
    }
  };

  return {
    start: () => {
      running = run().catch((error: unknown) => {
        tell.connected(false);
        log.error({ err: error }, 'the mesh is not kept any more; a restart brings it back');
      });
    },
    hub: () => follower?.hub() ?? null,
    reloaded: async () => {
      if (role === 'hub') sections = await readSections(options.configFile);
      follower?.lookAgain();
    },
    mark: () => clockMark,
    agents: () => ({ revision: look?.published?.revision ?? null, agents: look?.agents ?? [] }),
    stop: async () => {
      ended.abort();
      await running;
    },
  };
}

const nameOf = ({ role, agent }: Config): string => `${role} ${agent}`;

const markOf = ({ offsetMs, errorMs }: ClockReading): string =>
  `marked: this agent's clock is off by ${(offsetMs / 1000).toFixed(1)} s ± ${(errorMs / 1000).toFixed(3)} s against its hub's`;

async function followConnection(connection: NatsConnection, tell: MeshListener): Promise<void> {
  for await (const { type } of connection.status()) {
    if (type === 'disconnect') tell.connected(false);
    else if (type === 'reconnect') tell.connected(true);
  }
}

/** With what the agent keeps of its hub, where it goes with the agent's own file. */
async function openFollower(options: MeshNodeOptions): Promise<ConfigFollower> {
  const { config, read: validate, take, log } = options;
  const file = cachedConfigFile(config().store.path);
  const cached = await usable(() => readCachedConfig(file));
  return createFollower({ cachedConfigFile: file, validate, apply: take, log }, cached);

  async function usable(read: () => CachedConfig | null): Promise<CachedConfig | null> {
    try {
      const found = read();
      const result = found && (await validate(fromHub(found)));
      if (result === null || result.ok) return found;
      throw new Error(result.problems.map(formatProblem).join('\n'));
    } catch (error) {
      const why = (error as Error).message;
      log.error({ file, why }, 'what was kept of the hub’s configuration can’t be used: asking the hub');
      return null;
    }
  }
}

/** What of a hub's file is for its agents; the file has just been checked. */
async function readSections(configFile: string): Promise<MeshSections> {
  return meshSectionsOf(await readFile(configFile, 'utf8'));
}

/** What metrics say of the agents. */
function agentStandings({ agents }: HubLook): AgentStanding[] {
  return agents.map(({ agent, state, seen }) => ({
    agent,
    state,
    seenAt: seen?.seenAt ?? null,
    revision: seen?.status.config.inForce?.revision ?? null,
    refused: seen?.status.config.refused != null,
    clock: seen?.status.clock ?? null,
    backlog: seen?.status.backlog ?? null,
  }));
}
