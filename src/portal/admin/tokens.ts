import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { roles } from '../../core/access/rules.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { Caller } from '../../http/access/caller.js';
import type { ParameterFault } from '../../http/problem.js';
import { orNull } from '../forms.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import { cursor, customersOf, field, rowsOfPage, ticked } from './users.js';

interface Fields {
  readonly name: string;
  readonly roles: readonly string[];
  readonly customer: string;
  readonly scopes: string;
  readonly days: string;
}
interface Shown {
  readonly caller: Caller;
  readonly shell: Shell;
  readonly cursor?: string | undefined;
  readonly done?: string | undefined;
  readonly wrong?: readonly ParameterFault[];
  readonly fields?: Fields;
  /** The one that was just made, with what is shown this once. */
  readonly made?: Answer<'createToken'>;
}

const days = ['30', '90', '365', 'never'] as const;
const dayMs = 86_400_000;

/** `/tokens`: what programs come in with; to make one, which is shown this once, and to revoke it. */
export function tokenPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  const show = async (
    { caller, shell, cursor: from, done, wrong = [], fields, made }: Shown,
    status = 200,
  ): Promise<PageAnswer> => {
    const answer = await api.listTokens(caller, {
      query: { limit: rowsOfPage, cursor: from },
    });
    return {
      view: 'tokens',
      title: shell.w.admin.tokens.title,
      status,
      page: {
        tokens: answer.tokens,
        next: answer.nextCursor,
        done: done ?? null,
        wrong,
        made: made ?? null,
        roles,
        customers: customersOf(portal),
        days,
        fields: fields ?? { name: '', roles: [], customer: '', scopes: '', days: '90' },
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/tokens',
    access: 'tokens:read',
    query: z.object({ cursor: cursor(), done: z.string().max(20).optional() }),
    handle: ({ query, caller, shell }) => show({ caller, shell, ...query }),
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/tokens',
    access: 'tokens:write',
    secret: true,
    body: z.object({
      name: field(100),
      customer: field(100),
      roles: ticked(),
      scopes: field(2000),
      days: z.enum(days).catch('90').default('90'),
    }),
    handle: async ({ body, caller, shell }) => {
      const scopes = body.scopes.split(/[\s,]+/).filter((one) => one !== '');
      const until = portal.now() + Number(body.days) * dayMs;
      const expiresAt = body.days === 'never' ? null : formatInstant(until, 'UTC');
      const made = await api.createToken(caller, {
        body: {
          name: body.name,
          roles: body.roles,
          customer: orNull(body.customer),
          expiresAt,
          scopes: scopes.length > 0 ? scopes : null,
        },
      });
      return await show({ caller, shell, made }, 201);
    },
    refused: ({ body, caller, shell }, wrong) => show({ caller, shell, wrong, fields: body }, 400),
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/tokens/:id/revoke',
    access: 'tokens:write',
    params: z.object({ id: z.string().max(200) }),
    handle: async ({ params, caller }) => {
      await api.revokeToken(caller, { params });
      return { to: '/tokens?done=revoke' };
    },
    refused: ({ caller, shell }, wrong) => show({ caller, shell, wrong }, 400),
  });
}
