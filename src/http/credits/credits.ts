import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { creditStatuses } from '../../core/billing/credit.js';
import type { Credits } from '../../services/credits/credits.js';
import { creditJson } from '../../render/credits.js';
import { id, limit, month, words } from '../route/input.js';
import { addOperation } from '../route/route.js';
import { credit, credits as creditList, feed, whole } from './statements.js';

const tag = 'credits';
const note = words('reason').nullish();

/** `/api/v1/credits`: what statements owe, for finance's system. */
export function creditRoutes(server: FastifyInstance, credits: Credits) {
  const listCredits = addOperation(server, {
    method: 'GET',
    url: '/api/v1/credits',
    operationId: 'listCredits',
    tag,
    access: 'credits:read',
    summary:
      'What became owed or was taken back after a cursor, at least once and in a stable order; changes nothing.',
    query: z.strictObject({
      since: whole().optional(),
      limit: limit().optional(),
      month: month().optional(),
      customer: id().optional(),
      status: z.enum(creditStatuses).optional(),
      after: id().optional().meta({
        description: 'a credit: of those asked for without `since`, the ones that came after it',
      }),
    }),
    answer: { description: 'the credits, and the cursor for the next time', schema: feed },
    handle: async ({ query }) => {
      const { since = 0, limit: most = 1000, month: name, customer, status, after } = query;
      const isFeed = [name, customer, status, after].every((each) => each === undefined);
      if (isFeed) {
        const page = await credits.feed({ since, limit: most });
        return { credits: page.credits.map(creditJson), cursor: page.cursor };
      }
      const rows = await credits.list({
        ...(query.since !== undefined && { since }),
        limit: most,
        ...(name !== undefined && { month: name }),
        ...(customer !== undefined && { customer }),
        ...(status !== undefined && { status }),
        ...(after !== undefined && { after }),
      });
      return {
        credits: rows.map(creditJson),
        cursor: query.since === undefined ? since : (rows.at(-1)?.cursor ?? since),
      };
    },
  });
  const write = { method: 'POST', tag, access: 'credits:write' } as const;
  const exportCredits = addOperation(server, {
    ...write,
    url: '/api/v1/credits/export',
    operationId: 'exportCredits',
    summary: "The same, and notes that finance's system has them.",
    body: z
      .strictObject({ since: z.int().min(0).nullish(), limit: z.int().min(1).max(1000).nullish() })
      .nullish(),
    answer: { description: 'the credits, and the cursor for the next time', schema: feed },
    handle: async ({ body, caller }) => {
      const query = { since: body?.since ?? 0, limit: body?.limit ?? 1000 };
      const page = await credits.export(caller.principal.name, query);
      return { credits: page.credits.map(creditJson), cursor: page.cursor };
    },
  });
  const settleCredits = addOperation(server, {
    ...write,
    url: '/api/v1/credits/settle',
    operationId: 'settleCredits',
    summary: 'Notes that they were paid; all of them or none.',
    body: z.strictObject({ ids: z.array(id()).min(1).max(1000), note }),
    answer: { description: 'settled', schema: creditList },
    handle: async ({ body, caller }) => {
      const rows = await credits.settle(caller.principal.name, body.ids, body.note ?? null);
      return { credits: rows.map(creditJson) };
    },
  });
  const one = {
    ...write,
    params: z.strictObject({ id: id() }),
    answer: { description: 'done', schema: credit },
  };
  const claimCredit = addOperation(server, {
    ...one,
    url: '/api/v1/credits/:id/claim',
    operationId: 'claimCredit',
    summary:
      'Notes that the customer claimed it; `late` after its last day, with a note that says why it counts.',
    body: z.strictObject({ note, late: z.boolean().nullish() }).nullish(),
    handle: async ({ params, body, caller }) =>
      creditJson(
        await credits.claim(caller.principal.name, params.id, body?.note ?? null, body?.late ?? false),
      ),
  });
  const reverseCredit = addOperation(server, {
    ...one,
    url: '/api/v1/credits/:id/reverse',
    operationId: 'reverseCredit',
    summary: 'Takes it back; what was exported, by a row of its own.',
    body: z.strictObject({ reason: words('reason') }),
    handle: async ({ params, body, caller }) =>
      creditJson(await credits.reverse(caller.principal.name, params.id, body.reason)),
  });
  return { listCredits, exportCredits, settleCredits, claimCredit, reverseCredit };
}
