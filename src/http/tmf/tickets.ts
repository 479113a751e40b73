import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { validationError } from '../../core/ledger/errors.js';
import { isPathId } from '../../core/path.js';
import type { ExternalId } from '../../core/ticket/actions.js';
import type { Ticket } from '../../core/ticket/report.js';
import type { PathId } from '../../core/types.js';
import { statusOf, ticketJson, type TicketStatus, tmfBase } from '../../render/tmf.js';
import { ValidationError } from '../../services/ledger/entries.js';
import type { TransitionRequest } from '../../services/tickets/decide.js';
import { type TicketRoutes, ofReport } from '../tickets/reads.js';
import type { Uploads } from '../tickets/writes.js';
import { actorOf, dayOf, shownTo } from '../tickets/answers.js';
import type { Caller } from '../access/caller.js';
import { ForbiddenError } from '../problem.js';
import { addRoute } from '../route/route.js';
import {
  type TicketCreate,
  ticketCreate,
  ticketFields,
  type TicketPatch,
  ticketPatch,
  ticketQuery,
} from './requests.js';

type Given = NonNullable<TicketCreate['externalIdentifier']>;

const externalIdsOf = (given: Given): ExternalId[] =>
  given.map(({ id, owner, externalIdentifierType }) => ({
    id,
    owner: owner ?? null,
    type: externalIdentifierType ?? null,
  }));

/** The path and service that a ticket names among its related entities; what is neither is let be. */
function scopeOfTicket(
  { relatedEntity }: TicketCreate,
  services: readonly string[],
): { readonly path: PathId | null; readonly service: string | null } {
  const ids = (relatedEntity ?? []).map(({ entity, id }) => entity?.id ?? id ?? '');
  return { path: ids.find(isPathId) ?? null, service: ids.find((id) => services.includes(id)) ?? null };
}

/** Whom a ticket names as its customer. */
function customerOfTicket({ relatedParty }: TicketCreate): string | null {
  const found = (relatedParty ?? []).find(({ role }) => /^(customer|buyer|originator)$/i.test(role ?? ''));
  return found?.partyOrPartyRole?.id ?? found?.id ?? null;
}

/** What a patch asks for, in our words: what is said anew, then notes, then the status. */
function deedsOfPatch(report: Ticket, patch: TicketPatch): TransitionRequest[] {
  const { severity = null, name: subject = null, externalIdentifier } = patch;
  const deeds: TransitionRequest[] = [];
  if (severity !== null || subject !== null || externalIdentifier !== undefined) {
    const externalIds = externalIdentifier === undefined ? null : externalIdsOf(externalIdentifier);
    deeds.push({ deed: 'change', subject, severity, externalIds });
  }
  const known = new Set(
    report.comments.flatMap(({ seq, externalId }) => [`${report.id}.${seq}`, externalId ?? []].flat()),
  );
  for (const { id, text } of patch.note ?? []) {
    if (id !== undefined && known.has(id)) continue;
    if (id !== undefined) known.add(id);
    const externalId = id === undefined ? {} : { externalId: id };
    deeds.push({ deed: 'comment', text, internal: false, attachments: [], ...externalId });
  }
  if (patch.status !== undefined && patch.status !== statusOf(report.state))
    deeds.push(deedFor(patch.status, patch.statusChangeReason ?? ''));
  return deeds;
}

function deedFor(status: TicketStatus, reason: string): TransitionRequest {
  switch (status) {
    case 'acknowledged':
      return { deed: 'take' };
    case 'inProgress':
      return { deed: 'start' };
    case 'resolved':
      return { deed: 'resolve', text: reason };
    case 'rejected':
      return { deed: 'reject', text: reason };
    case 'closed':
      return { deed: 'close', text: reason };
    case 'pending':
      return { deed: 'reopen', text: reason };
    case 'cancelled':
      return { deed: 'withdraw', text: reason.trim() === '' ? null : reason };
    case 'held':
      throw new ValidationError([
        validationError(
          'status',
          `is ${status}, which a report never is`,
          'acknowledged, inProgress, resolved, closed, rejected, cancelled, pending',
        ),
      ]);
  }
}

const tag = 'TMF621 trouble tickets';
const ticket = z.looseObject({ '@type': z.literal('TroubleTicket'), id: z.string(), href: z.string() });
const always = ['id', 'href', '@type'];

/** Only what `fields` names of it, and what a ticket always has. */
function chosen(whole: Record<string, unknown>, fields: string | undefined): Record<string, unknown> {
  if (fields === undefined) return whole;
  const names = new Set([...always, ...fields.split(',').map((name) => name.trim())]);
  return Object.fromEntries(Object.entries(whole).filter(([key]) => names.has(key)));
}

