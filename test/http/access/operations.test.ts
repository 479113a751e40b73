import { fastify } from 'fastify';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Action, Role } from '../../../src/core/access/rules.js';
import { type Caller, callerOf } from '../../../src/http/access/caller.js';
import { BadRequestError, ForbiddenError } from '../../../src/http/problem.js';
import { month } from '../../../src/http/route/input.js';
import { addOperation } from '../../../src/http/route/route.js';
import type { Answer } from '../../../src/portal/page.js';
import { twoTenants } from '../../support/tenants.js';

const server = fastify();
const months = addOperation(server, {
  method: 'GET',
  url: '/months',
  operationId: 'countMonths',
  summary: 'A count.',
  tag: 'test',
  access: 'statements:read',
  query: z.strictObject({ month: month() }),
  answer: { description: 'the count' },
  handle: ({ query, caller }) => Promise.resolve({ of: query.month, action: caller.action, count: 2 }),
});
const users = addOperation(server, {
  method: 'POST',
  url: '/users',
  operationId: 'addSomebody',
  summary: 'Somebody.',
  tag: 'test',
  access: 'users:write',
  body: z.strictObject({ name: z.string() }),
  answer: { description: 'added' },
  handle: ({ body }) => ({ name: body.name }),
});

async function caller(role: Role, action: Action): Promise<Caller> {
  const { config } = await twoTenants();
  const principal = {
    id: role,
    name: role,
    roles: [role],
    customer: null,
    scopes: null,
    via: 'token',
  } as const;
  return callerOf(principal, action, 'all', config.book, '2026-11-26');
}

test('an operation that is called as a function decides by its own action, whatever the caller came for', async () => {
  const finance = await caller('finance', 'availability:read');
  expect(await months(finance, { query: { month: '2026-10' } })).toEqual({
    of: '2026-10',
    action: 'statements:read',
    count: 2,
  });
  const agent = await caller('agent', 'pops:read');
  await expect(months(agent, { query: { month: '2026-10' } })).rejects.toThrow(ForbiddenError);
  await expect(users(await caller('noc', 'outages:write'), { body: { name: 'ann' } })).rejects.toThrow(
    ForbiddenError,
  );
});

test('a write is not done on the way of a read', async () => {
  await expect(users(await caller('admin', 'users:read'), { body: { name: 'ann' } })).rejects.toThrow(
    'users:write writes, and users:read does not',
  );
  expect(await users(await caller('admin', 'users:write'), { body: { name: 'ann' } })).toEqual({
    name: 'ann',
  });
});

test('its input is checked as that of its route', async () => {
  const finance = await caller('finance', 'statements:read');
  const wrong = await months(finance, { query: { month: 'October' } }).catch((error: unknown) => error);
  expect(wrong).toBeInstanceOf(BadRequestError);
  expect((wrong as BadRequestError).faults).toMatchObject([
    { parameter: 'month', code: ['no-month', 'October'] },
  ]);
});

/** Held by the type check: what is wrong here has to be a compile error. */
export async function typed(finance: Caller) {
  // @ts-expect-error -- a result has the type of what the handler answers
  const count: string = (await months(finance, { query: { month: '2026-10' } })).count;
  // @ts-expect-error -- a parameter that is needed
  await months(finance);
  // @ts-expect-error -- a parameter that there is not
  await months(finance, { query: { month: '2026-10', service: 'x' } });
  // @ts-expect-error -- the answer of an operation that pages use has no such key
  const key: keyof Answer<'listTokens'> = 'users';
  return [count, key];
}
