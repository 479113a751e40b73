import type { KV } from '@nats-io/kv';
import { z } from 'zod';
import type { EpochMs, PopId } from '../core/types.js';
import { popOfToken } from './streams.js';

const instant = z.int();

/** What an agent says of itself; a newer one may say more. */
const schema = z.object({
  format: z.literal(1),
  agent: z.string(),
  version: z.string(),
  /** By the agent's own clock, milliseconds since 1970. */
  at: instant,
  startedAt: instant,
  heartbeatMs: z.number(),
  paths: z.int(),
  config: z.object({
    inForce: z.object({ revision: z.int(), digest: z.string() }).nullable(),
    refused: z.object({ revision: z.int(), why: z.string() }).nullable(),
  }),
  clock: z
    .object({ offsetMs: z.number(), errorMs: z.number(), at: instant, suspect: z.boolean() })
    .nullable(),
  /** Rows that wait to go out, and the slot or instant of the oldest; null: nobody counts them. */
  backlog: z.object({ rows: z.int(), oldestAt: instant.nullable() }).nullable(),
});

export type AgentStatus = z.output<typeof schema>;

export const packStatus = (status: Omit<AgentStatus, 'format'>): string =>
  JSON.stringify({ format: 1, ...status });

/** Null for what is none. */
export function readStatus(bytes: Uint8Array): AgentStatus | null {
  try {
    const read = schema.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
    return read.success ? read.data : null;
  } catch {
    return null;
  }
}

/** How an agent is, the worst first. */
const agentStates = [
  'never-seen', // a PoP of the mesh with paths of its own, and nobody has said anything from there
  'silent', // it has not said anything for three heartbeats
  'config-refused', // it does not take the mesh that is published
  'clock-suspect', // its clock is off: instants of its rounds and outages are doubtful
  'config-behind', // it runs on an older revision, or on its own file
  'backlog', // it has rows that wait for longer than two slots
  'in-order',
] as const;
type AgentState = (typeof agentStates)[number];

export interface SeenAgent {
  readonly status: AgentStatus;
  /** When the servers had its words, by their clock. */
  readonly seenAt: EpochMs;
}

/** One line of `mesh status`. */
export interface AgentView {
  readonly agent: PopId;
  readonly state: AgentState;
  readonly seen: SeenAgent | null;
}

const leastSilenceMs = 30_000;
const longBacklogMs = 3_600_000;

export function stateOf({ status, seenAt }: SeenAgent, revision: number | null, now: EpochMs): AgentState {
  const { heartbeatMs, config, clock, backlog } = status;
  if (now - seenAt > Math.max(leastSilenceMs, 3 * heartbeatMs)) return 'silent';
  if (config.refused !== null && config.refused.revision === revision) return 'config-refused';
  if (clock?.suspect === true) return 'clock-suspect';
  if (revision !== null && config.inForce?.revision !== revision) return 'config-behind';
  // Its own clock says how old its rows are: the two are off by the same.
  if (backlog?.oldestAt != null && status.at - backlog.oldestAt > longBacklogMs) return 'backlog';
  return 'in-order';
}

/** Every agent that spoke and every PoP that should have, by name. */
export function viewAgents(options: {
  readonly seen: ReadonlyMap<PopId, SeenAgent>;
  /** The PoPs that have paths of their own; null: not known here. */
  readonly expected: readonly PopId[];
  /** What is published; null: nothing. */
  readonly revision: number | null;
  readonly now: EpochMs;
}): AgentView[] {
  const { seen, expected, revision, now } = options;
  const names = [...new Set([...expected, ...seen.keys()])].sort();
  return names.map((agent) => {
    const one = seen.get(agent) ?? null;
    return { agent, state: one === null ? 'never-seen' : stateOf(one, revision, now), seen: one };
  });
}

/** What all agents said last. A key that holds something else is as if it were not there. */
export async function readAgents(kv: KV): Promise<Map<PopId, SeenAgent>> {
  const seen = new Map<PopId, SeenAgent>();
  for await (const entry of await kv.history()) {
    if (entry.operation !== 'PUT') continue;
    const status = readStatus(entry.value);
    const pop = popOfToken(entry.key);
    // Who may write a key is the server's to say: the key names the agent.
    if (status?.agent === pop) seen.set(pop, { status, seenAt: entry.created.getTime() });
  }
  return seen;
}
