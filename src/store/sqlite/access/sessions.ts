import type { SessionRecord, SessionStore } from '../../access-store.js';
import type { Connection } from '../database.js';
import { rolesOf } from './tokens.js';

type Row = Omit<SessionRecord, 'roles'> & { readonly roles: string };

const columns = `hash, principal, name, via, roles, customer, csrf, created_at AS createdAt,
  expires_at AS expiresAt, seen_at AS seenAt`;

export function sessionStore({ db, read, write }: Connection): SessionStore {
  const add = db.prepare(
    `INSERT INTO session (hash, principal, name, via, roles, customer, csrf, created_at, expires_at, seen_at)
     VALUES (:hash, :principal, :name, :via, :roles, :customer, :csrf, :createdAt, :expiresAt, :seenAt)`,
  );
  const find = db.prepare<[string], Row>(`SELECT ${columns} FROM session WHERE hash = ?`);
  const seen = db.prepare('UPDATE session SET seen_at = :at WHERE hash = :hash AND seen_at < :at');
  const remove = db.prepare<[string]>('DELETE FROM session WHERE hash = ?');
  const forget = db.prepare<[number]>('DELETE FROM session WHERE expires_at <= ?');
  return {
    add: ({ roles, ...rest }) =>
      write(() => {
        forget.run(rest.createdAt);
        add.run({ ...rest, roles: roles.join(' ') });
      }),
    find: (hash) =>
      read(() => {
        const row = find.get(hash);
        return row ? { ...row, roles: rolesOf(row.roles) } : null;
      }),
    seen: (hash, at) =>
      write(() => {
        seen.run({ hash, at });
      }),
    remove: (hash) =>
      write(() => {
        remove.run(hash);
      }),
  };
}
