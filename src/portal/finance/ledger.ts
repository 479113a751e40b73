import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { audited } from '../../http/ledger/answers.js';
import { addPage, type PortalOptions } from '../page.js';

const pageLength = 100;

interface Entry {
  readonly seq: number;
  readonly at: string;
  readonly name: string;
  readonly action: string;
  readonly target: string;
  readonly status: number;
  readonly amounts: boolean;
}
type Trail = { readonly entries: readonly Entry[]; readonly nextCursor: string | null };

/** `/ledger`: whether the history is the one that was written, and who did and saw what. */
export function ledgerPage(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    method: 'GET',
    url: '/ledger',
    access: 'audit:read',
    query: z.object({
      before: z
        .string()
        .regex(/^\d{1,15}$/)
        .optional()
        .catch(undefined),
    }),
    handle: async ({ query: { before }, ask, shell }) => {
      const audit = await ask<z.output<typeof audited>>('verifyAudit');
      // Pages go from the newest back; the trail is numbered without a gap.
      const end = before === undefined ? (audit?.trail.entries ?? 0) : Number(before);
      const cursor = Math.max(0, end - pageLength);
      const trail = await ask<Trail>('listTrail', {
        query: { limit: String(Math.max(1, Math.min(pageLength, end - cursor))), cursor: String(cursor) },
      });
      return {
        view: 'ledger',
        title: shell.w.finance.ledger.title,
        page: { audit, entries: (trail?.entries ?? []).toReversed(), older: cursor > 0 ? cursor : null },
      };
    },
  });
}
