import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { actorOfPrincipal } from '../../core/access/rules.js';
import { periodJson } from '../../render/batches.js';
import { isoInstant } from '../../render/figures.js';
import type { Billing } from '../../services/credits/billing.js';
import { month, words } from '../route/input.js';
import { addOperation, isoTime } from '../route/route.js';
import { outcomes, servicesAsked } from './statements.js';

const tag = 'periods';
const url = '/api/v1/periods';

const period = z.strictObject({
  month: z.string(),
  lockedAt: isoTime(),
  lockedBy: z.string(),
  note: z.string().nullable(),
});

/** `/api/v1/periods`: months whose postings are final; and what is before a sealing: its order, a second person. */
export function periodRoutes(
  server: FastifyInstance,
  { periods, statements }: Pick<Billing, 'periods' | 'statements'>,
) {
  const listPeriods = addOperation(server, {
    method: 'GET',
    url,
    operationId: 'listLockedPeriods',
    tag,
    access: 'periods:read',
    summary: 'The months that are locked: nothing is posted into them. Every other month is open.',
    query: z.strictObject({}),
    answer: { description: 'the locked months', schema: z.strictObject({ periods: z.array(period) }) },
    handle: async () => ({ periods: (await periods.list()).map(periodJson) }),
  });
  const params = z.strictObject({ month: month() });
  const lockPeriod = addOperation(server, {
    method: 'POST',
    url: `${url}/:month/lock`,
    operationId: 'lockPeriod',
    tag,
    access: 'periods:lock',
    summary:
      'Locks a month that is over and whose batches are all confirmed or withdrawn; again is no fault.',
    params,
    body: z.strictObject({ note: words('reason').nullish() }).nullish(),
    answer: { description: 'locked', schema: period },
    handle: async ({ params: { month: of }, body, caller }) =>
      periodJson(await periods.lock(actorOfPrincipal(caller.principal), of, body?.note ?? null)),
  });
  const unlockPeriod = addOperation(server, {
    method: 'POST',
    url: `${url}/:month/unlock`,
    operationId: 'unlockPeriod',
    tag,
    access: 'periods:unlock',
    summary: 'Opens a locked month again, with a reason; only another person than the one who locked it.',
    params,
    body: z.strictObject({ reason: words('reason') }),
    answer: { description: 'open', schema: z.strictObject({ month: z.string() }) },
    handle: async ({ params: { month: of }, body, caller }) => {
      await periods.unlock(actorOfPrincipal(caller.principal), of, body.reason);
      return { month: of };
    },
  });
  const listUnsealedBefore = addOperation(server, {
    method: 'GET',
    url: '/api/v1/unsealed/:month',
    operationId: 'listUnsealedBefore',
    tag: 'statements',
    access: 'statements:read',
    summary: 'Services of which earlier months are not sealed: to seal this one needs a reason.',
    params,
    query: z.strictObject({}),
    answer: {
      description: 'the services, each with those months',
      schema: z.strictObject({
        services: z.array(z.strictObject({ service: z.string(), months: z.array(z.string()) })),
      }),
    },
    handle: async ({ params, caller }) => {
      // It names every service.
      if (caller.reach === 'own') return null;
      const found = await statements.unsealedBefore(params.month);
      return { services: [...found].map(([service, months]) => ({ service, months: [...months] })) };
    },
  });
  const prepareStatements = addOperation(server, {
    method: 'POST',
    url: '/api/v1/statements/:month/prepare',
    operationId: 'prepareStatements',
    tag: 'statements',
    access: 'statements:seal',
    summary:
      'Notes that somebody looked at what would be sealed next, drafts and revisions; with statements.twoPersonSealing ' +
      'another person seals it then.',
    params,
    body: z.strictObject({ services: servicesAsked() }).nullish(),
    answer: outcomes,
    handle: async ({ params: { month: of }, body, caller }) => ({
      statements: await statements.prepare(actorOfPrincipal(caller.principal), {
        month: of,
        services: body?.services ?? null,
      }),
    }),
  });
  const listPreparations = addOperation(server, {
    method: 'GET',
    url: '/api/v1/prepared/:month',
    operationId: 'listPreparations',
    tag: 'statements',
    access: 'statements:read',
    summary: 'Who prepared what would be sealed next, as long as that is the same.',
    params,
    query: z.strictObject({}),
    answer: {
      description: 'each by one person',
      schema: z.strictObject({
        prepared: z.array(
          z.strictObject({ id: z.string(), revision: z.int(), by: z.string(), at: isoTime() }),
        ),
      }),
    },
    handle: async ({ params: { month: of }, caller }) => {
      if (caller.reach === 'own') return null;
      const found = await statements.preparations(of);
      const prepared = found.map(({ id, revision, actor, at }) => ({
        id,
        revision,
        by: actor,
        at: isoInstant(at),
      }));
      return { prepared };
    },
  });
  return { prepareStatements, listPreparations, listPeriods, lockPeriod, unlockPeriod, listUnsealedBefore };
}
