import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import { faultStates, parseReportId, type FaultState } from '../../core/fault/actions.js';
import { deedsFor } from '../../core/fault/lifecycle.js';
import type { FaultReport } from '../../core/fault/report.js';
import { filesOf } from '../../core/fault/visible.js';
import type { Interval } from '../../core/time/intervals.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { serviceAt } from '../../engine/fault/bands.js';
import type { FaultOffice } from '../../engine/fault/office.js';
import { bandJson } from '../../render/fault/band.js';
import { reportJson } from '../../render/fault/json.js';
import type { Caller } from '../access/caller.js';
import { BadRequest } from '../problem.js';
import { id, ending, instant, limit, path, text, words, type Reading } from '../route/input.js';
import { addRoute } from '../route/route.js';
import { band, report } from './answers.js';
import { actorOf, customersSeen, dayOf, shownTo } from './who.js';

const tag = 'fault reports';
const method = 'GET';
export const ofReport = z.strictObject({ id: id() });

export interface FaultRoutes {
  readonly office: FaultOffice;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

export const shownReport = (caller: Caller, found: FaultReport, now: EpochMs) => ({
  ...reportJson(found, now),
  allowed: deedsFor(found, actorOf(caller)),
});

const states = () =>
  text(
    (given): Reading<FaultState[]> => {
      const list = given.split(',');
      return list.every((one): one is FaultState => (faultStates as readonly string[]).includes(one))
        ? { value: list }
        : { detail: `has an unknown state; allowed: ${faultStates.join(', ')}` };
    },
    { description: `states with commas between them, of ${faultStates.join(', ')}`, maxLength: 200 },
  );

const cursor = () =>
  text(
    (given): Reading<number> => {
      const number = parseReportId(given);
      return number === null
        ? { detail: 'is not a cursor; allowed: the nextCursor of an answer' }
        : { value: number };
    },
    { description: 'the nextCursor of an answer', maxLength: 20 },
  );

/** `/api/v1/fault-reports` and `/bands`, to read. */
export function faultReads(server: FastifyInstance, { office, config, now }: FaultRoutes): void {
  const { desk } = office;
  const seen = async (caller: Caller, of: string): Promise<FaultReport | null> =>
    shownTo(caller, await desk.report(of), now());
  addRoute(server, {
    ...{ method, url: '/api/v1/fault-reports', operationId: 'listFaultReports', tag, access: 'faults:read' },
    summary: 'Fault reports, newest first.',
    query: z.strictObject({
      ...{ customer: words(64).optional(), service: words(64).optional(), path: path().optional() },
      ...{ state: states().optional(), owner: words(100).optional(), incident: words(20).optional() },
      ...{ from: instant().optional(), to: ending().optional() },
      ...{ limit: limit(200).optional(), cursor: cursor().optional() },
    }),
    answer: {
      description: 'the reports',
      schema: z.strictObject({ reports: z.array(report), nextCursor: z.string().nullable() }),
    },
    handle: async ({ query, caller }) => {
      const { limit: most = 50, cursor: before, customer, state, ...rest } = query;
      const own = customersSeen(caller, config(), now());
      const customers = customer === undefined ? own : (own ?? [customer]).filter((one) => one === customer);
      const wanted = {
        ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
        ...(customers !== undefined && { customers }),
        ...(state !== undefined && { states: state }),
        ...(before !== undefined && { before }),
      };
      const found = await desk.list({ ...wanted, limit: most + 1 });
      const page = found.slice(0, most);
      const last = page.at(-1);
      return {
        reports: page.flatMap((one) => {
          const shown = shownTo(caller, one, now());
          return shown ? [shownReport(caller, shown, now())] : [];
        }),
        nextCursor: last && found.length > most ? last.id : null,
      };
    },
  });
  addRoute(server, {
    ...{
      method,
      url: '/api/v1/fault-reports/:id',
      operationId: 'getFaultReport',
      tag,
      access: 'faults:read',
    },
    summary: 'One fault report, with what the asker may do with it now.',
    params: ofReport,
    answer: { description: 'the report', schema: report },
    handle: async ({ params, caller }) => {
      const found = await seen(caller, params.id);
      return found && shownReport(caller, found, now());
    },
  });
  addRoute(server, {
    ...{ method, url: '/api/v1/fault-reports/:id/evidence', operationId: 'getFaultEvidence', tag },
    access: 'faults:read',
    summary:
      'What was measured when the report was filed, frozen: the SHA-256 of the answer is that of the report.',
    params: ofReport,
    answer: { description: 'the evidence', schema: z.looseObject({ version: z.int() }) },
    handle: async ({ params, caller }) => {
      const found = await seen(caller, params.id);
      const content = found?.evidence ? await desk.evidence(params.id) : null;
      if (content === null) return null;
      // Its keys stand in their order: what is written out of it is what was hashed.
      return JSON.parse(Buffer.from(content).toString()) as object;
    },
  });
  addRoute(server, {
    ...{ method, url: '/api/v1/fault-reports/:id/attachments/:hash', operationId: 'getFaultAttachment', tag },
    access: 'faults:read',
    summary: 'A file of a report.',
    params: z.strictObject({ id: id(), hash: id() }),
    answer: { description: 'the file', contentType: 'application/octet-stream' },
    handle: async ({ params, caller, reply }) => {
      const found = await seen(caller, params.id);
      const ref = found && filesOf(found).find(({ sha256 }) => sha256 === params.hash);
      const content = ref ? await desk.content(ref.sha256) : null;
      if (!ref || content === null) return null;
      // Never shown in place: what people attach is not ours to run.
      const name = encodeURIComponent(ref.name).replace(
        /['()*]/g,
        (one) => `%${one.charCodeAt(0).toString(16)}`,
      );
      return reply
        .type('application/octet-stream')
        .header('content-disposition', `attachment; filename*=UTF-8''${name}`)
        .send(Buffer.from(content));
    },
  });
  addRoute(server, {
    ...{ method, url: '/api/v1/bands', operationId: 'getBands', tag, access: 'rounds:read' },
    summary:
      'The bands of a path, or of the paths of a service: of the newest round, of 24 h, of the month to date.',
    query: z.strictObject({ path: path().optional(), service: words(64).optional() }),
    answer: { description: 'the bands, by path and plan', schema: z.strictObject({ bands: z.array(band) }) },
    handle: async ({ query, caller }) => {
      const of = oneOf(query);
      const may =
        'path' in of
          ? usesPath(caller, of.path, { from: now(), to: now() + 1 })
          : hasService(caller, config(), of.service, now());
      if (!may) return null;
      const found = (await desk.bands(of)).filter(
        ({ plan, windows }) =>
          caller.reach === 'all' ||
          windows.some(({ path: on }) => ownPlans(caller, config(), on, now()).has(plan)),
      );
      return { bands: found.flatMap(({ plan, windows }) => windows.map((each) => bandJson(each, plan))) };
    },
  });
}

function oneOf({
  path: one,
  service,
}: {
  path?: `${string}>${string}` | undefined;
  service?: string | undefined;
}) {
  if (one !== undefined && service === undefined) return { path: one };
  if (one === undefined && service !== undefined) return { service };
  throw new BadRequest([
    { parameter: 'path', detail: 'or service has to be given; allowed: one of the two' },
  ]);
}

/** Whether a service that the caller may see used the path at some instant of a time. */
export function usesPath(caller: Caller, of: PathId, { from, to }: Interval): boolean {
  const own = caller.own();
  return own === null || (own.paths.get(of) ?? []).some((used) => used.from < to && used.to > from);
}

/** The plans that judge a path for those whom the caller sees: others' contracts are theirs. */
function ownPlans(caller: Caller, config: Config, path: PathId, now: EpochMs): ReadonlySet<string> {
  const segments = [...(caller.own()?.names.services ?? [])].flatMap(
    (of) => serviceAt(config, of, now) ?? [],
  );
  const own = segments.filter(
    ({ customer, paths }) => customer !== null && paths.includes(path) && caller.sees(customer, dayOf(now)),
  );
  return new Set(own.map(({ plan }) => plan));
}

/** Whether it is a service that the caller may see: of those that had the id, the one that has it now. */
function hasService(caller: Caller, config: Config, of: string, now: EpochMs): boolean {
  if (caller.reach === 'all') return config.book.services.some(({ id: known }) => known === of);
  const customer = serviceAt(config, of, now)?.customer ?? null;
  return customer !== null && caller.sees(customer, dayOf(now));
}
