import type { Reply, ReplyStore } from '../../access-store.js';
import { replySql } from '../../rows/access.js';
import type { Connection } from '../database.js';

export function replyStore({ db, read, write }: Connection): ReplyStore {
  const add = db.prepare(replySql.add);
  const find = db.prepare<object, Reply>(replySql.find);
  const forget = db.prepare(replySql.forget);
  return {
    put: (reply, before) =>
      write(() => {
        forget.run({ before });
        add.run(reply);
      }),
    find: (principal, key, after) => read(() => find.get({ principal, key, after }) ?? null),
  };
}
