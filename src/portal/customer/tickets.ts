import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { subjectOf } from '../../render/ticket-texts.js';
import { addPage, type PortalOptions } from '../page.js';

export const openStates = ['filed', 'acknowledged', 'investigating', 'resolved', 'reopened'].join(',');

/** `/faults`: the reports of whoever looks, with the clocks that run. */
export function ticketsPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/faults',
    access: 'faults:read',
    query: z.object({
      show: z.enum(['open', 'all']).catch('open').default('open'),
      cursor: z.string().max(20).optional(),
      incident: z.string().max(20).optional(),
    }),
    handle: async ({ query: { show, cursor, incident }, caller, shell }) => {
      const { reports, nextCursor } = await api.listFaultReports(caller, {
        query: {
          limit: '50',
          ...(show === 'open' && { state: openStates }),
          cursor,
          incident,
        },
      });
      const names = new Map(portal.config().book.customers.map(({ id, name }) => [id, name]));
      return {
        view: 'faults',
        title: shell.w.faults.title,
        scripts: ['htmx.js'],
        page: {
          show,
          incident: incident ?? null,
          next: nextCursor,
          first: cursor === undefined && incident === undefined,
          reports: reports.map((one) => ({
            ...one,
            subject: subjectOf(one, shell),
            customerName: names.get(one.customer) ?? one.customer,
          })),
          named: new Set(reports.map(({ customer }) => customer)).size > 1,
        },
      };
    },
  });
}
