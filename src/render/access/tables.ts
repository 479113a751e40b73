import type { TrailEntry } from '../../core/access/trail.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../instant.js';
import { tableLines } from '../table.js';
import { tokenState, type ShownToken, type ShownUser } from './json.js';

const iso = (at: EpochMs | null): string => (at === null ? '-' : isoInstant(at));
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
      ...[token.scopes?.join(' ') ?? 'all', iso(token.expiresAt), iso(token.lastUsedAt)],
    ]),
  );
}

export function usersTable(users: readonly ShownUser[]): string {
  return table(
    ['NAME', 'STATE', 'ROLES', 'CUSTOMER', 'SINCE', 'PASSWORD OF'],
    users.map((user) => [
      ...[user.name, user.disabledAt === null ? 'active' : 'disabled', user.roles.join(' ')],
      ...[user.customer ?? '-', iso(user.createdAt), iso(user.passwordAt)],
    ]),
  );
}

export function trailTable(entries: readonly TrailEntry[]): string {
  return table(
    ['SEQ', 'TIME', 'WHO', 'NAME', 'FROM', 'DID', 'OF', 'STATUS', ''],
    entries.map((one) => [
      ...[String(one.seq), iso(one.at), one.principal, one.name, one.from, one.action, one.target],
      ...[one.status === 0 ? '-' : String(one.status), one.amounts ? 'amounts' : ''],
    ]),
  );
}
