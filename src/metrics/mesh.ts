import type { EpochMs, PopId } from '../core/types.js';
import { type MetricMaker, minutely } from './make.js';
import { metricNames } from './names.js';

/** How an agent is, as its hub knows it; null: it has not said so. */
export interface AgentStanding {
  readonly agent: PopId;
  readonly state: string;
  readonly seenAt: EpochMs | null;
  readonly revision: number | null;
  readonly refused: boolean;
  readonly clock: { readonly offsetMs: number; readonly suspect: boolean } | null;
  readonly backlog: { readonly rows: number; readonly oldestAt: EpochMs | null } | null;
}

export interface MeshListener {
  /** Whether this daemon reaches the mesh now. */
  connected(is: boolean): void;
  /** An agent's own clock against its hub's. */
  ownClock(offsetMs: number, suspect: boolean): void;
  /** So many messages lie with the dead. */
  dead(letters: number): void;
  /** All agents of a hub, and the revision of the mesh that is published; null: none is. */
  agents(agents: readonly AgentStanding[], revision: number | null): void;
  /** Rows of this agent that the servers have acknowledged; none: the family is known, and starts at 0. */
  readonly sent: (family: string, rows: number) => void;
  /** Rows of agents that this hub's store has; none: as above. */
  readonly taken: (family: string, rows: number) => void;
  /** Messages of an agent that no hub can take; none: the agent is known, and starts at 0. */
  readonly buried: (agent: PopId, reason: string, messages: number) => void;
}

/** The series of agents and hubs; a daemon that stands alone has none of them. */
export function meshSeries(make: MetricMaker): MeshListener {
  const connected = make.late(metricNames.meshConnected);
  const offset = make.late(metricNames.meshClockOffset, minutely);
  const suspect = make.late(metricNames.meshClockSuspect, minutely);
  const revision = make.late(metricNames.meshRevision, minutely);
  const dead = make.late(metricNames.meshDead, minutely);
  const sent = make.counter(metricNames.meshSent);
  const taken = make.counter(metricNames.meshTaken);
  const buried = make.counter(metricNames.meshBuried);
  const state = make.gauge(metricNames.meshAgentState, minutely);
  const of = {
    seen: make.gauge(metricNames.meshAgentSeen),
    revision: make.gauge(metricNames.meshAgentRevision, minutely),
    refused: make.gauge(metricNames.meshAgentRefused, minutely),
    offset: make.gauge(metricNames.meshAgentOffset, minutely),
    suspect: make.gauge(metricNames.meshAgentSuspect, minutely),
    rows: make.gauge(metricNames.meshAgentBacklog, minutely),
    oldest: make.gauge(metricNames.meshAgentOldest),
  };
  return {
    connected: (is) => {
      connected.set(is ? 1 : 0);
    },
    ownClock: (offsetMs, isSuspect) => {
      offset.set(offsetMs / 1000);
      suspect.set(isSuspect ? 1 : 0);
    },
    dead: (letters) => {
      dead.set(letters);
    },
    sent: (family, rows) => {
      sent.inc({ family }, rows);
    },
    taken: (family, rows) => {
      taken.inc({ family }, rows);
    },
    buried: (agent, reason, messages) => {
      buried.inc({ agent, reason }, messages);
    },
    agents: (agents, published) => {
      if (published === null) revision.unset();
      else revision.set(published);
      state.reset();
      for (const gauge of Object.values(of)) gauge.reset();
      for (const standing of agents) {
        const { agent, clock, backlog, ...one } = standing;
        state.set({ agent, state: one.state }, 1);
        if (one.seenAt === null) continue;
        of.seen.set({ agent }, one.seenAt / 1000);
        of.refused.set({ agent }, one.refused ? 1 : 0);
        if (one.revision !== null) of.revision.set({ agent }, one.revision);
        if (clock !== null) {
          of.offset.set({ agent }, clock.offsetMs / 1000);
          of.suspect.set({ agent }, clock.suspect ? 1 : 0);
        }
        if (backlog === null) continue;
        of.rows.set({ agent }, backlog.rows);
        if (backlog.oldestAt !== null) of.oldest.set({ agent }, backlog.oldestAt / 1000);
      }
    },
  };
}
