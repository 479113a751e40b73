import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { networkEventNames } from '../../core/network-event.js';
import { addedKinds, chatKinds, incidentKinds, isReadyMade } from '../../core/target-kinds.js';
import { billingEvents } from '../../core/billing/notices.js';
import { notifiableEvents } from '../../core/ticket/visibility.js';
import { reportLanguages } from '../../i18n/languages.js';
import type { Caller } from '../../http/access/caller.js';
import type { ParameterFault } from '../../http/problem.js';
import { orNull } from '../forms.js';
import { addPage, type Answer, type PageAnswer, type PortalOptions } from '../page.js';
import type { Shell } from '../shell.js';
import { cursor, customersOf, field, rowsOfPage, ticked } from './users.js';

interface Fields {
  readonly kind: string;
  readonly address: string;
  /** Never shown again, and so never put back into the form. */
  readonly secret: string;
  readonly language: string;
  readonly customer: string;
  readonly events: readonly string[];
}
interface Shown {
  readonly caller: Caller;
  readonly shell: Shell;
  readonly cursor?: string | undefined;
  readonly done?: string | undefined;
  readonly wrong?: readonly ParameterFault[];
  readonly fields?: Fields;
  /** The one that was just added, with the secret that is shown this once. */
  readonly added?: Answer<'addNotificationTarget'>;
}

/** Kinds with a key that the service gave. */
const keyedKinds: readonly string[] = ['pagerduty', 'opsgenie', 'dingtalk'];
/** Customers are told by these only. */
const customerKinds = ['mail', 'webhook'] as const;
const operatorKinds = [...customerKinds, ...incidentKinds, ...chatKinds] as const;

/**
 * `/notifications`: who is told of what, by mail, by webhook, or in the format of a pager or chat; customers see and
 * change their own.
 */
export function targetPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  const show = async (
    { caller, shell, cursor: from, done, wrong = [], fields, added }: Shown,
    status = 200,
  ): Promise<PageAnswer> => {
    const answer = await api.listNotificationTargets(caller, {
      query: { limit: rowsOfPage, cursor: from },
    });
    const names = new Map(customersOf(portal).map(({ id, name }) => [id, name]));
    const isTenant = shell.customer !== null;
    return {
      view: 'notifications',
      title: shell.w.admin.notifications.title,
      status,
      page: {
        next: answer.nextCursor,
        done: done ?? null,
        wrong,
        added: added ?? null,
        own: isTenant,
        targets: answer.targets.map((one) => ({
          ...one,
          customerName: one.customer === null ? null : (names.get(one.customer) ?? one.customer),
        })),
        kinds: isTenant ? customerKinds : operatorKinds,
        events: [...notifiableEvents, ...billingEvents],
        networkEvents: isTenant ? [] : networkEventNames,
        quietHours: isTenant ? null : portal.config().notifications.quietHours,
        tongues: reportLanguages,
        customers: isTenant ? [] : customersOf(portal),
        fields: fields ?? {
          kind: 'mail',
          address: '',
          secret: '',
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
    handle: ({ query, caller, shell }) => show({ caller, shell, ...query }),
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/notifications',
    access: 'notifications:write',
    secret: true,
    body: z.object({
      kind: z.enum(addedKinds).catch('mail').default('mail'),
      address: field(2000),
      secret: field(200),
      events: ticked(),
      language: field(20),
      customer: field(100),
    }),
    handle: async ({ body, caller, shell }) => {
      const { kind, address, language, customer } = body;
      const secret = keyedKinds.includes(kind) ? orNull(body.secret) : null;
      // The boxes of fault reports are ticked before a kind is chosen that is not told of them.
      const events = isReadyMade(kind)
        ? body.events.filter(
            (event) => !([...notifiableEvents, ...billingEvents] as readonly string[]).includes(event),
          )
        : body.events;
      const added = await api.addNotificationTarget(caller, {
        body: {
          kind,
          address: address.trim(),
          events,
          secret,
          language: orNull(language),
          customer: shell.customer === null ? orNull(customer) : null,
        },
      });
      // A key that was typed in is known already.
      if (added.secret === null || secret !== null) return { to: '/notifications?done=add' };
      return await show({ caller, shell, added }, 201);
    },
    refused: ({ body, caller, shell }, wrong) =>
      show({ caller, shell, wrong, fields: { ...body, secret: '' } }, 400),
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/notifications/:id/remove',
    access: 'notifications:write',
    params: z.object({ id: z.string().max(200) }),
    handle: async ({ params, caller }) => {
      await api.removeNotificationTarget(caller, { params });
      return { to: '/notifications?done=remove' };
    },
    refused: ({ caller, shell }, wrong) => show({ caller, shell, wrong }, 400),
  });
}