/** The same reports in the shape of TMF621 Trouble Ticket v5. */
export function ticketRoutes(
  server: FastifyInstance,
  { office, config, now, uploads }: TicketRoutes & { readonly uploads: Uploads },
): void {
  const { desk } = office;
  const url = `${tmfBase}/troubleTicket` as const;
  /** A page of what a caller may see of what was found, and how much that is in all. */
  const visible = async (
    wanted: Omit<Parameters<typeof desk.list>[0], 'limit' | 'offset'>,
    caller: Caller,
    { limit, offset }: { readonly limit: number; readonly offset: number },
  ) => {
    const all = await desk.list({ ...wanted, limit: await desk.count(wanted), offset: 0 });
    const seen = all.flatMap((one) => shownTo(caller, one, now()) ?? []);
    return { shown: seen.slice(offset, offset + limit), total: seen.length };
  };
  addRoute(server, {
    method: 'GET',
    url,
    operationId: 'listTroubleTicket',
    tag,
    access: 'faults:read',
    summary: 'Trouble tickets, newest first; X-Total-Count says how many there are in all.',
    query: ticketQuery,
    answer: { description: 'the tickets', schema: z.array(ticket) },
    handle: async ({ query, caller, reply }) => {
      const { fields, offset = 0, limit = 50, status: states } = query;
      const { 'creationDate.gte': from, 'creationDate.lt': to } = query;
      const customer = query['relatedParty.partyOrPartyRole.id'];
      const own = caller.customersSeen() ?? undefined;
      const customers = customer === undefined ? own : (own ?? [customer]).filter((one) => one === customer);
      const wanted = {
        ...(customers && { customers }),
        ...(states && { states }),
        ...(from !== undefined && { from }),
        ...(to !== undefined && { to }),
      };
      const { shown, total } =
        caller.reach === 'all'
          ? { shown: await desk.list({ ...wanted, limit, offset }), total: await desk.count(wanted) }
          : await visible(wanted, caller, { limit, offset });
      reply.header('x-total-count', total).header('x-result-count', shown.length);
      return shown.map((one) => chosen(ticketJson(one, now()), fields));
    },
  });
  addRoute(server, {
    method: 'GET',
    url: `${url}/:id`,
    operationId: 'retrieveTroubleTicket',
    tag,
    access: 'faults:read',
    summary: 'One trouble ticket.',
    params: ofReport,
    query: ticketFields,
    answer: { description: 'the ticket', schema: ticket },
    handle: async ({ params, query, caller }) => {
      const found = shownTo(caller, await desk.report(params.id), now());
      return found && chosen(ticketJson(found, now()), query.fields);
    },
  });
  addRoute(server, {
    method: 'POST',
    url,
    operationId: 'createTroubleTicket',
    tag,
    access: 'faults:file',
    summary:
      'Files a report; the round band of the path or service that relatedEntity names is its evidence.',
    bodyLimit: 15_000_000,
    body: ticketCreate,
    answer: { status: 201, description: 'created', schema: ticket },
    handle: async ({ body, caller, reply }) => {
      const actor = actorOf(caller);
      const customer = customerOfTicket(body) ?? caller.principal.customer ?? '';
      if (!caller.sees(customer, dayOf(now())))
        throw new ForbiddenError(
          `${caller.principal.name} may not file reports of ${JSON.stringify(customer)}`,
        );
      const scope = scopeOfTicket(
        body,
        config().book.services.map(({ id }) => id),
      );
      const attachments = [];
      for (const { name, content } of body.attachment ?? []) {
        if (content === undefined || !/^[A-Za-z0-9+/\s]*={0,2}$/.test(content)) {
          const what = `${JSON.stringify(name)} has no content in base64`;
          throw new ValidationError([
            validationError('attachment', what, 'files with their content; links are not followed'),
          ]);
        }
        const bytes = Buffer.from(content, 'base64');
        uploads.count(caller, bytes.byteLength);
        attachments.push(await desk.attach(name, bytes));
      }
      uploads.count(caller, 0);
      const filed = await desk.file(actor, {
        customer,
        ...scope,
        window: (scope.path ?? scope.service) ? 'round' : null,
        since: null,
        subject: body.name ?? null,
        text: body.description,
        severity: body.severity,
        kind: body.ticketType,
        channel: 'system',
        reporter: null,
        attachments,
        externalIds: externalIdsOf(body.externalIdentifier ?? []),
        notes: (body.note ?? []).map(({ id, text }) => ({ text, externalId: id ?? null })),
      });
      const shown = shownTo(caller, filed, now());
      uploads.note(caller, filed.evidence?.bytes ?? 0);
      reply.header('location', `${url}/${filed.id}`);
      return shown && ticketJson(shown, now());
    },
  });
  addRoute(server, {
    method: 'PATCH',
    url: `${url}/:id`,
    operationId: 'patchTroubleTicket',
    tag,
    access: 'faults:answer',
    summary:
      'Changes a ticket by a merge patch: its status, severity, name, external identifiers, new notes.',
    params: ofReport,
    body: ticketPatch,
    answer: { description: 'the ticket', schema: ticket },
    handle: async ({ params, body, caller }) => {
      const before = await desk.report(params.id);
      if (!shownTo(caller, before, now())) return null;
      if (body.id !== undefined && body.id !== params.id)
        throw new ValidationError([
          validationError('body.id', `is ${body.id}, and the ticket is ${params.id}`, params.id),
        ]);
      const done = shownTo(
        caller,
        await desk.do(actorOf(caller), params.id, ...deedsOfPatch(before, body)),
        now(),
      );
      return done && ticketJson(done, now());
    },
  });
}
