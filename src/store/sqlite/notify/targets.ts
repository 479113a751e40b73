import type { NotifyTarget, TargetStore } from '../../notify-store.js';
import type { Connection } from '../database.js';

type Row = Omit<NotifyTarget, 'events'> & { readonly events: string };

const columns =
  'id, customer, kind, address, secret, language, events, query, created_at AS createdAt, created_by AS createdBy';

export function targetStore({ db, read, write }: Connection): TargetStore {
  const add = db.prepare(
    `INSERT INTO notify_target (id, customer, kind, address, secret, language, events, query, created_at, created_by)
     VALUES (:id, :customer, :kind, :address, :secret, :language, :events, :query, :createdAt, :createdBy)
     ON CONFLICT (id) DO NOTHING`,
  );
  const get = db.prepare<[string], Row>(`SELECT ${columns} FROM notify_target WHERE id = ?`);
  const list = db.prepare<[], Row>(`SELECT ${columns} FROM notify_target ORDER BY created_at, id`);
  const remove = db.prepare('DELETE FROM notify_target WHERE id = ?');
  const targetOf = (row: Row): NotifyTarget => ({ ...row, events: row.events.split(',') });
  return {
    add: (target) => write(() => add.run({ ...target, events: target.events.join(',') }).changes === 1),
    get: (id) =>
      read(() => {
        const row = get.get(id);
        return row === undefined ? null : targetOf(row);
      }),
    list: () => read(() => list.all().map(targetOf)),
    remove: (id) => write(() => remove.run(id).changes === 1),
  };
}
