import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { circumstances, type Plan } from '../../core/plan.js';
import type { Config } from '../../config/config.js';
import { findHome } from '../../config/defaults.js';
import { planFiles } from '../../config/plan/parse.js';
import { lengthBases } from '../../core/measurement/round.js';
import { planJson, planSummaryJson } from '../../render/plan.js';
import type { PlanLanguage } from '../../i18n/plan/words.js';
import type { Caller } from '../access/caller.js';
import { addRoute, digits, pageAnswer, pageOf, pageQuery } from '../route/route.js';
import { id } from '../route/input.js';
import { cacheSerialized } from '../route/serialized.js';

const tag = 'plans';
const method = 'GET';
const names = z.record(z.string(), z.string()).meta({ description: 'a text by its language' });
const inForce = { version: z.string(), effectiveFrom: z.iso.date(), timeZone: z.string() };
const head = { id: z.string(), name: names };

const bands = z.array(
  z.strictObject({ ...head, upToPercent: digits().nullable().meta({ description: 'null: no end' }) }),
);
const version = z.strictObject({
  ...inForce,
  measurement: z.strictObject({
    sizes: z.array(z.int()),
    lengthBasis: z.enum(lengthBases),
    packets: z.int(),
    minimumSent: z.int(),
    everyMinutes: z.int(),
    lostAfterMs: z.int(),
  }),
  classes: z.array(
    z.strictObject({
      ...head,
      commitmentPercent: digits(),
      minLines: z.int(),
      maxLines: z.int().nullable(),
      steps: z.array(z.strictObject({ belowPercent: digits(), credit: z.string() })),
    }),
  ),
  latencyBands: bands,
  loss: z.strictObject({ commitmentPercent: digits(), bands }),
  claimWithinDays: z.int().nullable(),
  claim: z
    .union([
      z.strictObject({ days: z.int(), after: z.enum(['month', 'outage']) }),
      z.strictObject({ months: z.int() }),
    ])
    .nullable(),
  paidOn: z.enum(['same-invoice', 'next-invoice']),
  faultReports: z.strictObject({
    firstResponseMinutes: z.int().nullable(),
    repairMinutes: z.int().nullable(),
  }),
  rulings: z.array(
    z.strictObject({
      id: z.string(),
      field: z.string().meta({ description: 'the path of the field that it explains' }),
      clause: z.string().nullable().meta({ description: 'null: the document says nothing of it' }),
      text: names,
      when: z.enum(circumstances).nullable().meta({ description: 'null: told by its field' }),
    }),
  ),
});
const plan = z.strictObject({
  ...head,
  source: names.nullable(),
  versions: z.array(version),
  tables: z.string().meta({ description: 'all of it as text, as the tables that a contract has' }),
});

/** `/api/v1/plans`: the contracts that months are judged by. */
export function planRoutes(server: FastifyInstance, config: () => Config): void {
  let read: ReadonlyMap<string, Plan> | null = null;
  /** Files of the program do not change under it: they are read once, when somebody asks. */
  const builtIn = () => (read ??= builtInPlans());
  const wordsOf = wordedPlans();
  addRoute(server, {
    method,
    url: '/api/v1/plans',
    operationId: 'listPlans',
    tag,
    access: 'plans:read',
    summary: 'The contracts that come with the program, and those of the configuration.',
    query: z.strictObject(pageQuery),
    answer: {
      description: 'a page of the plans',
      schema: z.strictObject({
        plans: z.array(z.strictObject({ ...head, versions: z.array(z.strictObject(inForce)) })),
        ...pageAnswer,
      }),
    },
    handle: ({ query, caller }) => {
      const { page, nextCursor } = pageOf(plansFor(builtIn(), caller, config()), query, ({ id: key }) => key);
      return { plans: page.map(planSummaryJson), nextCursor };
    },
  });
  addRoute(server, {
    method,
    url: '/api/v1/plans/:id',
    operationId: 'getPlan',
    tag,
    access: 'plans:read',
    summary: 'A contract: what it promises, and as the tables it has.',
    params: z.strictObject({ id: id() }),
    query: z.strictObject({ lang: z.enum(['en', 'zh']).default('en') }),
    answer: { description: 'the plan', schema: plan },
    handle: ({ params, query, caller }) => {
      const found = plansFor(builtIn(), caller, config()).find((one) => one.id === params.id);
      return found ? wordsOf(found, query.lang) : null;
    },
  });
}

/** A plan never changes: another one takes its place. It is put into words once for each language. */
function wordedPlans(): (of: Plan, language: PlanLanguage) => ReturnType<typeof planJson> {
  const known = new WeakMap<Plan, Map<PlanLanguage, ReturnType<typeof planJson>>>();
  return (of, language) => {
    const languages = known.get(of) ?? new Map<PlanLanguage, ReturnType<typeof planJson>>();
    known.set(of, languages);
    const worded = languages.get(language) ?? cacheSerialized(planJson(of, language));
    languages.set(language, worded);
    return worded;
  };
}

/** The contracts that come with the program, by id. */
function builtInPlans(): ReadonlyMap<string, Plan> {
  const files = planFiles(findHome());
  return new Map(
    files.builtIn().flatMap((name): [string, Plan][] => {
      const read = files.byId(name);
      return read?.ok === true ? [[name, read.plan]] : [];
    }),
  );
}

/** Those built in are for everybody; a plan of the configuration is for whose services it judges. */
function plansFor(builtIn: ReadonlyMap<string, Plan>, caller: Caller, { book }: Config): Plan[] {
  const plans = new Map(builtIn);
  const names = caller.scope()?.names;
  const used = book.services.filter(
    ({ id: service, customer }) =>
      names === undefined || (names.services.has(service) && names.customers.has(customer)),
  );
  const named = new Set(used.flatMap(({ terms }) => terms.map((each) => each.plan)));
  for (const [name, one] of book.plans) if (names === undefined || named.has(name)) plans.set(name, one);
  return [...plans.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
