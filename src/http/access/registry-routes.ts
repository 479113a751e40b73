import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { excessOf, isRole, roles, type WrittenGrant } from '../../core/access/rules.js';
import { nameKey } from '../../store/access-store.js';
import { ForbiddenError } from '../problem.js';
import type { Caller } from './caller.js';
import type { EpochMs } from '../../core/types.js';
import type { Registry } from '../../services/access/registry.js';
import { tokenJson, trailJson, userJson } from '../../render/access.js';
import type { TrailStore } from '../../store/access-store.js';
import { addOperation, isoTime, pageAnswer, pageOf, pageQuery } from '../route/route.js';
import { id, instant, limit, text, words, type Reading } from '../route/input.js';

const tag = 'access';
const role = z.enum(roles);
const grant = { roles: z.array(role), customer: z.string().nullable() };
const names = () => z.array(words(100)).max(20).meta({ description: 'a list of names' });
const wanted = { roles: names(), customer: words(100).nullish() };
const named = z.strictObject({ name: words(100) });
const done = { status: 204, description: 'done' } as const;

const token = z.strictObject({
  id: z.string(),
  name: z.string(),
  state: z.enum(['holds', 'expired', 'revoked']),
  ...grant,
  scopes: z.array(z.string()).nullable(),
  createdAt: isoTime(),
  expiresAt: isoTime().nullable(),
  revokedAt: isoTime().nullable(),
  lastUsedAt: isoTime().nullable(),
});
const user = z.strictObject({
  name: z.string(),
  state: z.enum(['active', 'disabled']),
  ...grant,
  createdAt: isoTime(),
  passwordAt: isoTime(),
  disabledAt: isoTime().nullable(),
  email: z
    .string()
    .nullable()
    .meta({ description: 'where mails on statements and credits go; null: nowhere' }),
});
const entry = z.strictObject({
  seq: z.int(),
  at: isoTime(),
  principal: z.string(),
  name: z.string(),
  from: z.string(),
  action: z.string(),
  target: z.string(),
  status: z.int(),
  amounts: z.boolean(),
  previous: z.string(),
  hash: z.string(),
});

interface RegistryRoutesOptions {
  readonly registry: Registry;
  readonly trail: Pick<TrailStore, 'list'>;
  readonly now: () => EpochMs;
}

