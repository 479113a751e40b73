import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { mostCharacters } from '../../core/text/limits.js';
import { actorOfPrincipal } from '../../core/access/rules.js';
import { creditStatuses } from '../../core/billing/credit.js';
import { filterOfState, statementStates } from '../../core/statement/filter.js';
import { extractJson } from '../../core/statement/extract.js';
import { monthAfter } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import { summaryJson } from '../../render/credits.js';
import { ValidationError } from '../../services/ledger/entries.js';
import type { Statements } from '../../services/statements/statements.js';
import type { Caller } from '../access/caller.js';
import { hasFullMonthAccess, monthAccessOf } from '../access/month-access.js';
import { id, limit, month, type Reading, text, words } from '../route/input.js';
import { percentage, statementCursor, statementPage } from './statement-page.js';
import { addOperation, amount, digits, isoTime, pageAnswer } from '../route/route.js';

const answersText = z.string();
const textOrNull = z.string().nullable();

const placed = z.strictObject({ id: answersText, level: z.int() }).nullable();
const figures = z.strictObject({
  availabilityPercent: digits(),
  availabilityLowerBoundPercent: digits().nullable(),
  observedPercent: digits(),
  commitmentPercent: digits(),
  met: z.boolean().nullable(),
  latencyBand: placed,
  lossBand: placed,
});

const summary = z.strictObject({
  id: answersText,
  month: answersText,
  service: answersText,
  customer: answersText,
  site: answersText,
  revision: z.int(),
  state: z.enum(['draft', 'sealed']),
  currency: textOrNull,
  rent: amount().meta({
    description: 'null: the caller may see no amounts of it, as of what a reseller sells',
  }),
  credit: amount(),
  complete: z.boolean(),
  hash: textOrNull.meta({ description: 'null where amounts are' }),
  at: isoTime(),
  sealedBy: textOrNull,
  changed: z
    .strictObject({ at: isoTime(), why: z.array(answersText) })
    .nullable()
    .meta({ description: 'how the source data of a sealed statement has changed since' }),
  figures: figures.nullable().meta({ description: 'null unless they were asked for' }),
});

/** The document as it is hashed; what a draft has no seal of is left out. */
const statement = z.looseObject({
  document: z
    .looseObject({
      format: answersText,
      id: answersText,
      month: answersText,
      service: answersText,
      revision: z.int(),
    })
    .meta({
      description: 'a pop-sla-statement/4 (or an earlier one, of its rule set), as it is hashed and signed',
    }),
  hash: answersText.optional(),
  key: answersText.optional(),
  signature: answersText.optional(),
  sealedAt: answersText.optional(),
  sealedBy: answersText.optional(),
});

const outcome = z.strictObject({
  id: answersText,
  outcome: z.enum(['sealed', 'already-sealed', 'prepared', 'unchanged', 'incomplete', 'refused']),
  revision: z.int().nullable(),
  hash: textOrNull,
  credit: digits(),
  currency: answersText,
  creditDifference: digits().nullable(),
  why: z.array(answersText),
});

export const servicesAsked = () =>
  z.array(id()).min(1).max(10_000).nullish().meta({ description: 'all of the month by default' });

/** What becomes of statements that somebody seals, or prepares for it. */
export const outcomes = {
  description: 'the result of each',
  schema: z.strictObject({ statements: z.array(outcome) }),
};

export const credit = z.strictObject({
  id: answersText,
  statement: answersText,
  revision: z.int(),
  kind: z.enum(['credit', 'adjustment', 'reversal']),
  of: textOrNull,
  month: answersText,
  service: answersText,
  customer: answersText,
  site: answersText,
  currency: answersText,
  gross: digits(),
  tax: digits().nullable(),
  net: digits().nullable(),
  claimBy: textOrNull,
  status: z.enum(creditStatuses),
  createdAt: isoTime(),
  changedAt: isoTime(),
  cursor: z.int(),
  note: textOrNull,
  remindedAt: isoTime().nullable(),
  batch: textOrNull.meta({ description: 'the export batch that it is in' }),
});
export const credits = z.strictObject({ credits: z.array(credit) });
export const feed = z.strictObject({
  credits: z.array(credit),
  cursor: z.int().meta({ description: 'the `since` to ask with next time' }),
});

export const person = z.strictObject({
  id: answersText,
  customer: answersText,
  name: textOrNull,
  email: textOrNull,
  phone: textOrNull,
  addedAt: isoTime(),
  changedAt: isoTime(),
  erasedAt: isoTime().nullable(),
  mutedAt: isoTime()
    .nullable()
    .meta({ description: 'since when they get no mails on statements and credits; null: they get them' }),
});

