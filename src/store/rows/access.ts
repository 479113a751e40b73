import type { Role } from '../../core/access/principal.js';
import type { TrailEntry } from '../../core/access/trail.js';
import type { SessionRecord, TokenRecord, UserRecord } from '../access-store.js';

/** Rows of who may come in, and the statements that both databases run as they stand here. */
export type TokenRow = Omit<TokenRecord, 'roles' | 'scopes'> & {
  readonly roles: string;
  readonly scopes: string | null;
};
export type UserRow = Omit<UserRecord, 'roles'> & { readonly roles: string };
export type SessionRow = Omit<SessionRecord, 'roles'> & { readonly roles: string };
export type TrailRow = Omit<TrailEntry, 'amounts'> & { readonly amounts: number };

const token = `SELECT id, hash, name, roles, customer, scopes, created_at AS "createdAt", expires_at AS "expiresAt",
  revoked_at AS "revokedAt", last_used_at AS "lastUsedAt" FROM token`;

export const tokenSql = {
  add: `INSERT INTO token (id, hash, name, roles, customer, scopes, created_at, expires_at)
    VALUES (:id, :hash, :name, :roles, :customer, :scopes, :createdAt, :expiresAt)`,
  find: `${token} WHERE hash = :hash`,
  list: `${token} ORDER BY created_at, id`,
  revoke: 'UPDATE token SET revoked_at = :at WHERE id = :id AND revoked_at IS NULL',
  used: 'UPDATE token SET last_used_at = :at WHERE id = :id AND coalesce(last_used_at, 0) < :at',
} as const;

export const tokenRow = ({ roles, scopes, ...rest }: Omit<TokenRecord, 'revokedAt' | 'lastUsedAt'>) => ({
  ...rest,
  ...{ roles: roles.join(' '), scopes: scopes && scopes.join(' ') },
});

export const tokenOf = ({ roles, scopes, ...rest }: TokenRow): TokenRecord => ({
  ...rest,
  ...{ roles: rolesOf(roles), scopes: scopes === null ? null : words(scopes) },
});

const user = `SELECT name, password, roles, customer, created_at AS "createdAt", password_at AS "passwordAt",
  disabled_at AS "disabledAt" FROM person`;

/** `:key` is a name by `nameKey`. */
export const userSql = {
  add: `INSERT INTO person (name, password, roles, customer, created_at, password_at)
    VALUES (:name, :password, :roles, :customer, :createdAt, :passwordAt) ON CONFLICT DO NOTHING`,
  find: `${user} WHERE lower(name) = :key`,
  list: `${user} ORDER BY lower(name)`,
  setPassword: 'UPDATE person SET password = :password, password_at = :at WHERE lower(name) = :key',
  disable: 'UPDATE person SET disabled_at = :at WHERE lower(name) = :key AND disabled_at IS NULL',
  signOut: `DELETE FROM session WHERE via = 'password'
    AND principal = (SELECT 'user:' || name FROM person WHERE lower(name) = :key)`,
} as const;

/** What the databases' `lower` makes of a name: letters of ASCII only. */
export const nameKey = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());

export const userOf = ({ roles, ...rest }: UserRow): UserRecord => ({ ...rest, roles: rolesOf(roles) });

export const sessionSql = {
  add: `INSERT INTO session (hash, principal, name, via, roles, customer, csrf, created_at, expires_at, seen_at)
    VALUES (:hash, :principal, :name, :via, :roles, :customer, :csrf, :createdAt, :expiresAt, :seenAt)`,
  find: `SELECT hash, principal, name, via, roles, customer, csrf, created_at AS "createdAt",
    expires_at AS "expiresAt", seen_at AS "seenAt" FROM session WHERE hash = :hash`,
  seen: 'UPDATE session SET seen_at = :at WHERE hash = :hash AND seen_at < :at',
  remove: 'DELETE FROM session WHERE hash = :hash',
  forget: 'DELETE FROM session WHERE expires_at <= :at',
} as const;

export const sessionOf = ({ roles, ...rest }: SessionRow): SessionRecord => ({
  ...rest,
  roles: rolesOf(roles),
});

export const trailSql = {
  last: 'SELECT seq, hash FROM trail ORDER BY seq DESC LIMIT 1',
  add: `INSERT INTO trail (seq, at, principal, name, origin, action, target, status, amounts, previous, hash)
    VALUES (:seq, :at, :principal, :name, :from, :action, :target, :status, :amounts, :previous, :hash)`,
  after: `SELECT seq, at, principal, name, origin AS "from", action, target, status, amounts, previous, hash
    FROM trail WHERE seq > :after ORDER BY seq LIMIT :limit`,
} as const;

export const trailRow = (entry: TrailEntry) => ({ ...entry, amounts: entry.amounts ? 1 : 0 });
export const trailOf = (row: TrailRow): TrailEntry => ({ ...row, amounts: row.amounts === 1 });

export const replySql = {
  add: `INSERT INTO reply (principal, key, request, at, status, content_type, body)
    VALUES (:principal, :key, :request, :at, :status, :contentType, :body) ON CONFLICT DO NOTHING`,
  find: `SELECT principal, key, request, at, status, content_type AS "contentType", body FROM reply
    WHERE principal = :principal AND key = :key AND at > :after`,
  forget: 'DELETE FROM reply WHERE at <= :before',
} as const;

export const rolesOf = (text: string): Role[] => words(text) as Role[];
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
