import type { OutboxDepth, OutboxDraft, OutboxMessage, OutboxStore } from '../../notify-store.js';
import { outboxColumns, outboxListSql, outboxSql } from '../../rows/notify.js';
import type { Connection, Query } from '../database.js';

/** Adds messages within a transaction of somebody else; one of a known key is left out. */
export async function addToOutbox(query: Query, drafts: readonly OutboxDraft[]): Promise<void> {
  for (const draft of drafts) await query(outboxSql.add, { ...draft });
}

/** What another program takes at this moment is passed over, and not waited for. */
const claim = `UPDATE outbox SET due_at = :until WHERE id IN (
    SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at, id LIMIT :limit
    FOR UPDATE SKIP LOCKED)
  RETURNING ${outboxColumns}`;

export function outboxStore({ read, write, change }: Connection): OutboxStore {
  return {
    add: (drafts) => write((query) => addToOutbox(query, drafts)),
    claim: (values) =>
      write(async (query) => (await query<OutboxMessage>(claim, { ...values })).sort((a, b) => a.id - b.id)),
    tried: async (id, result) => {
      await change(outboxSql.tried, { id, ...result });
    },
    list: (query) => {
      const { sql, values } = outboxListSql(query);
      return read<OutboxMessage>(sql, values);
    },
    get: async (id) => (await read<OutboxMessage>(outboxSql.get, { id }))[0] ?? null,
    retry: async (id, at) => (await change(outboxSql.retry, { id, at })) === 1,
    drop: async (id, at) => (await change(outboxSql.drop, { id, at })) === 1,
    depth: async () =>
      (await read<OutboxDepth>(outboxSql.depth))[0] ?? { waiting: 0, dead: 0, oldestWaitingAt: null },
    sweep: (before) => change(outboxSql.sweep, { before }),
  };
}
