import type { NotifyTarget, OutboxStore } from '../notify-store.js';
import { allOf } from './conditions.js';

/** Rows of who is told and of what is to be sent, and the statements that both databases run as they stand here. */
export type TargetRow = Omit<NotifyTarget, 'events'> & { readonly events: string };

const target = `SELECT id, customer, kind, address, secret, language, events, query, created_at AS "createdAt",
  created_by AS "createdBy" FROM notify_target`;

export const targetSql = {
  add: `INSERT INTO notify_target (id, customer, kind, address, secret, language, events, query, created_at, created_by)
    VALUES (:id, :customer, :kind, :address, :secret, :language, :events, :query, :createdAt, :createdBy)
    ON CONFLICT (id) DO NOTHING`,
  get: `${target} WHERE id = :id`,
  list: `${target} ORDER BY created_at, id`,
  remove: 'DELETE FROM notify_target WHERE id = :id',
} as const;

export const targetRow = ({ events, ...rest }: NotifyTarget): TargetRow => ({
  ...rest,
  events: events.join(','),
});
export const targetOf = ({ events, ...rest }: TargetRow): NotifyTarget => ({
  ...rest,
  events: events.split(','),
});

export const outboxColumns = `id, key, target, event, about, body, created_at AS "createdAt", due_at AS "dueAt", attempts,
  state, last_error AS "lastError", settled_at AS "settledAt"`;

export const outboxSql = {
  add: `INSERT INTO outbox (key, target, event, about, body, created_at, due_at)
    VALUES (:key, :target, :event, :about, :body, :at, :at) ON CONFLICT (key) DO NOTHING`,
  tried: `UPDATE outbox SET state = :state, attempts = attempts + 1, last_error = :error, due_at = :dueAt,
      settled_at = CASE WHEN :state = 'waiting' THEN NULL ELSE CAST(:at AS bigint) END
    WHERE id = :id AND state = 'waiting'`,
  get: `SELECT ${outboxColumns} FROM outbox WHERE id = :id`,
  retry: `UPDATE outbox SET state = 'waiting', attempts = 0, due_at = :at, settled_at = NULL
    WHERE id = :id AND state <> 'sent'`,
  drop: `UPDATE outbox SET state = 'dropped', settled_at = :at WHERE id = :id AND state IN ('waiting', 'dead')`,
  depth: `SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'dead') AS dead,
      min(created_at) FILTER (WHERE state = 'waiting') AS "oldestWaitingAt"
    FROM outbox WHERE state IN ('waiting', 'dead')`,
  sweep: `DELETE FROM outbox WHERE state IN ('sent', 'dropped') AND settled_at < :before`,
} as const;

export function outboxListSql({ states, before, limit }: Parameters<OutboxStore['list']>[0]) {
  const { where, values } = allOf([
    ['state', states],
    ['id < :before', before],
  ]);
  return {
    sql: `SELECT ${outboxColumns} FROM outbox WHERE ${where} ORDER BY id DESC LIMIT :limit`,
    values: { ...values, limit },
  };
}
