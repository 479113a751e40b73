import { z } from 'zod';

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
