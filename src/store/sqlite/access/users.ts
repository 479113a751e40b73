import type { UserRecord, UserStore } from '../../access-store.js';
import type { Connection } from '../database.js';
import { rolesOf } from './tokens.js';

type Row = Omit<UserRecord, 'roles'> & { readonly roles: string };

const columns = `name, password, roles, customer, created_at AS createdAt, password_at AS passwordAt,
  disabled_at AS disabledAt`;

export function userStore({ db, read, write }: Connection): UserStore {
  const add = db.prepare(
    `INSERT INTO person (name, password, roles, customer, created_at, password_at)
     SELECT :name, :password, :roles, :customer, :createdAt, :passwordAt
     WHERE NOT EXISTS (SELECT 1 FROM person WHERE name = :name)`,
  );
  const find = db.prepare<[string], Row>(`SELECT ${columns} FROM person WHERE name = ?`);
  const list = db.prepare<[], Row>(`SELECT ${columns} FROM person ORDER BY name`);
  const password = db.prepare('UPDATE person SET password = :password, password_at = :at WHERE name = :name');
  const disable = db.prepare(
    'UPDATE person SET disabled_at = :at WHERE name = :name AND disabled_at IS NULL',
  );
  const signOut = db.prepare<[string]>(
    `DELETE FROM session WHERE via = 'password'
       AND principal = (SELECT 'user:' || name FROM person WHERE name = ?)`,
  );
  const ending = (name: string, changes: number): boolean => {
    if (changes > 0) signOut.run(name);
    return changes > 0;
  };
  return {
    add: ({ roles, ...rest }) => write(() => add.run({ ...rest, roles: roles.join(' ') }).changes > 0),
    find: (name) =>
      read(() => {
        const row = find.get(name);
        return row ? recordOf(row) : null;
      }),
    list: () => read(() => list.all().map(recordOf)),
    setPassword: (name, text, at) =>
      write(() => ending(name, password.run({ name, password: text, at }).changes)),
    disable: (name, at) => write(() => ending(name, disable.run({ name, at }).changes)),
  };
}

const recordOf = ({ roles, ...rest }: Row): UserRecord => ({ ...rest, roles: rolesOf(roles) });
