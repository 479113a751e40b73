import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readTime } from '../../config/ledger/exclusion-input.js';
import { decisions } from '../../core/ledger/decide.js';
import { parseRef } from '../../core/ledger/outages.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import type { Interval } from '../../core/time/intervals.js';
import { Refused } from '../../engine/ledger/enter.js';
import { textsOf } from '../../engine/ledger/entry.js';
import type { Office } from '../../engine/ledger/office.js';
import { exclusionJson } from '../../render/ledger/json.js';
import { fileName, id, words } from '../route/input.js';
import { addRoute } from '../route/route.js';
import { exclusion } from './answers.js';

const tag = 'ledger';
const method = 'POST';
// Null is what is left out.
const text = () => words().nullish();
const texts = () =>
  z.array(z.string().max(10_000)).max(1000).meta({ description: 'a list of texts' }).nullish();
const attachments = () =>
  z
    .array(z.strictObject({ sha256: words(64), name: fileName(), bytes: z.int() }))
    .max(100)
    .meta({ description: 'a list of { sha256, name, bytes }, as POST /api/v1/attachments answers' })
    .nullish();

const times = { from: text(), to: text() };
const said = { reason: text(), evidence: text(), attachments: attachments() };
const entered = { status: 201, description: 'entered', schema: z.strictObject({ id: z.string() }) } as const;

const proposal = z.strictObject({
  ...{ kind: text(), scope: texts(), notices: texts(), proof: text(), source: text() },
  ...{ cron: text(), duration: text(), zone: text(), reason: text(), attachments: attachments() },
  ...times,
});

/** What enters something, in the name of whoever asks. */
export function ledgerWrites(server: FastifyInstance, { desk }: Office): void {
  addRoute(server, {
    ...{ method, url: '/api/v1/exclusions', operationId: 'proposeExclusion', tag },
    access: 'exclusions:propose',
    summary: 'Proposes an excuse; a second person approves it.',
    body: proposal,
    answer: { status: 201, description: 'proposed', schema: exclusion },
    handle: async ({ body, caller }) => {
      const { attachments: files, ...rest } = body;
      const input = { ...given(rest), attachments: files ?? [] };
      const [proposed] = await desk.propose(caller.principal.name, textsOf([{ place: null, input }]));
      return proposed && exclusionJson(proposed);
    },
  });
  for (const decision of decisions) {
    addRoute(server, {
      ...{ method, url: `/api/v1/exclusions/:id/${decision}`, operationId: `${decision}Exclusion`, tag },
      access: 'exclusions:decide',
      summary: `To ${decision} an exclusion.`,
      params: z.strictObject({ id: id() }),
      body: z.strictObject({ reason: text() }).nullish(),
      answer: { description: 'done', schema: exclusion },
      handle: async ({ params, body, caller }) =>
        exclusionJson(await desk.decide(caller.principal.name, decision, params.id, body?.reason ?? null)),
    });
  }
  const outages = { method, tag, access: 'outages:write', answer: entered } as const;
  addRoute(server, {
    ...{ ...outages, url: '/api/v1/outages', operationId: 'addOutage' },
    summary: 'Enters an outage that the watch did not see.',
    body: z.strictObject({ port: text(), ...times, ...said }),
    handle: async ({ body, caller }) => {
      const target = { of: null, port: body.port ?? '', interval: intervalOf(body) };
      return { id: await desk.correct(caller.principal.name, { ...target, ...saidIn(body) }) };
    },
  });
  addRoute(server, {
    ...{ ...outages, url: '/api/v1/outages/correct', operationId: 'correctOutage' },
    summary: 'Lays other times over an outage.',
    body: z.strictObject({ of: text(), ...times, ...said }),
    handle: async ({ body, caller }) => {
      const target = { of: refOf(body.of), port: '', interval: intervalOf(body) };
      return { id: await desk.correct(caller.principal.name, { ...target, ...saidIn(body) }) };
    },
  });
  addRoute(server, {
    ...{ ...outages, url: '/api/v1/outages/void', operationId: 'voidOutage' },
    summary: 'Says that an outage counts for nothing.',
    body: z.strictObject({ of: text(), ...said }),
    handle: async ({ body, caller }) => {
      const target = { of: refOf(body.of), port: '', interval: null };
      return { id: await desk.correct(caller.principal.name, { ...target, ...saidIn(body) }) };
    },
  });
}

type Given<T> = { [K in keyof T]: Exclude<T[K], null> };

/** Without what is null. */
const given = <T extends object>(body: T): Given<T> =>
  Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null)) as Given<T>;

type Said = z.output<z.ZodObject<typeof said>>;

const saidIn = ({ reason, evidence, attachments: files }: Said) => ({
  ...{ reason: reason ?? '', evidence: evidence ?? null, attachments: files ?? [] },
});

function intervalOf(body: z.output<z.ZodObject<typeof times>>): Interval {
  const refusals: Refusal[] = [];
  const from = readTime('from', body.from ?? undefined, refusals);
  const to = readTime('to', body.to ?? undefined, refusals);
  if (from === null || to === null) throw new Refused(refusals);
  return { from, to };
}

function refOf(of: string | null | undefined) {
  const ref = parseRef(of ?? '');
  if (ref) return ref;
  throw new Refused([
    refuse('of', 'is no outage', 'PORT@OBSERVER/START or C…, as GET /api/v1/outages gives it', [
      'no-such',
      '',
    ]),
  ]);
}
