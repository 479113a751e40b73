import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { disputeMoves } from '../../core/billing/disputes.js';
import type { Billing } from '../../services/credits/billing.js';
import { disputeJson } from '../../render/credits.js';
import type { Caller } from '../access/caller.js';
import { id, words } from '../route/input.js';
import { addRoute, pageAnswer, pageOf, pageQuery } from '../route/route.js';
import { dispute } from './statements.js';
import { hasFullMonthAccess } from '../access/month-access.js';

const tag = 'disputes';

/** `/api/v1/disputes`: what customers say against sealed statements. */
export function disputeRoutes(
  server: FastifyInstance,
  { disputes, statements }: Pick<Billing, 'disputes' | 'statements'>,
): void {
  const sees = async (caller: Caller, statement: string): Promise<boolean> => {
    const [month = '', service = ''] = statement.split('/');
    const [row] = await statements.list({ month, service });
    return row !== undefined && hasFullMonthAccess(caller, row.customer, month);
  };
  addRoute(server, {
    method: 'GET',
    url: '/api/v1/disputes',
    operationId: 'listDisputes',
    tag,
    access: 'disputes:read',
    summary: 'Disputes with all that was said.',
    query: z.strictObject({
      statement: id().optional(),
      open: z.enum(['true', 'false']).default('false'),
      ...pageQuery,
    }),
    answer: {
      description: 'a page of the disputes',
      schema: z.strictObject({ disputes: z.array(dispute), ...pageAnswer }),
    },
    handle: async ({ query: { statement, open, ...place }, caller }) => {
      const found = await disputes.list({
        ...(statement !== undefined && { statement }),
        open: open === 'true',
      });
      const seen = await Promise.all(found.map((one) => sees(caller, one.statement)));
      const own = found.filter((_, index) => seen[index]);
      const { page, nextCursor } = pageOf(own, place, ({ id: key }) => key);
      return { disputes: page.map(disputeJson), nextCursor };
    },
  });
  addRoute(server, {
    method: 'POST',
    url: '/api/v1/disputes',
    operationId: 'openDispute',
    tag,
    access: 'disputes:open',
    summary: 'Opens a dispute against a sealed statement. Its text stays for ever: it names nobody.',
    body: z.strictObject({
      statement: id(),
      text: words(4000),
      revision: z.int().min(1).nullish(),
      contact: id().nullish(),
    }),
    answer: { status: 201, description: 'opened', schema: dispute },
    handle: async ({ body: { statement, text, revision, contact }, caller }) => {
      if (caller.reach === 'own' && !(await sees(caller, statement))) return null;
      const request = { statement, text, contact: contact ?? null };
      const opened = await disputes.open(caller.principal.name, {
        ...request,
        ...(revision == null ? {} : { revision }),
      });
      return disputeJson(opened);
    },
  });
  for (const move of disputeMoves) {
    addRoute(server, {
      method: 'POST',
      url: `/api/v1/disputes/:id/${move}`,
      operationId: `${move}Dispute`,
      tag,
      access: 'disputes:decide',
      summary: `To ${move} a dispute.`,
      params: z.strictObject({ id: id() }),
      body: z.strictObject({ text: words(4000) }),
      answer: { description: 'done', schema: dispute },
      handle: async ({ params, body, caller }) =>
        disputeJson(await disputes.move(caller.principal.name, move, params.id, body.text)),
    });
  }
}
