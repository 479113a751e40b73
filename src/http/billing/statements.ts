import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Statements } from '../../engine/statement/statements.js';
import { summaryJson } from '../../render/billing/json.js';
import { seesWholeMonth } from '../access/whole-month.js';
import { id, month, text, words, type Reading } from '../route/input.js';
import { addRoute } from '../route/route.js';
import { outcome, statement, summary } from './answers.js';

const tag = 'statements';

export const whole = () =>
  text(
    (given): Reading<number> =>
      /^\d{1,15}$/.test(given) ? { value: Number(given) } : { detail: 'is no whole number' },
    { description: 'a whole number', pattern: '^\\d{1,15}$' },
  );

/** `/api/v1/statements`: drafts and sealed revisions of months; made of amounts: who may not see those has none. */
export function statementRoutes(server: FastifyInstance, statements: Statements): void {
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/statements', operationId: 'listStatements', tag },
    access: 'statements:read',
    summary: 'Drafts and every sealed revision, without their documents.',
    query: z.strictObject({ month: month().optional(), service: id().optional() }),
    answer: { description: 'the statements', schema: z.strictObject({ statements: z.array(summary) }) },
    handle: async ({ query, caller }) => {
      const { month: name, service } = query;
      const rows = await statements.list({
        ...(name !== undefined && { month: name }),
        ...(service !== undefined && { service }),
      });
      const seen = rows.filter((row) => seesWholeMonth(caller, row.customer, row.month));
      return { statements: seen.map(summaryJson) };
    },
  });
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/statements/:month/:service', operationId: 'getStatement', tag },
    access: 'statements:read',
    summary: 'A sealed revision (the latest unless told), else the draft; or as it would be drawn up now.',
    params: z.strictObject({ month: month(), service: id() }),
    query: z.strictObject({
      revision: whole().optional(),
      toDate: z.enum(['true', 'false']).default('false'),
    }),
    answer: { description: 'the statement', schema: statement },
    handle: async ({ params, query, caller }) => {
      const { month: name, service } = params;
      const [drawn] = query.toDate === 'true' ? await statements.draw(name, [service]) : [];
      const found = drawn ? { document: drawn } : await statements.show(name, service, query.revision);
      return seesWholeMonth(caller, found.document.customer, name) ? found : null;
    },
  });
  const services = z
    .array(id())
    .min(1)
    .max(10_000)
    .nullish()
    .meta({ description: 'all of the month by default' });
  const asked = { services, acceptIncomplete: words(2000).nullish() };
  const answer = {
    description: 'what became of each',
    schema: z.strictObject({ statements: z.array(outcome) }),
  };
  addRoute(server, {
    ...{ method: 'POST', url: '/api/v1/statements/:month/seal', operationId: 'sealStatements', tag, answer },
    access: 'statements:seal',
    summary: 'Seals statements of a month that is over; sealing again is no fault.',
    params: z.strictObject({ month: month() }),
    body: z.strictObject(asked).nullish(),
    handle: async ({ params, body, caller }) => ({
      statements: await statements.seal(caller.principal.name, {
        month: params.month,
        services: body?.services ?? null,
        acceptIncomplete: body?.acceptIncomplete ?? null,
      }),
    }),
  });
  addRoute(server, {
    ...{
      method: 'POST',
      url: '/api/v1/statements/:month/revise',
      operationId: 'reviseStatements',
      tag,
      answer,
    },
    access: 'statements:seal',
    summary: 'Seals another revision of what has changed since it was sealed.',
    params: z.strictObject({ month: month() }),
    body: z.strictObject({ ...asked, dryRun: z.boolean().nullish() }).nullish(),
    handle: async ({ params, body, caller }) => ({
      statements: await statements.revise(caller.principal.name, {
        month: params.month,
        services: body?.services ?? null,
        acceptIncomplete: body?.acceptIncomplete ?? null,
        dryRun: body?.dryRun ?? false,
      }),
    }),
  });
}
