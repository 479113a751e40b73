import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { roles } from '../../core/access/rules.js';
import { formatInstant } from '../../core/time/calendar.js';
import type { tokenJson } from '../../render/access.js';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import { addPage, type Ask, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import { cursor, customersOf, field, orNull, rowsOfPage, ticked } from './users.js';

type Token = ReturnType<typeof tokenJson>;
interface Fields {
  readonly name: string;
  readonly roles: readonly string[];
  readonly customer: string;
  readonly scopes: string;
  readonly days: string;
}
interface Shown {
  readonly ask: Ask;
  readonly shell: Shell;
  readonly cursor?: string | undefined;
  readonly done?: string | undefined;
  readonly wrong?: readonly ParameterFault[];
  readonly fields?: Fields;
  /** The one that was just made, with what is shown this once. */
  readonly made?: Token & { readonly token: string };
}

const days = ['30', '90', '365', 'never'] as const;
const dayMs = 86_400_000;

/** `/tokens`: what programs come in with; to make one, which is shown this once, and to revoke it. */
export function tokenPages(server: FastifyInstance, portal: PortalOptions): void {
  const show = async (
    { ask, shell, cursor: from, done, wrong = [], fields, made }: Shown,
    status = 200,
  ): Promise<PageAnswer> => {
    type Answer = { readonly tokens: readonly Token[]; readonly nextCursor: string | null };
    const answer = await ask<Answer>('listTokens', {
      query: { limit: rowsOfPage, ...(from !== undefined && { cursor: from }) },
    });
    if (answer === null) return null;
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
    handle: ({ query, ask, shell }) => show({ ask, shell, ...query }),
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
    handle: async ({ body, ask, shell }) => {
      const scopes = body.scopes.split(/[\s,]+/).filter((one) => one !== '');
      const until = portal.now() + Number(body.days) * dayMs;
      const expiresAt = body.days === 'never' ? null : formatInstant(until, 'UTC');
      try {
        const made = await ask<Token & { readonly token: string }>('createToken', {
          body: {
            name: body.name,
            roles: body.roles,
            customer: orNull(body.customer),
            expiresAt,
            scopes: scopes.length > 0 ? scopes : null,
          },
        });
        return made && (await show({ ask, shell, made }, 201));
      } catch (error) {
        const wrong = faultsIn(error);
        if (wrong === null) throw error;
        return show({ ask, shell, wrong, fields: body }, 400);
      }
    },
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/tokens/:id/revoke',
    access: 'tokens:write',
    params: z.object({ id: z.string().max(200) }),
    handle: async ({ params, ask, shell }) => {
      try {
        await ask('revokeToken', { params });
        return { to: '/tokens?done=revoke' };
      } catch (error) {
        const wrong = faultsIn(error);
        if (wrong === null) throw error;
        return show({ ask, shell, wrong }, 400);
      }
    },
  });
}
