import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import { isPathId } from '../../core/path.js';
import { type TicketState, ticketStates, parseReportId } from '../../core/ticket/actions.js';
import { transitionsFor } from '../../core/ticket/lifecycle.js';
import type { Ticket } from '../../core/ticket/report.js';
import type { Suggestion } from '../../core/ticket/suggestion.js';
import { filesOf } from '../../core/ticket/visibility.js';
import type { Interval } from '../../core/time/intervals.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { bandJson, reportJson, suggestionJson } from '../../render/tickets.js';
import { serviceAt } from '../../services/tickets/file.js';
import type { TicketBacklog } from '../../services/tickets/service.js';
import type { Caller } from '../access/caller.js';
import { BadRequestError } from '../problem.js';
import { ending, id, instant, limit, path, type Reading, text, words } from '../route/input.js';
import { addOperation, addRoute, pageAnswer } from '../route/route.js';
import { actorOf, band, dayOf, report, shownTo, suggestion } from './answers.js';

const tag = 'fault reports';
const method = 'GET';
export const ofReport = z.strictObject({ id: id() });

export interface TicketRoutes {
  readonly ticketBacklog: TicketBacklog;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

export const shownReport = (caller: Caller, found: Ticket, now: EpochMs) => ({
  ...reportJson(found, now),
  allowed: transitionsFor(found, actorOf(caller)),
});

const states = () =>
  text(
    (given): Reading<TicketState[]> => {
      const list = given.split(',');
      return list.every((one): one is TicketState => (ticketStates as readonly string[]).includes(one))
        ? { value: list }
        : { detail: `has an unknown state; allowed: ${ticketStates.join(', ')}` };
    },
    { description: `states with commas between them, of ${ticketStates.join(', ')}`, maxLength: 200 },
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
export function faultReads(server: FastifyInstance, { ticketBacklog, config, now }: TicketRoutes) {
  const { ticketService } = ticketBacklog;
  const seen = async (caller: Caller, of: string): Promise<Ticket | null> =>
    shownTo(caller, await ticketService.report(of), now());
  const listFaultReports = addOperation(server, {
    method,
    url: '/api/v1/fault-reports',
    operationId: 'listFaultReports',
    tag,
    access: 'faults:read',
    summary: 'Fault reports, newest first.',
    query: z.strictObject({
      customer: words('identifier').optional(),
      service: words('identifier').optional(),
      path: path().optional(),
      state: states().optional(),
      owner: words('label').optional(),
      incident: words('word').optional(),
      from: instant().optional(),
      to: ending().optional(),
      limit: limit(200).optional(),
      cursor: cursor().optional(),
    }),
    answer: {
      description: 'the reports',
      schema: z.strictObject({ reports: z.array(report), nextCursor: z.string().nullable() }),
    },
    handle: async ({ query, caller }) => {
      const { limit: most = 50, cursor: before, customer, state, ...rest } = query;
      const visible = caller.customersSeen() ?? undefined;
      const customers =
        customer === undefined ? visible : (visible ?? [customer]).filter((one) => one === customer);
      const wanted = {
        ...Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)),
        ...(customers !== undefined && { customers }),
        ...(state !== undefined && { states: state }),
        ...(before !== undefined && { before }),
      };
      const found = await ticketService.list({ ...wanted, limit: most + 1 });
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
  const getFaultReport = addOperation(server, {
    method,
    url: '/api/v1/fault-reports/:id',
    operationId: 'getFaultReport',
    tag,
    access: 'faults:read',
    summary: 'One fault report, with what the asker may do with it now.',
    params: ofReport,
    answer: { description: 'the report', schema: report },
    handle: async ({ params, caller }) => {
      const found = await seen(caller, params.id);
      return found && shownReport(caller, found, now());
    },
  });
  const getFaultEvidence = addOperation(server, {
    method,
    url: '/api/v1/fault-reports/:id/evidence',
    operationId: 'getFaultEvidence',
    tag,
    access: 'faults:read',
    summary:
      'What was measured when the report was filed, frozen: the SHA-256 of the answer is that of the report.',
    params: ofReport,
    answer: { description: 'the evidence', schema: z.looseObject({ version: z.int() }) },
    handle: async ({ params, caller }) => {
      const found = await seen(caller, params.id);
      const content = found?.evidence ? await ticketService.evidence(params.id) : null;
      if (content === null) return null;
      // Its keys stand in their order: what is written out of it is what was hashed.
      return JSON.parse(Buffer.from(content).toString()) as object;
    },
  });
  addRoute(server, {
    method,
    url: '/api/v1/fault-reports/:id/attachments/:hash',
    operationId: 'getFaultAttachment',
    tag,
    access: 'faults:read',
    summary: 'A file of a report.',
    params: z.strictObject({ id: id(), hash: id() }),
    answer: { description: 'the file', contentType: 'application/octet-stream' },
    handle: async ({ params, caller, reply }) => {
      const found = await seen(caller, params.id);
      const ref = found && filesOf(found).find(({ sha256 }) => sha256 === params.hash);
      const content = ref ? await ticketService.content(ref.sha256) : null;
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
  const getBands = addOperation(server, {
    method,
    url: '/api/v1/bands',
    operationId: 'getBands',
    tag,
    access: 'rounds:read',
    summary:
      'The bands of a path, or of the paths of a service: of the newest round, of 24 h, of the month to date.',
    query: z.strictObject({ path: path().optional(), service: words('identifier').optional() }),
    answer: { description: 'the bands, by path and plan', schema: z.strictObject({ bands: z.array(band) }) },
    handle: async ({ query, caller }) => {
      const of = oneOf(query);
      const may =
        'path' in of
          ? usesPath(caller, of.path, { from: now(), to: now() + 1 })
          : hasService(caller, config(), of.service, now());
      if (!may) return null;
      const found = (await ticketService.bands(of)).filter(
        ({ plan, windows }) =>
          caller.reach === 'all' ||
          windows.some(({ path: on }) => ownPlans(caller, config(), on, now()).has(plan)),
      );
      return { bands: found.flatMap(({ plan, windows }) => windows.map((each) => bandJson(each, plan))) };
    },
  });
  return { getFaultReport, listFaultReports, getBands, getFaultEvidence };
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
  throw new BadRequestError([
    { parameter: 'path', detail: 'or service has to be given; allowed: one of the two' },
  ]);
}

/** Whether a service that the caller may see used the path at some instant of a time. */
function usesPath(caller: Caller, of: PathId, { from, to }: Interval): boolean {
  const scope = caller.scope();
  return scope === null || (scope.paths.get(of) ?? []).some((used) => used.from < to && used.to > from);
}

/** The plans that judge a path for those whom the caller sees: others' contracts are theirs. */
function ownPlans(caller: Caller, config: Config, path: PathId, now: EpochMs): ReadonlySet<string> {
  const segments = [...(caller.scope()?.names.services ?? [])].flatMap(
    (of) => serviceAt(config, of, now) ?? [],
  );
  const visible = segments.filter(
    ({ customer, paths }) => customer !== null && paths.includes(path) && caller.sees(customer, dayOf(now)),
  );
  return new Set(visible.map(({ plan }) => plan));
}

/** Whether it is a service that the caller may see: of those that had the id, the one that has it now. */
function hasService(caller: Caller, config: Config, of: string, now: EpochMs): boolean {
  if (caller.reach === 'all') return config.book.services.some(({ id: known }) => known === of);
  const customer = serviceAt(config, of, now)?.customer ?? null;
  return customer !== null && caller.sees(customer, dayOf(now));
}

type Place = Pick<Suggestion, 'firstSlot' | 'path'>;

const spell = ({ firstSlot, path: of }: Place): string =>
  Buffer.from(`${firstSlot} ${of}`).toString('base64url');

const place = () =>
  text(
    (given): Reading<Place> => {
      const [, slot = '', of = ''] =
        /^(\d{1,15}) (.{3,65})$/.exec(Buffer.from(given, 'base64url').toString()) ?? [];
      return isPathId(of)
        ? { value: { firstSlot: Number(slot), path: of } }
        : { detail: 'is not a cursor; allowed: the nextCursor of an answer' };
    },
    { description: 'the nextCursor of an answer', maxLength: 120 },
  );

const timeOf = ({ firstSlot, endedSlot, lastSlot }: Suggestion): Interval => ({
  from: firstSlot,
  to: (endedSlot ?? lastSlot) + 1,
});

/** `/api/v1/fault-suggestions`: the paths that ask for a report. */
export function suggestionRoute(
  server: FastifyInstance,
  { ticketBacklog }: Pick<TicketRoutes, 'ticketBacklog'>,
) {
  const listFaultSuggestions = addOperation(server, {
    method: 'GET',
    url: '/api/v1/fault-suggestions',
    operationId: 'listFaultSuggestions',
    tag: 'fault reports',
    access: 'faults:read',
    summary: 'Paths whose latency or loss has been worse than normal for some rounds in a row, newest first.',
    query: z.strictObject({
      path: path().optional(),
      all: z.enum(['true', 'false']).optional(),
      limit: limit(500).optional(),
      cursor: place().optional(),
    }),
    answer: {
      description: 'those that go on, or all',
      schema: z.strictObject({ suggestions: z.array(suggestion), ...pageAnswer }),
    },
    handle: async ({ query: { path: of, all, limit: most = 500, cursor }, caller }) => {
      const shown: Suggestion[] = [];
      let before = cursor;
      // Somebody who sees few paths gets whole pages too, however many of others stand between.
      for (;;) {
        const found = await ticketBacklog.ticketService.suggestions({
          open: all !== 'true',
          limit: most + 1,
          ...(of && { path: of }),
          ...(before && { before }),
        });
        shown.push(...found.filter((one) => usesPath(caller, one.path, timeOf(one))));
        before = found.at(-1);
        if (shown.length > most || found.length <= most) break;
      }
      const page = shown.slice(0, most);
      const last = page.at(-1);
      const nextCursor = last && shown.length > most ? spell(last) : null;
      return { suggestions: page.map(suggestionJson), nextCursor };
    },
  });
  return { listFaultSuggestions };
}
