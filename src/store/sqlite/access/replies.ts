import type { Reply, ReplyStore } from '../../access-store.js';
import type { Connection } from '../database.js';

export function replyStore({ db, read, write }: Connection): ReplyStore {
  const add = db.prepare(
    `INSERT INTO reply (principal, key, request, at, status, content_type, body)
     VALUES (:principal, :key, :request, :at, :status, :contentType, :body) ON CONFLICT DO NOTHING`,
  );
  const find = db.prepare<[string, string, number], Reply>(
    `SELECT principal, key, request, at, status, content_type AS contentType, body FROM reply
     WHERE principal = ? AND key = ? AND at > ?`,
  );
  const forget = db.prepare<[number]>('DELETE FROM reply WHERE at <= ?');
  return {
    put: (reply, forgetBefore) =>
      write(() => {
        forget.run(forgetBefore);
        add.run(reply);
      }),
    find: (principal, key, after) => read(() => find.get(principal, key, after) ?? null),
  };
}
