import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Part, StatementDocument } from '../../../core/statement/document.js';
import { isMonthName } from '../../../core/time/month.js';
import { creditBlocks } from '../../../render/report/compose/credit.js';
import { rulingBlocks } from '../../../render/report/compose/origin.js';
import { observedPercent, resultOf } from '../../../render/report/observed.js';
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
      const locale = localeOf(shell.language);
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
          credit: creditBlocks({ document, locale }),
          rulings: rulingBlocks({ document, locale }),
          availabilityOf: (part: Part) => {
            const { text: result, tone } = resultOf(part.met, locale);
            const least = part.availabilityLowerBoundPercent ?? null;
            return { least, observed: observedPercent(part), result, tone };
          },
          ...{ formats: reportFormats, revision: revision ?? null },
          customerName: book.customers.find(({ id }) => id === document.customer)?.name ?? document.customer,
        },
      };
    },
  });
}
