import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { toldEvents } from '../../core/ticket/visibility.js';
import { notifyLanguages } from '../../i18n/mail.js';
import type { targetJson } from '../../render/notifications.js';
import type { ParameterFault } from '../../http/problem.js';
import { faultsIn } from '../faults-in.js';
import { addPage, type Ask, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import { cursor, customersOf, field, orNull, rowsOfPage, ticked } from './users.js';

type Target = ReturnType<typeof targetJson>;
type Added = Target & { readonly secret: string | null };
interface Fields {
  readonly kind: string;
  readonly address: string;
  readonly language: string;
  readonly customer: string;
  readonly events: readonly string[];
}
interface Shown {
  readonly ask: Ask;
  readonly shell: Shell;
  readonly cursor?: string | undefined;
  readonly done?: string | undefined;
  readonly wrong?: readonly ParameterFault[];
  readonly fields?: Fields;
  /** The one that was just added, with the secret that is shown this once. */
  readonly added?: Added;
}

const kinds = ['mail', 'webhook'] as const;

/** `/notifications`: who is told of what, by mail or webhook; customers see and change their own. */
export function targetPages(server: FastifyInstance, portal: PortalOptions): void {
  const show = async (
    { ask, shell, cursor: from, done, wrong = [], fields, added }: Shown,
    status = 200,
  ): Promise<PageAnswer> => {
    type Answer = { readonly targets: readonly Target[]; readonly nextCursor: string | null };
    const answer = await ask<Answer>('listNotificationTargets', {
      query: { limit: rowsOfPage, ...(from !== undefined && { cursor: from }) },
    });
    if (answer === null) return null;
    const names = new Map(customersOf(portal).map(({ id, name }) => [id, name]));
    const own = shell.customer !== null;
    return {
      view: 'notifications',
      title: shell.w.admin.notifications.title,
      status,
      page: {
        next: answer.nextCursor,
        done: done ?? null,
        wrong,
        added: added ?? null,
        own,
        targets: answer.targets.map((one) => ({
          ...one,
          customerName: one.customer === null ? null : (names.get(one.customer) ?? one.customer),
        })),
        kinds,
        events: toldEvents,
        tongues: notifyLanguages,
        customers: own ? [] : customersOf(portal),
        fields: fields ?? {
          kind: 'mail',
          address: '',
          language: shell.language,
          customer: '',
          events: ['report-filed', 'report-state', 'report-comment'],
        },
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/notifications',
    access: 'notifications:read',
    query: z.object({ cursor: cursor(), done: z.string().max(20).optional() }),
    handle: ({ query, ask, shell }) => show({ ask, shell, ...query }),
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/notifications',
    access: 'notifications:write',
    secret: true,
    body: z.object({
      kind: z.enum(kinds).catch('mail').default('mail'),
      address: field(2000),
      events: ticked(),
      language: field(20),
      customer: field(100),
    }),
    handle: async ({ body, ask, shell }) => {
      const { kind, address, events, language, customer } = body;
      try {
        const added = await ask<Added>('addNotificationTarget', {
          body: {
            kind,
            address: address.trim(),
            events,
            language: orNull(language),
            customer: shell.customer === null ? orNull(customer) : null,
          },
        });
        if (added === null) return null;
        if (added.secret === null) return { to: '/notifications?done=add' };
        return await show({ ask, shell, added }, 201);
      } catch (error) {
        const wrong = faultsIn(error);
        if (wrong === null) throw error;
        return show({ ask, shell, wrong, fields: body }, 400);
      }
    },
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/notifications/:id/remove',
    access: 'notifications:write',
    params: z.object({ id: z.string().max(200) }),
    handle: async ({ params, ask, shell }) => {
      try {
        await ask('removeNotificationTarget', { params });
        return { to: '/notifications?done=remove' };
      } catch (error) {
        const wrong = faultsIn(error);
        if (wrong === null) throw error;
        return show({ ask, shell, wrong }, 400);
      }
    },
  });
}