const tag = 'statements';

export const whole = () =>
  text(
    (given): Reading<number> =>
      /^\d{1,15}$/.test(given) ? { value: Number(given) } : { detail: 'is no whole number' },
    { description: 'a whole number', pattern: '^\\d{1,15}$', maxLength: mostCharacters.word },
  );

/** A refusal that tells which services there are tells a tenant of others: to it there is no such statement. */
function nothingOfOthers(error: unknown): null {
  if (error instanceof ValidationError && error.refusals.some(({ field }) => field === 'service'))
    return null;
  throw error;
}

/** `/api/v1/statements`: drafts and sealed revisions of months; who may not see their amounts gets them without. */
export function statementRoutes(server: FastifyInstance, statements: Statements, now: () => EpochMs) {
  /** Of a month, or of the last ones, in which drafts may wait to be sealed. */
  const freshen = async (of: string | undefined): Promise<void> => {
    const current = new Date(now()).toISOString().slice(0, 7);
    const months = of === undefined ? [1, 2, 3].map((back) => monthAfter(current, -back)) : [of];
    for (const each of months) await statements.freshen(each);
  };
  const listStatements = addOperation(server, {
    method: 'GET',
    url: '/api/v1/statements',
    operationId: 'listStatements',
    tag,
    access: 'statements:read',
    summary: 'Drafts and every sealed revision, without their documents.',
    query: z.strictObject({
      month: month().optional(),
      service: id().optional(),
      limit: limit().optional(),
      cursor: statementCursor().optional(),
      state: z.enum(statementStates).optional().meta({
        description:
          'draft, sealed, revised (a second or later revision), changed (its source data has, since it was sealed), incomplete',
      }),
      credited: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'those with a credit above zero whose amounts the caller sees' }),
      availabilityBelow: percentage().optional(),
      standing: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'what stands for each service only: its latest revision, else its draft' }),
      figures: z
        .enum(['true', 'false'])
        .default('false')
        .meta({ description: 'with the availability and the worst bands of each' }),
    }),
    answer: {
      description: 'a page of the statements',
      schema: z.strictObject({ statements: z.array(summary), ...pageAnswer }),
    },
    handle: async ({ query, caller }) => {
      const { month: name, service, limit: most = 100, cursor, state, availabilityBelow } = query;
      const credited = query.credited === 'true';
      await freshen(name);
      const customers = caller.scope()?.names.customers;
      const [only] = customers?.size === 1 ? customers : [];
      const { page, nextCursor } = await statementPage({
        list: (wanted) => statements.list(wanted),
        query: {
          ...(name !== undefined && { month: name }),
          ...(service !== undefined && { service }),
          ...(only !== undefined && { customer: only }),
          ...(state && filterOfState(state)),
          ...(credited && { credited }),
          ...(availabilityBelow !== undefined && { availabilityBelow }),
          ...(query.standing === 'true' && { standing: true }),
          ...(cursor && { after: cursor }),
        },
        limit: most,
        // Which of others' statements have a credit is told to those alone who see its amount.
        sees: ({ customer, month: of }) =>
          credited
            ? hasFullMonthAccess(caller, customer, of)
            : monthAccessOf(caller, customer, of) !== 'nothing',
      });
      const shown = page.map(async (row) => {
        const own = query.figures === 'true' ? await statements.figures(row) : null;
        if (hasFullMonthAccess(caller, row.customer, row.month)) return { ...summaryJson(row), figures: own };
        const { changed, ...shown } = summaryJson(row);
        const money = { currency: null, rent: null, credit: null, hash: null };
        return { ...shown, ...money, changed: changed && { at: changed.at, why: [] }, figures: own };
      });
      return { statements: await Promise.all(shown), nextCursor };
    },
  });
  const getStatement = addOperation(server, {
    method: 'GET',
    url: '/api/v1/statements/:month/:service',
    operationId: 'getStatement',
    tag,
    access: 'statements:read',
    summary: 'A sealed revision (the latest unless told), else the draft; or as it would be created now.',
    params: z.strictObject({ month: month(), service: id() }),
    query: z.strictObject({
      revision: whole().optional(),
      toDate: z.enum(['true', 'false']).default('false'),
    }),
    answer: { description: 'the statement', schema: statement },
    handle: async ({ params, query, caller }) => {
      const { month: name, service } = params;
      await freshen(name);
      const read = async () => {
        const [drawn] = query.toDate === 'true' ? await statements.draw(name, [service]) : [];
        return drawn ? { document: drawn } : statements.show(name, service, query.revision);
      };
      if (caller.reach === 'own' && !(await mayAsk(caller, name, service))) return null;
      const found = caller.reach === 'own' ? await read().catch(nothingOfOthers) : await read();
      const access = found === null ? 'nothing' : monthAccessOf(caller, found.document.customer, name);
      if (found === null || access === 'nothing') return null;
      return access === 'all' ? found : { document: extractJson(found.document) };
    },
  });
  /** Whether a tenant has to do with it at all: of others' not even the number of revisions is said. */
  async function mayAsk(caller: Caller, of: string, service: string): Promise<boolean> {
    const rows = await statements.list({ month: of, service });
    return rows.length > 0
      ? rows.some((row) => monthAccessOf(caller, row.customer, of) !== 'nothing')
      : (caller.scope()?.names.services.has(service) ?? true);
  }
  const asked = { services: servicesAsked(), acceptIncomplete: words('reason').nullish() };
  const sealStatements = addOperation(server, {
    method: 'POST',
    url: '/api/v1/statements/:month/seal',
    operationId: 'sealStatements',
    tag,
    answer: outcomes,
    access: 'statements:seal',
    summary: 'Seals statements of a month that is over; sealing again is no fault.',
    params: z.strictObject({ month: month() }),
    body: z
      .strictObject({
        ...asked,
        outOfOrder: words('reason')
          .nullish()
          .meta({ description: 'why services are sealed of which an earlier month is not' }),
      })
      .nullish(),
    handle: async ({ params, body, caller }) => ({
      statements: await statements.seal(actorOfPrincipal(caller.principal), {
        month: params.month,
        services: body?.services ?? null,
        acceptIncomplete: body?.acceptIncomplete ?? null,
        outOfOrder: body?.outOfOrder ?? null,
      }),
    }),
  });
  const ofMonth = z.strictObject({ month: month() });
  const closeStatements = addOperation(server, {
    method: 'POST',
    url: '/api/v1/statements/:month/close',
    operationId: 'closeStatements',
    tag,
    access: 'statements:seal',
    summary: 'Creates the drafts of a month that is over, as the daemon does after its grace.',
    params: ofMonth,
    body: z.strictObject({ services: servicesAsked() }).nullish(),
    answer: {
      description: "how many drafts, and the services that can't be judged and so have none",
      schema: z.strictObject({
        drafts: z.int(),
        unjudged: z.array(z.strictObject({ service: z.string(), reason: z.string() })),
      }),
    },
    handle: async ({ params, body }) => statements.close(params.month, body?.services ?? null),
  });
  const checkStatements = addOperation(server, {
    method: 'POST',
    url: '/api/v1/statements/:month/check',
    operationId: 'checkStatements',
    tag,
    access: 'statements:seal',
    summary: 'Notes which sealed statements of a month would say something else now, as the daemon does.',
    params: ofMonth,
    body: z.strictObject({}).nullish(),
    answer: { description: 'how many changed', schema: z.strictObject({ changed: z.int() }) },
    handle: async ({ params }) => ({ changed: await statements.check(params.month) }),
  });
  const reviseStatements = addOperation(server, {
    method: 'POST',
    url: '/api/v1/statements/:month/revise',
    operationId: 'reviseStatements',
    tag,
    answer: outcomes,
    access: 'statements:seal',
    summary: 'Seals another revision of what has changed since it was sealed.',
    params: z.strictObject({ month: month() }),
    body: z.strictObject({ ...asked, dryRun: z.boolean().nullish() }).nullish(),
    handle: async ({ params, body, caller }) => ({
      statements: await statements.revise(actorOfPrincipal(caller.principal), {
        month: params.month,
        services: body?.services ?? null,
        acceptIncomplete: body?.acceptIncomplete ?? null,
        dryRun: body?.dryRun ?? false,
      }),
    }),
  });
  const previewRevisions = addOperation(server, {
    method: 'GET',
    url: '/api/v1/revisions/:month',
    operationId: 'previewRevisions',
    tag,
    answer: outcomes,
    access: 'statements:read',
    summary: 'What another revision of each statement would say; changes nothing.',
    params: ofMonth,
    query: z.strictObject({ service: id().optional() }),
    handle: async ({ params, query, caller }) => {
      // It names every service of the month.
      if (caller.reach === 'own') return null;
      return {
        statements: await statements.revise(actorOfPrincipal(caller.principal), {
          month: params.month,
          services: query.service === undefined ? null : [query.service],
          acceptIncomplete: null,
          dryRun: true,
        }),
      };
    },
  });
  return {
    sealStatements,
    reviseStatements,
    previewRevisions,
    closeStatements,
    checkStatements,
    getStatement,
    listStatements,
  };
}
