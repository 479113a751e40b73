import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { roles } from '../../core/access/rules.js';
import type { Caller } from '../../http/access/caller.js';
import type { ParameterFault } from '../../http/problem.js';
import { orNull } from '../forms.js';
import { addPage, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';

/** How many rows a page has. */
export const rowsOfPage = '50';

/** Where the rows before ended. */
export const cursor = () => z.string().max(2000).optional();
/** A box that is ticked, or several of one name. */
export const ticked = () =>
  z
    .union([z.string().max(100), z.array(z.string().max(100)).max(20)])
    .default([])
    .transform((given) => [given].flat());
export const field = (length: number) => z.string().max(length).default('');

export const customersOf = (portal: PortalOptions) =>
  portal.config().book.customers.map(({ id, name }) => ({ id, name }));

interface Shown {
  readonly caller: Caller;
  readonly shell: Shell;
  readonly cursor?: string | undefined;
  readonly done?: string | undefined;
  readonly wrong?: readonly ParameterFault[];
  readonly fields?: { readonly name: string; readonly roles: readonly string[]; readonly customer: string };
}

/** `/users`: who signs in with a password; to add somebody, give another password, and lock somebody out. */
export function userPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  const ofUser = z.object({ name: z.string().max(200) });
  const show = async (
    { caller, shell, cursor: from, done, wrong = [], fields }: Shown,
    status = 200,
  ): Promise<PageAnswer> => {
    const answer = await api.listUsers(caller, {
      query: { limit: rowsOfPage, cursor: from },
    });
    return {
      view: 'users',
      title: shell.w.admin.users.title,
      status,
      page: {
        users: answer.users,
        next: answer.nextCursor,
        done: done ?? null,
        wrong,
        roles: roles.filter((role) => role !== 'agent'),
        customers: customersOf(portal),
        fields: fields ?? { name: '', roles: [], customer: '' },
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/users',
    access: 'users:read',
    query: z.object({ cursor: cursor(), done: z.string().max(20).optional() }),
    handle: ({ query, caller, shell }) => show({ caller, shell, ...query }),
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/users',
    access: 'users:write',
    body: z.object({ name: field(100), password: field(1000), customer: field(100), roles: ticked() }),
    handle: async ({ body: { name, password, roles: has, customer }, caller }) => {
      await api.addUser(caller, { body: { name, password, roles: has, customer: orNull(customer) } });
      return { to: '/users?done=add' };
    },
    // All but the password comes back.
    refused: ({ body: { name, roles: has, customer }, caller, shell }, wrong) =>
      show({ caller, shell, wrong, fields: { name, roles: has, customer } }, 400),
  });
  for (const deed of ['password', 'email', 'disable', 'factor'] as const)
    addPage(server, portal, {
      method: 'POST',
      url: `/users/:name/${deed}`,
      access: 'users:write',
      params: ofUser,
      body: z.object({ password: field(1000), email: field(320) }),
      handle: async ({ params, body: { password, email }, caller }) => {
        if (deed === 'password') await api.setPassword(caller, { params, body: { password } });
        else if (deed === 'email')
          await api.setUserEmail(caller, { params, body: { email: orNull(email.trim()) } });
        else if (deed === 'disable') await api.disableUser(caller, { params });
        else await api.resetSecondFactor(caller, { params });
        return { to: `/users?done=${deed}` };
      },
      refused: ({ caller, shell }, wrong) => show({ caller, shell, wrong }, 400),
    });
}
