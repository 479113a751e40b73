import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { addPage, type PortalOptions } from '../page.js';

const pageLength = 100;

/** `/ledger`: whether the history is the one that was written, and who did and saw what. */
export function ledgerPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/ledger',
    access: 'audit:read',
    query: z.object({
      before: z
        .string()
        .max(15)
        .regex(/^\d{1,15}$/)
        .optional()
        .catch(undefined),
    }),
    handle: async ({ query: { before }, caller, shell }) => {
      const audit = await api.verifyAudit(caller);
      // Pages go from the newest back; the trail is numbered without a gap.
      const end = before === undefined ? audit.trail.entries : Number(before);
      const cursor = Math.max(0, end - pageLength);
      const trail = await api.listTrail(caller, {
        query: { limit: String(Math.max(1, Math.min(pageLength, end - cursor))), cursor: String(cursor) },
      });
      return {
        view: 'ledger',
        title: shell.w.finance.ledger.title,
        page: { audit, entries: trail.entries.toReversed(), older: cursor > 0 ? cursor : null },
      };
    },
  });
}
