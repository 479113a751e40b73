import type { UserStore } from '../../access-store.js';
import { nameKey, userOf, userSql, type UserRow } from '../../rows/access.js';
import type { Connection } from '../database.js';

export function userStore({ db, read, write }: Connection): UserStore {
  const add = db.prepare(userSql.add);
  const find = db.prepare<object, UserRow>(userSql.find);
  const list = db.prepare<[], UserRow>(userSql.list);
  const setPassword = db.prepare(userSql.setPassword);
  const disable = db.prepare(userSql.disable);
  const signOut = db.prepare<object>(userSql.signOut);
  const ending = (key: string, changes: number): boolean => {
    if (changes > 0) signOut.run({ key });
    return changes > 0;
  };
  return {
    add: ({ roles, ...rest }) => write(() => add.run({ ...rest, roles: roles.join(' ') }).changes > 0),
    find: (name) =>
      read(() => {
        const row = find.get({ key: nameKey(name) });
        return row ? userOf(row) : null;
      }),
    list: () => read(() => list.all().map(userOf)),
    setPassword: (name, password, at) =>
      write(() => {
        const key = nameKey(name);
        return ending(key, setPassword.run({ key, password, at }).changes);
      }),
    disable: (name, at) =>
      write(() => {
        const key = nameKey(name);
        return ending(key, disable.run({ key, at }).changes);
      }),
  };
}
