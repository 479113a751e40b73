import type { Role } from '../../../core/access/principal.js';
import type { TokenRecord, TokenStore } from '../../access-store.js';
import type { Connection } from '../database.js';

type Row = Omit<TokenRecord, 'roles' | 'scopes'> & { readonly roles: string; readonly scopes: string | null };

const columns = `id, hash, name, roles, customer, scopes, created_at AS createdAt, expires_at AS expiresAt,
  revoked_at AS revokedAt, last_used_at AS lastUsedAt`;

export function tokenStore({ db, read, write }: Connection): TokenStore {
  const add = db.prepare(
    `INSERT INTO token (id, hash, name, roles, customer, scopes, created_at, expires_at)
     VALUES (:id, :hash, :name, :roles, :customer, :scopes, :createdAt, :expiresAt)`,
  );
  const find = db.prepare<[string], Row>(`SELECT ${columns} FROM token WHERE hash = ?`);
  const list = db.prepare<[], Row>(`SELECT ${columns} FROM token ORDER BY created_at, id`);
  const revoke = db.prepare('UPDATE token SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL');
  const used = db.prepare(
    'UPDATE token SET last_used_at = :at WHERE id = :id AND ifnull(last_used_at, 0) < :at',
  );
  return {
    add: ({ roles, scopes, ...rest }) =>
      write(() => {
        add.run({ ...rest, roles: roles.join(' '), scopes: scopes && scopes.join(' ') });
      }),
    find: (hash) =>
      read(() => {
        const row = find.get(hash);
        return row ? recordOf(row) : null;
      }),
    list: () => read(() => list.all().map(recordOf)),
    revoke: (id, at) => write(() => revoke.run({ id, at }).changes > 0),
    used: (id, at) =>
      write(() => {
        used.run({ id, at });
      }),
  };
}

const recordOf = ({ roles, scopes, ...rest }: Row): TokenRecord => ({
  ...rest,
  roles: rolesOf(roles),
  scopes: scopes === null ? null : scopes.split(' ').filter((scope) => scope !== ''),
});

export const rolesOf = (text: string): Role[] => text.split(' ').filter((role) => role !== '') as Role[];
