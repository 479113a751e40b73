import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { report } from '../../http/tickets/answers.js';
import { addPage, type PortalOptions } from '../page.js';

export type ShownReport = z.output<typeof report>;

const open = ['filed', 'acknowledged', 'investigating', 'resolved', 'reopened'].join(',');

/** `/faults`: the reports of whoever looks, with the clocks that run. */
export function ticketsPage(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    method: 'GET',
    url: '/faults',
    access: 'faults:read',
    query: z.object({
      show: z.enum(['open', 'all']).catch('open').default('open'),
      cursor: z.string().max(20).optional(),
      incident: z.string().max(20).optional(),
    }),
    handle: async ({ query: { show, cursor, incident }, ask, shell }) => {
      type Answer = { readonly reports: readonly ShownReport[]; readonly nextCursor: string | null };
      const answer = await ask<Answer>('listFaultReports', {
        query: {
          limit: '50',
          ...(show === 'open' && { state: open }),
          ...(cursor !== undefined && { cursor }),
          ...(incident !== undefined && { incident }),
        },
      });
      const reports = answer?.reports ?? [];
      const names = new Map(portal.config().book.customers.map(({ id, name }) => [id, name]));
      return {
        view: 'faults',
        title: shell.w.faults.title,
        scripts: ['htmx.js'],
        page: {
          show,
          incident: incident ?? null,
          next: answer?.nextCursor ?? null,
          first: cursor === undefined && incident === undefined,
          reports: reports.map((one) => ({ ...one, customerName: names.get(one.customer) ?? one.customer })),
          named: new Set(reports.map(({ customer }) => customer)).size > 1,
        },
      };
    },
  });
}
