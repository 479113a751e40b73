import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { readTime } from '../../config/exclusion-input.js';
import { actorOfPrincipal } from '../../core/access/rules.js';
import type { ValidationIssue } from '../../core/ledger/errors.js';
import { windowKinds } from '../../core/standing.js';
import type { Ticket } from '../../core/ticket/report.js';
import type { EpochMs } from '../../core/types.js';
import { ValidationError } from '../../services/ledger/entries.js';
import type { TransitionRequest } from '../../services/tickets/decide.js';
import { maxAttachmentBytes } from '../../store/ledger-store.js';
import type { Caller } from '../access/caller.js';
import { attachment } from '../ledger/answers.js';
import { ForbiddenError, TooManyRequestsError } from '../problem.js';
import { path, words } from '../route/input.js';
import { addOperation } from '../route/route.js';
import { actorOf, dayOf, report, shownTo } from './answers.js';
import { type TicketRoutes, ofReport, shownReport } from './reads.js';

const hourMs = 3_600_000;
/** Ten of the largest files. */
const usualMost = 100 * 2 ** 20;

type Who = Pick<Caller, 'reach' | 'principal'>;

export interface Uploads {
  /** Counts the bytes that a caller is about to have kept; throws `TooMany` where they are more than it may. */
  readonly count: (caller: Who, bytes: number) => void;
  /** Counts what was kept because of it, whose length nobody knew before: the evidence of a report. */
  readonly note: (caller: Who, bytes: number) => void;
}

/**
 * How much a customer may have kept in an hour: whoever fills the disk takes the room of what is measured. People of
 * the house may what they have to.
 */
export function createUploads(now: () => EpochMs, most = usualMost): Uploads {
  const hours = new Map<string, { readonly from: EpochMs; readonly bytes: number }>();
  const hourOf = (customer: string) => {
    const found = hours.get(customer);
    return found && now() - found.from < hourMs ? found : { from: now(), bytes: 0 };
  };
  const note: Uploads['note'] = ({ reach, principal: { customer } }, bytes) => {
    if (reach === 'all' || customer === null) return;
    const { from, bytes: before } = hourOf(customer);
    hours.set(customer, { from, bytes: before + bytes });
  };
  return {
    note,
    count: (caller, bytes) => {
      const { reach, principal } = caller;
      if (reach === 'all' || principal.customer === null) return;
      const hour = hourOf(principal.customer);
      if (hour.bytes + bytes > most) {
        const what = `more than ${most} bytes of files and evidence in an hour; allowed: more after a while`;
        throw new TooManyRequestsError(what, hour.from + hourMs - now());
      }
      note(caller, bytes);
    },
  };
}

const tag = 'fault reports';
const method = 'POST';
const longText = () => words('text');
const files = () =>
  z
    .array(z.strictObject({ sha256: words('identifier'), name: words('name'), bytes: z.int() }))
    .max(10)
    .meta({ description: 'a list of at most 10 { sha256, name, bytes }, as POST …/attachments answers' });
const externalIds = () =>
  z
    .array(
      z.strictObject({ id: words('label'), owner: words('label').nullish(), type: words('label').nullish() }),
    )
    .max(20)
    .meta({ description: 'a list of at most 20 { id, owner, type }' });
const answer = { description: 'the report as it is now', schema: report } as const;

