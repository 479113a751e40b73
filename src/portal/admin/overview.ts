import type { FastifyInstance } from 'fastify';
import { type Role, roles } from '../../core/access/rules.js';
import { everyPage } from '../forms.js';
import { addPage, type PortalOptions } from '../page.js';

const dayMs = 86_400_000;
/** A token that ends so soon is told of before its program stops. */
const soonMs = 30 * dayMs;
/** A backup that is older is told of, as `pop-sla doctor` does. */
const backupMs = 7 * dayMs;
const deadShown = '10';
const namesShown = 5;

interface Named {
  readonly name: string;
  readonly roles: readonly string[];
}

/** Who has a role: the first of them by name, and how many more. */
function namesOf(all: readonly Named[], role: Role): { readonly names: string; readonly more: number } {
  const names = all.filter(({ roles: own }) => own.includes(role)).map(({ name }) => name);
  return { names: names.slice(0, namesShown).join(', '), more: Math.max(0, names.length - namesShown) };
}

/** `/admin`: who has access, and what is failing: the daemon's work, messages that were given up, keys and backups. */
export function overviewPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api, now, readiness, lastBackup } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/admin',
    access: 'users:read',
    handle: async ({ caller, shell }) => {
      const query = { limit: '1000' };
      const users = await everyPage(
        (cursor) => api.listUsers(caller, { query: { ...query, cursor } }),
        (answer) => answer.users,
      );
      const tokens = await everyPage(
        (cursor) => api.listTokens(caller, { query: { ...query, cursor } }),
        (answer) => answer.tokens,
      );
      const active = users.filter(({ disabledAt }) => disabledAt === null);
      const valid = tokens.filter(
        ({ revokedAt, expiresAt }) =>
          revokedAt === null && (expiresAt === null || Date.parse(expiresAt) > now()),
      );
      const outbox = await api.listOutbox(caller, { query: { state: 'dead', limit: deadShown } });
      const { keys } = await api.listKeys(caller);
      const backup = await lastBackup?.();
      return {
        view: 'admin',
        title: shell.w.admin.overview.title,
        page: {
          roles: roles.map((role) => ({
            role,
            users: namesOf(active, role),
            tokens: namesOf(valid, role),
          })),
          ending: valid.filter(
            ({ expiresAt }) => expiresAt !== null && Date.parse(expiresAt) - now() < soonMs,
          ),
          checks: readiness(),
          dead: outbox.messages,
          depth: outbox.depth,
          hasKey: keys.some(({ current }) => current),
          // Absent: the database lies with another program, which backs it up.
          backup: lastBackup === undefined ? 'elsewhere' : (backup ?? null),
          backupIsOld: backup != null && now() - Date.parse(backup.at) > backupMs,
        },
      };
    },
  });
}
