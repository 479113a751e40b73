import type Database from 'better-sqlite3';
import type { OutboxDepth, OutboxDraft, OutboxMessage, OutboxStore } from '../../notify-store.js';
import { outboxColumns, outboxListSql, outboxSql } from '../../rows/notify.js';
import type { Connection } from '../database.js';

/** Adds messages within a transaction of somebody else; one of a known key is left out. */
export function outboxInsert(db: Database.Database): (drafts: readonly OutboxDraft[]) => void {
  const add = db.prepare(outboxSql.add);
  return (drafts) => {
    for (const draft of drafts) add.run(draft);
  };
}

export function outboxStore({ db, read, write }: Connection): OutboxStore {
  const add = outboxInsert(db);
  const claim = db.prepare<[{ now: number; until: number; limit: number }], OutboxMessage>(
    `UPDATE outbox SET due_at = :until WHERE id IN (
       SELECT id FROM outbox WHERE state = 'waiting' AND due_at <= :now ORDER BY due_at, id LIMIT :limit)
     RETURNING ${outboxColumns}`,
  );
  const tried = db.prepare(outboxSql.tried);
  const get = db.prepare<object, OutboxMessage>(outboxSql.get);
  const retry = db.prepare(outboxSql.retry);
  const drop = db.prepare(outboxSql.drop);
  const depth = db.prepare<[], OutboxDepth>(outboxSql.depth);
  const sweep = db.prepare(outboxSql.sweep);
  return {
    add: (drafts) =>
      write(() => {
        add(drafts);
      }),
    claim: (query) => write(() => claim.all(query).sort((a, b) => a.id - b.id)),
    tried: (id, result) => write(() => void tried.run({ id, ...result })),
    list: (query) =>
      read(() => {
        const { sql, values } = outboxListSql(query);
        return db.prepare<object, OutboxMessage>(sql).all(values);
      }),
    get: (id) => read(() => get.get({ id }) ?? null),
    retry: (id, at) => write(() => retry.run({ id, at }).changes === 1),
    drop: (id, at) => write(() => drop.run({ id, at }).changes === 1),
    depth: () => read(() => depth.get() ?? { waiting: 0, dead: 0, oldestWaitingAt: null }),
    sweep: (before) => write(() => sweep.run({ before }).changes),
  };
}