/** `/api/v1/tokens`, `/users` and `/audit/trail`: who may come in, and what those who did have done. */
export function registryRoutes(server: FastifyInstance, { registry, trail, now }: RegistryRoutesOptions) {
  /** Throws `Forbidden` where somebody changes how a user signs in who may do more than it. */
  const checkHoldsOf = async (caller: Caller, name: string): Promise<void> => {
    const found = (await registry.users()).find((one) => nameKey(one.name) === nameKey(name));
    if (found) checkHolds(caller, { ...found, scopes: null });
  };
  const listTokens = addOperation(server, {
    method: 'GET',
    url: '/api/v1/tokens',
    operationId: 'listTokens',
    tag,
    access: 'tokens:read',
    summary: 'Every token, without what is secret of it.',
    query: z.strictObject(pageQuery),
    answer: {
      description: 'a page of the tokens',
      schema: z.strictObject({ tokens: z.array(token), ...pageAnswer }),
    },
    handle: async ({ query }) => {
      const { page, nextCursor } = pageOf(await registry.tokens(), query, ({ id: key }) => key);
      return { tokens: page.map((one) => tokenJson(one, now())), nextCursor };
    },
  });
  const createToken = addOperation(server, {
    method: 'POST',
    url: '/api/v1/tokens',
    operationId: 'createToken',
    tag,
    access: 'tokens:write',
    summary: 'Makes a token; this answer alone has it.',
    secret: true,
    body: z.strictObject({
      name: words(100),
      ...wanted,
      scopes: names().nullish(),
      /** Left out: 90 days; null: never. */
      expiresAt: instant().nullish(),
    }),
    answer: { status: 201, description: 'made', schema: token.extend({ token: z.string() }) },
    handle: async ({ body, caller }) => {
      const { name, roles: has, customer = null, scopes = null } = body;
      checkHolds(caller, { roles: has, customer, scopes });
      const expiresAt = body.expiresAt === undefined ? now() + 90 * 86_400_000 : body.expiresAt;
      const made = await registry.createToken({ name, roles: has, customer, scopes, expiresAt });
      return { token: made.token, ...tokenJson(made.record, now()) };
    },
  });
  const revokeToken = addOperation(server, {
    method: 'POST',
    url: '/api/v1/tokens/:id/revoke',
    operationId: 'revokeToken',
    tag,
    access: 'tokens:write',
    summary: 'Lets a token open nothing any more.',
    params: z.strictObject({ id: id() }),
    answer: done,
    handle: ({ params }) => registry.revokeToken(params.id),
  });
  const listUsers = addOperation(server, {
    method: 'GET',
    url: '/api/v1/users',
    operationId: 'listUsers',
    tag,
    access: 'users:read',
    summary: 'Everybody who signs in with a password.',
    query: z.strictObject(pageQuery),
    answer: {
      description: 'a page of the users',
      schema: z.strictObject({ users: z.array(user), ...pageAnswer }),
    },
    handle: async ({ query }) => {
      const { page, nextCursor } = pageOf(await registry.users(), query, ({ name }) => name);
      return { users: page.map(userJson), nextCursor };
    },
  });
  const addUser = addOperation(server, {
    method: 'POST',
    url: '/api/v1/users',
    operationId: 'addUser',
    tag,
    access: 'users:write',
    summary: 'Lets somebody sign in with a password.',
    body: z.strictObject({ name: words(100), ...wanted, password: words(1000) }),
    answer: { status: 201, description: 'added', schema: named },
    handle: async ({ body: { name, roles: has, customer = null, password }, caller }) => {
      checkHolds(caller, { roles: has, customer, scopes: null });
      await registry.addUser({ name, roles: has, customer, password });
      return { name: name.trim() };
    },
  });
  const setPassword = addOperation(server, {
    method: 'PUT',
    url: '/api/v1/users/:name/password',
    operationId: 'setPassword',
    tag,
    access: 'users:write',
    summary: 'Gives a user another password, and ends its sessions.',
    params: named,
    body: z.strictObject({ password: words(1000) }),
    answer: done,
    handle: async ({ params, body, caller }) => {
      // Whoever sets a password can sign in as that user.
      await checkHoldsOf(caller, params.name);
      await registry.setPassword(params.name, body.password);
    },
  });
  const disableUser = addOperation(server, {
    method: 'POST',
    url: '/api/v1/users/:name/disable',
    operationId: 'disableUser',
    tag,
    access: 'users:write',
    summary: 'Lets a user sign in no more, and ends its sessions.',
    params: named,
    answer: done,
    handle: ({ params }) => registry.disableUser(params.name),
  });
  const setUserEmail = addOperation(server, {
    method: 'PUT',
    url: '/api/v1/users/:name/email',
    operationId: 'setUserEmail',
    tag,
    access: 'users:write',
    summary: 'Gives a user an address for mails on statements and credits; null: it gets none.',
    params: named,
    body: z.strictObject({ email: words(320).nullable() }),
    answer: done,
    handle: ({ params, body }) => registry.setEmail(params.name, body.email),
  });
  const resetSecondFactor = addOperation(server, {
    method: 'POST',
    url: '/api/v1/users/:name/second-factor/reset',
    operationId: 'resetSecondFactor',
    tag,
    access: 'users:write',
    summary: 'Removes a second factor that its user has lost.',
    params: named,
    answer: done,
    handle: async ({ params, caller }) => {
      await checkHoldsOf(caller, params.name);
      await registry.resetSecondFactor(params.name);
    },
  });
  const listTrail = addOperation(server, {
    method: 'GET',
    url: '/api/v1/audit/trail',
    operationId: 'listTrail',
    tag,
    access: 'audit:read',
    summary: 'What was done, and who looked at amounts; oldest first.',
    query: z.strictObject({ limit: limit().optional(), cursor: sequence().optional() }),
    answer: {
      description: 'a page of the trail',
      schema: z.strictObject({ entries: z.array(entry), nextCursor: z.string().nullable() }),
    },
    handle: async ({ query: { limit: most = 100, cursor = 0 } }) => {
      const found = await trail.list({ after: cursor, limit: most + 1 });
      const page = found.slice(0, most);
      const last = page.at(-1);
      const nextCursor = last && found.length > most ? String(last.seq) : null;
      return { entries: page.map(trailJson), nextCursor };
    },
  });
  return {
    listUsers,
    addUser,
    setPassword,
    disableUser,
    setUserEmail,
    resetSecondFactor,
    listTokens,
    createToken,
    revokeToken,
    listTrail,
  };
}

/** Throws `Forbidden` where it would give away what it does not hold. */
function checkHolds({ principal }: Caller, grant: WrittenGrant): void {
  const known = { ...grant, roles: grant.roles.filter(isRole) };
  const excess = excessOf(principal, known);
  if (excess === null) return;
  throw new ForbiddenError(
    `${principal.name} may not give away ${excess}, which it may not do itself; allowed: what it holds`,
  );
}

const sequence = () =>
  text(
    (given): Reading<number> =>
      /^\d{1,15}$/.test(given)
        ? { value: Number(given) }
        : { detail: 'is not a cursor; allowed: the nextCursor of an answer' },
    { description: 'the nextCursor of an answer', maxLength: 15 },
  );
