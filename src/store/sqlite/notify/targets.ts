import type { TargetStore } from '../../notify-store.js';
import { targetOf, targetRow, targetSql, type TargetRow } from '../../rows/notify.js';
import type { Connection } from '../database.js';

export function targetStore({ db, read, write }: Connection): TargetStore {
  const add = db.prepare(targetSql.add);
  const get = db.prepare<object, TargetRow>(targetSql.get);
  const list = db.prepare<[], TargetRow>(targetSql.list);
  const remove = db.prepare(targetSql.remove);
  return {
    add: (target) => write(() => add.run(targetRow(target)).changes === 1),
    get: (id) =>
      read(() => {
        const row = get.get({ id });
        return row === undefined ? null : targetOf(row);
      }),
    list: () => read(() => list.all().map(targetOf)),
    remove: (id) => write(() => remove.run({ id }).changes === 1),
  };
}
