import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { StatementDocument } from '../../../core/statement/document.js';
import { isMonthName } from '../../../core/time/month.js';
import { creditBlocks } from '../../../render/report/compose/credit.js';
import { reportFormats } from '../../../render/report/formats.js';
import { localeOf } from '../../../render/report/locale.js';
import { addPage, type PortalOptions } from '../page.js';
import { outagesOf } from './outages-of.js';
import { statementsOf } from './statements-of.js';

interface Statement {
  readonly document: StatementDocument;
  readonly hash?: string;
  readonly key?: string;
  readonly sealedAt?: string;
  readonly sealedBy?: string;
}

/** `/months/2026-10/SERVICE`: one statement, where each of its amounts comes from, and how its revisions differ. */
export function financeStatementPage(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    ...{ method: 'GET', url: '/months/:month/:service', access: 'statements:read' },
    params: z.object({ month: z.string().max(20), service: z.string().max(200) }),
    query: z.object({
      revision: z
        .string()
        .regex(/^[1-9]\d{0,8}$/)
        .optional()
        .catch(undefined),
      now: z.literal('yes').optional().catch(undefined),
    }),
    handle: async ({ params: { month, service }, query: { revision, now }, ask, shell }) => {
      if (!isMonthName(month)) return null;
      const found = await ask<Statement>('getStatement', {
        params: { month, service },
        query: { ...(revision !== undefined && { revision }), ...(now === 'yes' && { toDate: 'true' }) },
      });
      if (found === null) return null;
      const { document, ...seal } = found;
      const { book } = portal.config();
      return {
        ...{ view: 'finance-statement', title: `${service} · ${shell.f.month(month)}` },
        page: {
          ...{
            month,
            service,
            document,
            seal: seal.sealedBy === undefined ? null : seal,
            now: now === 'yes',
          },
          outages: outagesOf(document.outages),
          all: await statementsOf(ask, { month, service }),
          credit: creditBlocks({ document, locale: localeOf(shell.language) }),
          ...{ formats: reportFormats, revision: revision ?? null },
          customerName: book.customers.find(({ id }) => id === document.customer)?.name ?? document.customer,
        },
      };
    },
  });
}
