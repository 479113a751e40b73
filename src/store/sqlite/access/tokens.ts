import type { TokenStore } from '../../access-store.js';
import { tokenOf, tokenRow, tokenSql, type TokenRow } from '../../rows/access.js';
import type { Connection } from '../database.js';

export function tokenStore({ db, read, write }: Connection): TokenStore {
  const add = db.prepare(tokenSql.add);
  const find = db.prepare<object, TokenRow>(tokenSql.find);
  const list = db.prepare<[], TokenRow>(tokenSql.list);
  const revoke = db.prepare(tokenSql.revoke);
  const used = db.prepare(tokenSql.used);
  return {
    add: (token) => write(() => void add.run(tokenRow(token))),
    find: (hash) =>
      read(() => {
        const row = find.get({ hash });
        return row ? tokenOf(row) : null;
      }),
    list: () => read(() => list.all().map(tokenOf)),
    revoke: (id, at) => write(() => revoke.run({ id, at }).changes > 0),
    used: (id, at) => write(() => void used.run({ id, at })),
  };
}
