import type Database from 'better-sqlite3';
import type { OutboxDraft, OutboxMessage, OutboxStore } from '../../notify-store.js';
import type { Connection } from '../database.js';

const columns = `id, key, target, event, about, body, created_at AS createdAt, due_at AS dueAt, attempts, state,
  last_error AS lastError, settled_at AS settledAt`;

/** Adds messages within a transaction of somebody else; one of a known key is left out. */
export function outboxInsert(db: Database.Database): (drafts: readonly OutboxDraft[]) => void {
  const add = db.prepare(
    `INSERT INTO outbox (key, target, event, about, body, created_at, due_at)
     VALUES (:key, :target, :event, :about, :body, :at, :at) ON CONFLICT (key) DO NOTHING`,
  );
  return (drafts) => {
    for (const draft of drafts) add.run(draft);
  };
}

export function outboxStore({ db, read, write }: Connection): OutboxStore {
  const add = outboxInsert(db);
  const claim = db.prepare<[{ now: number; until: number; limit: number }], OutboxMessage>(
    `UPDATE outbox SET due_at = :until WHERE id IN (
       SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at, id LIMIT :limit)
     RETURNING ${columns}`,
  );
  const tried = db.prepare(
    `UPDATE outbox SET state = :state, attempts = attempts + 1, last_error = :error, due_at = :dueAt,
       settled_at = CASE WHEN :state = 'waiting' THEN NULL ELSE :at END
     WHERE id = :id AND state = 'waiting'`,
  );
  const get = db.prepare<[number], OutboxMessage>(`SELECT ${columns} FROM outbox WHERE id = ?`);
  const retry = db.prepare(
    `UPDATE outbox SET state = 'waiting', attempts = 0, due_at = ?, settled_at = NULL WHERE id = ? AND state <> 'sent'`,
  );
  const drop = db.prepare(
    `UPDATE outbox SET state = 'dropped', settled_at = ? WHERE id = ? AND state IN ('waiting', 'dead')`,
  );
  const depth = db.prepare<[], { waiting: number; dead: number; oldestWaitingAt: number | null }>(
    `SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'dead') AS dead,
       min(created_at) FILTER (WHERE state = 'waiting') AS oldestWaitingAt
     FROM outbox WHERE state IN ('waiting', 'dead')`,
  );
  const sweep = db.prepare(`DELETE FROM outbox WHERE state IN ('sent', 'dropped') AND settled_at < ?`);
  return {
    add: (drafts) =>
      write(() => {
        add(drafts);
      }),
    claim: (query) => write(() => claim.all(query).sort((a, b) => a.id - b.id)),
    tried: (id, result) => write(() => void tried.run({ id, ...result })),
    list: ({ states, before, limit }) =>
      read(() => {
        const some = states ?? ['waiting', 'sent', 'dead', 'dropped'];
        const places = some.map(() => '?').join(', ');
        return db
          .prepare<unknown[], OutboxMessage>(
            `SELECT ${columns} FROM outbox WHERE state IN (${places}) AND id < ? ORDER BY id DESC LIMIT ?`,
          )
          .all(...some, before ?? Number.MAX_SAFE_INTEGER, limit);
      }),
    get: (id) => read(() => get.get(id) ?? null),
    retry: (id, at) => write(() => retry.run(at, id).changes === 1),
    drop: (id, at) => write(() => drop.run(at, id).changes === 1),
    depth: () => read(() => depth.get() ?? { waiting: 0, dead: 0, oldestWaitingAt: null }),
    sweep: (before) => write(() => sweep.run(before).changes),
  };
}