/** What is done to reports, each in one step. */
export function faultWrites(
  server: FastifyInstance,
  { ticketBacklog, now, uploads }: TicketRoutes & { readonly uploads: Uploads },
) {
  const { ticketService } = ticketBacklog;
  const shown = (caller: Caller, done: Ticket) => {
    const may = shownTo(caller, done, now());
    return may && shownReport(caller, may, now());
  };
  /** As if there were none, of what the caller may not see. */
  const visible = async (caller: Caller, of: string): Promise<boolean> =>
    shownTo(caller, await ticketService.report(of), now()) !== null;

  const fileFaultReport = addOperation(server, {
    method,
    url: '/api/v1/fault-reports',
    operationId: 'fileFaultReport',
    tag,
    access: 'faults:file',
    summary: 'Files a report, from a band with its evidence in one step, or with no band.',
    body: z.strictObject({
      customer: words('identifier').nullish(),
      path: path().nullish(),
      service: words('identifier').nullish(),
      window: z
        .enum(windowKinds)
        .nullish()
        .meta({ description: windowKinds.join(', ') }),
      since: words('word').nullish(),
      subject: words('name').nullish(),
      text: longText().nullish(),
      severity: words('word').nullish(),
      kind: words('word').nullish(),
      reporter: words('identifier').nullish(),
      attachments: files().nullish(),
      externalIds: externalIds().nullish(),
    }),
    answer: { ...answer, status: 201, description: 'filed' },
    handle: async ({ body, caller }) => {
      const actor = actorOf(caller);
      const customer = body.customer ?? caller.principal.customer ?? '';
      if (!caller.sees(customer, dayOf(now())))
        throw new ForbiddenError(
          `${caller.principal.name} may not file reports of ${JSON.stringify(customer)}`,
        );
      const refusals: ValidationIssue[] = [];
      const since = body.since == null ? null : readTime('since', body.since, refusals);
      if (refusals.length > 0) throw new ValidationError(refusals);
      uploads.count(caller, 0);
      const filed = await ticketService.file(actor, {
        customer,
        path: body.path ?? null,
        service: body.service ?? null,
        window: body.window ?? null,
        since,
        subject: body.subject ?? null,
        text: body.text ?? null,
        severity: body.severity ?? null,
        kind: body.kind ?? null,
        reporter: body.reporter ?? null,
        attachments: body.attachments ?? [],
        externalIds: (body.externalIds ?? []).map(({ id, owner, type }) => ({
          id,
          owner: owner ?? null,
          type: type ?? null,
        })),
        channel: actor.side === 'customer' ? 'customer' : 'phone',
      });
      uploads.note(caller, filed.evidence?.bytes ?? 0);
      return shown(caller, filed);
    },
    location: (filed) => `/api/v1/fault-reports/${filed.id}`,
  });

  const transition = <B extends z.ZodType>(
    name: string,
    access: 'faults:answer' | 'faults:work',
    summary: string,
    body: B,
    request: (body: z.output<B>) => TransitionRequest,
  ) => {
    const operationId = `${name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())}FaultReport`;
    return addOperation(server, {
      method,
      url: `/api/v1/fault-reports/:id/${name}`,
      operationId,
      tag,
      access,
      summary,
      answer,
      body,
      params: ofReport,
      handle: async ({ params, body: given, caller }) => {
        if (!(await visible(caller, params.id))) return null;
        return shown(caller, await ticketService.do(actorOf(caller), params.id, request(given)));
      },
    });
  };
  const nothing = z.strictObject({}).nullish();
  const text = z.strictObject({ text: longText() });
  const maybe = z.strictObject({ text: longText().nullish() }).nullish();
  const comment = z.strictObject({
    text: longText(),
    internal: z.boolean().nullish(),
    attachments: files().nullish(),
  });
  const hand = z.strictObject({ to: words('label'), text: longText().nullish() });
  const link = z.strictObject({ to: words('word') });
  const decide = (move: 'resolve' | 'reject') =>
    transition(move, 'faults:work', `To ${move} it, with a word why.`, text, (given) => ({
      transition: move,
      text: given.text,
    }));
  const transitions = {
    take: transition(
      'take',
      'faults:work',
      'Takes a report: whoever takes it first owns it.',
      nothing,
      () => ({
        transition: 'take',
      }),
    ),
    start: transition('start', 'faults:work', 'Begins to look into it.', nothing, () => ({
      transition: 'start',
    })),
    accept: transition('accept', 'faults:work', 'Accepts a report that is handed over.', nothing, () => ({
      transition: 'accept',
    })),
    decline: transition(
      'decline',
      'faults:work',
      'Does not accept it, or takes the offer back.',
      maybe,
      (given) => ({ transition: 'decline', text: given?.text ?? null }),
    ),
    'hand-over': transition('hand-over', 'faults:work', 'Offers it to another person.', hand, (given) => ({
      transition: 'hand-over',
      to: given.to,
      text: given.text ?? null,
    })),
    resolve: decide('resolve'),
    reject: decide('reject'),
    withdraw: transition(
      'withdraw',
      'faults:answer',
      'Withdraws a report that nobody has taken yet.',
      maybe,
      (given) => ({ transition: 'withdraw', text: given?.text ?? null }),
    ),
    close: transition('close', 'faults:answer', 'Closes a report that is resolved.', maybe, (given) => ({
      transition: 'close',
      text: given?.text ?? null,
    })),
    reopen: transition('reopen', 'faults:answer', 'Opens it again, with a word why.', text, (given) => ({
      transition: 'reopen',
      text: given.text,
    })),
    comment: transition(
      'comments',
      'faults:answer',
      'Adds a comment; an internal one is not shown to customers.',
      comment,
      (given) => ({
        transition: 'comment',
        text: given.text,
        internal: given.internal ?? false,
        attachments: given.attachments ?? [],
      }),
    ),
    link: transition('link', 'faults:work', "Makes it part of another report's incident.", link, (given) => ({
      transition: 'link',
      to: given.to,
    })),
  };

  const ledger = { method, tag, access: 'faults:work', params: ofReport, answer } as const;
  const times = { from: words('word'), to: words('word') };
  const faultReportToOutage = addOperation(server, {
    ...ledger,
    url: '/api/v1/fault-reports/:id/to-outage',
    operationId: 'faultReportToOutage',
    summary: 'Enters an outage in the ledger by it, or corrects one.',
    body: z.strictObject({
      ...times,
      of: words('label').nullish(),
      port: words('word').nullish(),
      reason: longText().nullish(),
    }),
    handle: async ({ params, body, caller }) => {
      const refusals: ValidationIssue[] = [];
      const from = readTime('from', body.from, refusals);
      const to = readTime('to', body.to, refusals);
      if (from === null || to === null) throw new ValidationError(refusals);
      const request = { from, to, of: body.of ?? null, port: body.port ?? null, reason: body.reason ?? null };
      return shown(
        caller,
        await ticketService.toOutage(actorOf(caller), params.id, request, actorOfPrincipal(caller.principal)),
      );
    },
  });
  const faultReportToExclusion = addOperation(server, {
    ...ledger,
    url: '/api/v1/fault-reports/:id/to-exclusion',
    operationId: 'faultReportToExclusion',
    summary: 'Proposes an exclusion by it, which a second person approves.',
    body: z.strictObject({
      ...times,
      kind: words('word'),
      scope: z.array(words('label')).max(100).nullish(),
      reason: longText().nullish(),
      proof: longText().nullish(),
      notices: z.array(words('line')).max(100).nullish(),
    }),
    handle: async ({ params, body, caller }) => {
      const { scope, reason, proof, notices, ...rest } = body;
      const request = {
        ...rest,
        ...(scope != null && { scope }),
        ...(reason != null && { reason }),
        ...(proof != null && { proof }),
        ...(notices != null && { notices }),
      };
      return shown(
        caller,
        await ticketService.toExclusion(
          actorOf(caller),
          params.id,
          request,
          actorOfPrincipal(caller.principal),
        ),
      );
    },
  });
  const attachToFaultReport = addOperation(server, {
    method,
    url: '/api/v1/fault-reports/attachments',
    operationId: 'attachToFaultReport',
    tag,
    access: 'faults:answer',
    summary: 'Keeps a file for a report or comment; its content has to be what its name says.',
    bodyLimit: maxAttachmentBytes,
    bodyType: 'application/octet-stream',
    query: z.strictObject({ name: words('name') }),
    body: z.instanceof(Buffer, { error: 'is no file; allowed: its bytes, as application/octet-stream' }),
    answer: { status: 201, description: 'kept', schema: attachment },
    handle: ({ query, body, caller }) => {
      uploads.count(caller, body.byteLength);
      return ticketService.attach(query.name, body);
    },
  });
  return {
    fileFaultReport,
    faultReportTransitions: transitions,
    faultReportToOutage,
    faultReportToExclusion,
    attachToFaultReport,
  };
}
