import type { TrailEntry } from '../core/access/claims.js';
import type { EpochMs } from '../core/types.js';
import { isoInstant } from './figures.js';
import { tableLines } from './table.js';

interface ShownGrant {
  readonly roles: readonly string[];
  readonly customer: string | null;
}

/** What is shown of a token: never its hash. */
export interface ShownToken extends ShownGrant {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly string[] | null;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs | null;
  readonly revokedAt: EpochMs | null;
  readonly lastUsedAt: EpochMs | null;
}

/** What is shown of a user: never the password's hash. */
export interface ShownUser extends ShownGrant {
  readonly name: string;
  readonly createdAt: EpochMs;
  readonly passwordAt: EpochMs;
  readonly disabledAt: EpochMs | null;
  readonly email: string | null;
}

const iso = (at: EpochMs | null): string | null => (at === null ? null : isoInstant(at));

export type TokenState = 'holds' | 'expired' | 'revoked';

export function tokenState(token: Pick<ShownToken, 'revokedAt' | 'expiresAt'>, now: EpochMs): TokenState {
  if (token.revokedAt !== null) return 'revoked';
  return token.expiresAt !== null && token.expiresAt <= now ? 'expired' : 'holds';
}

export function tokenJson(token: ShownToken, now: EpochMs) {
  const { id, name, roles, customer, scopes, createdAt, expiresAt, revokedAt, lastUsedAt } = token;
  return {
    id,
    name,
    state: tokenState(token, now),
    roles,
    customer,
    scopes,
    createdAt: iso(createdAt),
    expiresAt: iso(expiresAt),
    revokedAt: iso(revokedAt),
    lastUsedAt: iso(lastUsedAt),
  };
}

export function userJson({ name, roles, customer, createdAt, passwordAt, disabledAt, email }: ShownUser) {
  return {
    name,
    state: disabledAt === null ? 'active' : 'disabled',
    roles,
    customer,
    createdAt: iso(createdAt),
    passwordAt: iso(passwordAt),
    disabledAt: iso(disabledAt),
    email,
  };
}

export function trailJson({ at, ...rest }: TrailEntry) {
  return { ...rest, at: iso(at) };
}

const isoOrDash = (at: EpochMs | null): string => (at === null ? '-' : isoInstant(at));
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `${tableLines(
    heads.map((head) => ({ head })),
    rows,
  ).join('\n')}\n`;

export function tokensTable(tokens: readonly ShownToken[], now: EpochMs): string {
  return table(
    ['ID', 'NAME', 'STATE', 'ROLES', 'CUSTOMER', 'SCOPES', 'EXPIRES', 'LAST USED'],
    tokens.map((token) => [
      ...[token.id, token.name, tokenState(token, now), token.roles.join(' '), token.customer ?? '-'],
      ...[token.scopes?.join(' ') ?? 'all', isoOrDash(token.expiresAt), isoOrDash(token.lastUsedAt)],
    ]),
  );
}

export function usersTable(users: readonly ShownUser[]): string {
  return table(
    ['NAME', 'STATE', 'ROLES', 'CUSTOMER', 'SINCE', 'PASSWORD OF', 'MAIL'],
    users.map((user) => [
      ...[user.name, user.disabledAt === null ? 'active' : 'disabled', user.roles.join(' ')],
      ...[user.customer ?? '-', isoOrDash(user.createdAt), isoOrDash(user.passwordAt), user.email ?? '-'],
    ]),
  );
}

export function trailTable(entries: readonly TrailEntry[]): string {
  return table(
    ['SEQ', 'TIME', 'WHO', 'NAME', 'FROM', 'DID', 'OF', 'STATUS', ''],
    entries.map((one) => [
      ...[String(one.seq), isoOrDash(one.at), one.principal, one.name, one.from, one.action, one.target],
      ...[one.status === 0 ? '-' : String(one.status), one.amounts ? 'amounts' : ''],
    ]),
  );
}
