import type { KV } from '@nats-io/kv';
import type { PopId } from '../../core/types.js';
import { popOfToken } from '../subjects.js';
import { readStatus } from './agent-status.js';
import type { SeenAgent } from './state.js';

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
