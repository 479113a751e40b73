import type { TrailEntry } from '../../core/access/claims.js';
import type { Role } from '../../core/access/rules.js';
import type { SecondFactor, SessionRecord, TokenRecord, UserRecord } from '../access-store.js';
import type { NotifyTarget, OutboxStore } from '../statement-store.js';

/** Rows of who may come in, and the statements that both databases run as they stand here. */
export type TokenRow = Omit<TokenRecord, 'roles' | 'scopes'> & {
  readonly roles: string;
  readonly scopes: string | null;
};
export type UserRow = Omit<UserRecord, 'roles'> & { readonly roles: string };
export interface SessionRow extends Omit<SessionRecord, 'roles' | 'origin' | 'limited' | 'provider'> {
  readonly origin: string | null;
  readonly roles: string;
  readonly limited: number;
  readonly issuer: string | null;
  readonly subject: string | null;
  readonly sid: string | null;
  readonly checkedAt: number | null;
  readonly sealedGrant: string | null;
}
export type FactorRow = Omit<SecondFactor, 'recovery'> & { readonly recovery: string };
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
  roles: roles.join(' '),
  scopes: scopes && scopes.join(' '),
});

export const tokenOf = ({ roles, scopes, ...rest }: TokenRow): TokenRecord => ({
  ...rest,
  roles: rolesOf(roles),
  scopes: scopes === null ? null : words(scopes),
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

const session = `SELECT hash, principal, name, via, roles, customer, csrf, created_at AS "createdAt",
  expires_at AS "expiresAt", seen_at AS "seenAt", origin, limited, issuer, subject, provider_session AS sid,
  checked_at AS "checkedAt", sealed_grant AS "sealedGrant" FROM session`;

export const sessionSql = {
  add: `INSERT INTO session (hash, principal, name, via, roles, customer, csrf, created_at, expires_at, seen_at, origin,
      limited, issuer, subject, provider_session, checked_at, sealed_grant)
    VALUES (:hash, :principal, :name, :via, :roles, :customer, :csrf, :createdAt, :expiresAt, :seenAt, :origin,
      :limited, :issuer, :subject, :sid, :checkedAt, :sealedGrant)`,
  find: `${session} WHERE hash = :hash`,
  list: `${session} WHERE principal = :principal ORDER BY created_at DESC, hash`,
  checked: 'UPDATE session SET checked_at = :at, sealed_grant = :sealedGrant WHERE hash = :hash',
  removeOf: `DELETE FROM session WHERE issuer = :issuer AND (subject = :subject OR CAST(:subject AS text) IS NULL)
    AND (provider_session = :sid OR CAST(:sid AS text) IS NULL
      OR (provider_session IS NULL AND CAST(:subject AS text) IS NOT NULL))`,
  seen: 'UPDATE session SET seen_at = :at WHERE hash = :hash AND seen_at < :at',
  remove: 'DELETE FROM session WHERE hash = :hash',
  forget: 'DELETE FROM session WHERE expires_at <= :at',
} as const;

export const sessionRow = ({ roles, origin, limited, provider, ...rest }: SessionRecord): SessionRow => ({
  ...rest,
  origin: origin ?? null,
  roles: roles.join(' '),
  limited: limited ? 1 : 0,
  issuer: provider?.issuer ?? null,
  subject: provider?.subject ?? null,
  sid: provider?.id ?? null,
  checkedAt: provider?.checkedAt ?? null,
  sealedGrant: provider?.sealedGrant ?? null,
});

export function sessionOf(row: SessionRow): SessionRecord {
  const { roles, origin, limited, issuer, subject, sid, checkedAt, sealedGrant, ...rest } = row;
  // A session that an earlier version began names no issuer, and ends by its age.
  const linked = rest.via === 'oidc' && issuer !== null;
  const provider = { issuer: issuer ?? '', subject: subject ?? '', id: sid, checkedAt: checkedAt ?? 0, sealedGrant };
  return {
    ...rest,
    roles: rolesOf(roles),
    ...(origin !== null && { origin }),
    ...(limited === 1 && { limited: true as const }),
    ...(linked && { provider }),
  };
}

/** `:person` is a name by `nameKey`. */
export const factorSql = {
  find: `SELECT person, secret, confirmed_at AS "confirmedAt", last_step AS "lastStep", recovery FROM second_factor
    WHERE person = :person`,
  put: `INSERT INTO second_factor (person, secret, confirmed_at, last_step, recovery)
    VALUES (:person, :secret, :confirmedAt, :lastStep, :recovery)
    ON CONFLICT (person) DO UPDATE SET secret = excluded.secret, confirmed_at = excluded.confirmed_at,
      last_step = excluded.last_step, recovery = excluded.recovery`,
  useStep: 'UPDATE second_factor SET last_step = :step WHERE person = :person AND last_step < :step',
  useRecovery: `UPDATE second_factor SET recovery = trim(replace(' ' || recovery || ' ', ' ' || :code || ' ', ' '))
    WHERE person = :person AND ' ' || recovery || ' ' LIKE '% ' || :code || ' %'`,
  remove: 'DELETE FROM second_factor WHERE person = :person',
} as const;

export const factorRow = ({ recovery, ...rest }: SecondFactor): FactorRow => ({
  ...rest,
  recovery: recovery.join(' '),
});
export const factorOf = ({ recovery, ...rest }: FactorRow): SecondFactor => ({
  ...rest,
  recovery: words(recovery),
});

export const deviceSql = {
  put: `INSERT INTO device (hash, person, seen_at) VALUES (:hash, :person, :seenAt)
    ON CONFLICT (hash) DO UPDATE SET person = excluded.person, seen_at = excluded.seen_at`,
  outdated: 'DELETE FROM device WHERE seen_at < :before',
  find: 'SELECT 1 AS known FROM device WHERE hash = :hash AND person = :person AND seen_at >= :after',
  forget: 'DELETE FROM device WHERE person = :person',
} as const;

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

const rolesOf = (text: string): Role[] => words(text) as Role[];
const words = (text: string): string[] => text.split(' ').filter((word) => word !== '');
const contact = `SELECT id, customer, name, email, phone, added_at AS "addedAt", changed_at AS "changedAt",
  erased_at AS "erasedAt" FROM contact`;

/** The statements of people at customers that both databases run as they stand here. */
export const contactSql = {
  put: `INSERT INTO contact (id, customer, name, email, phone, added_at, changed_at, erased_at)
    VALUES (:id, :customer, :name, :email, :phone, :addedAt, :changedAt, :erasedAt)
    ON CONFLICT (id) DO UPDATE SET customer = excluded.customer, name = excluded.name, email = excluded.email,
      phone = excluded.phone, changed_at = excluded.changed_at, erased_at = excluded.erased_at`,
  get: `${contact} WHERE id = :id`,
  list: `${contact} WHERE (customer = :customer OR :customer IS NULL) ORDER BY added_at, id`,
} as const;
type Plain = string | number;

/** Conditions with names for their values. */
export interface Where {
  readonly where: string;
  readonly values: Readonly<Record<string, Plain>>;
}

/** `of`: a comparison with the name of its value, `path = :path`, or a column that has to be one of several. */
export function allOf(
  parts: readonly (readonly [of: string, value: Plain | readonly Plain[] | undefined])[],
): Where {
  const values: Record<string, Plain> = {};
  const conditions = parts.flatMap(([of, value]) => {
    if (value === undefined) return [];
    if (Array.isArray(value)) {
      const some = value as readonly Plain[];
      const names = some.map((each, index) => {
        values[`${of}${index}`] = each;
        return `:${of}${index}`;
      });
      return [names.length === 0 ? '1 = 0' : `${of} IN (${names.join(', ')})`];
    }
    values[/:(\w+)/.exec(of)?.[1] ?? of] = value as Plain;
    return [of];
  });
  return { where: ['1 = 1', ...conditions].join(' AND '), values };
}

/** Rows of who is told and of what is to be sent, and the statements that both databases run as they stand here. */
export type TargetRow = Omit<NotifyTarget, 'events' | 'goneAt'> & {
  readonly events: string;
  readonly goneAt: number | null;
};

const target = `SELECT id, customer, kind, address, secret, language, events, query, created_at AS "createdAt",
  created_by AS "createdBy", gone_at AS "goneAt" FROM notify_target`;

export const targetSql = {
  add: `INSERT INTO notify_target (id, customer, kind, address, secret, language, events, query, created_at, created_by)
    VALUES (:id, :customer, :kind, :address, :secret, :language, :events, :query, :createdAt, :createdBy)
    ON CONFLICT (id) DO NOTHING`,
  get: `${target} WHERE id = :id`,
  list: `${target} ORDER BY created_at, id`,
  gone: 'UPDATE notify_target SET gone_at = :at WHERE id = :id AND gone_at IS NULL',
  remove: 'DELETE FROM notify_target WHERE id = :id',
} as const;

export const targetRow = ({ events, goneAt, ...rest }: NotifyTarget): TargetRow => ({
  ...rest,
  goneAt: goneAt ?? null,
  events: events.join(','),
});
export const targetOf = ({ events, goneAt, ...rest }: TargetRow): NotifyTarget => ({
  ...rest,
  ...(goneAt !== null && { goneAt }),
  events: events.split(','),
});

export const outboxColumns = `id, key, target, event, about, body, created_at AS "createdAt", due_at AS "dueAt", attempts,
  state, last_error AS "lastError", settled_at AS "settledAt"`;

export const outboxSql = {
  add: `INSERT INTO outbox (key, target, event, about, body, created_at, due_at)
    VALUES (:key, :target, :event, :about, :body, :at, :at) ON CONFLICT (key) DO NOTHING`,
  tried: `UPDATE outbox SET state = :state, attempts = attempts + 1, last_error = :error, due_at = :dueAt,
      settled_at = CASE WHEN :state = 'waiting' THEN NULL ELSE CAST(:at AS bigint) END
    WHERE id = :id AND state = 'waiting'`,
  get: `SELECT ${outboxColumns} FROM outbox WHERE id = :id`,
  retry: `UPDATE outbox SET state = 'waiting', attempts = 0, due_at = :at, settled_at = NULL
    WHERE id = :id AND state <> 'sent'`,
  drop: `UPDATE outbox SET state = 'dropped', settled_at = :at WHERE id = :id AND state IN ('waiting', 'dead')`,
  depth: `SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'dead') AS dead,
      min(created_at) FILTER (WHERE state = 'waiting') AS "oldestWaitingAt"
    FROM outbox WHERE state IN ('waiting', 'dead')`,
  sweep: `DELETE FROM outbox WHERE state IN ('sent', 'dropped') AND settled_at < :before`,
} as const;

export function outboxListSql({ states, before, limit }: Parameters<OutboxStore['list']>[0]) {
  const { where, values } = allOf([
    ['state', states],
    ['id < :before', before],
  ]);
  return {
    sql: `SELECT ${outboxColumns} FROM outbox WHERE ${where} ORDER BY id DESC LIMIT :limit`,
    values: { ...values, limit },
  };
}
