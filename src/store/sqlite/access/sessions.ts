import type { SessionStore } from '../../access-store.js';
import { sessionOf, sessionSql, type SessionRow } from '../../rows/access.js';
import type { Connection } from '../database.js';

export function sessionStore({ db, read, write }: Connection): SessionStore {
  const add = db.prepare(sessionSql.add);
  const find = db.prepare<object, SessionRow>(sessionSql.find);
  const seen = db.prepare(sessionSql.seen);
  const remove = db.prepare(sessionSql.remove);
  const forget = db.prepare(sessionSql.forget);
  return {
    add: ({ roles, ...rest }) =>
      write(() => {
        forget.run({ at: rest.createdAt });
        add.run({ ...rest, roles: roles.join(' ') });
      }),
    find: (hash) =>
      read(() => {
        const row = find.get({ hash });
        return row ? sessionOf(row) : null;
      }),
    seen: (hash, at) => write(() => void seen.run({ hash, at })),
    remove: (hash) => write(() => void remove.run({ hash })),
  };
}
