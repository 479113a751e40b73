import type { UserStore } from '../../access-store.js';
import { nameKey, userOf, userSql, type UserRow } from '../../rows/access.js';
import type { Connection, Value } from '../database.js';

export function userStore({ read, write, change }: Connection): UserStore {
  /** A change of one person that ends the sessions of that person. */
  const ending = (sql: string, name: string, values: Readonly<Record<string, Value>>): Promise<boolean> =>
    write(async (query) => {
      const key = nameKey(name);
      const changed = await query(`${sql} RETURNING 1`, { ...values, key });
      if (changed.length > 0) await query(userSql.signOut, { key });
      return changed.length > 0;
    });
  return {
    add: async ({ roles, ...rest }) => (await change(userSql.add, { ...rest, roles: roles.join(' ') })) > 0,
    async find(name) {
      const [row] = await read<UserRow>(userSql.find, { key: nameKey(name) });
      return row ? userOf(row) : null;
    },
    list: async () => (await read<UserRow>(userSql.list)).map(userOf),
    setPassword: (name, password, at) => ending(userSql.setPassword, name, { password, at }),
    disable: (name, at) => ending(userSql.disable, name, { at }),
  };
}
