import { setImmediate as turn } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { applyPatch, type Operation } from 'rfc6902';
import { z } from 'zod';
import { validationError } from '../../core/ledger/errors.js';
import { isPathId } from '../../core/path.js';
import type { AttachmentLink, ExternalId } from '../../core/ticket/actions.js';
import type { Ticket } from '../../core/ticket/report.js';
import type { EpochMs, PathId } from '../../core/types.js';
import {
  statesOf,
  statusOf,
  ticketAttributes,
  ticketJson,
  type TicketStatus,
  ticketStatuses,
  tmfBase,
} from '../../render/tmf.js';
import { ValidationError } from '../../services/ledger/entries.js';
import type { TransitionRequest } from '../../services/tickets/decide.js';
import type { TicketQuery } from '../../store/ledger-store.js';
import type { Caller } from '../access/caller.js';
import { type TicketRoutes, ofReport } from '../tickets/reads.js';
import type { Uploads } from '../tickets/writes.js';
import { actorOf, dayOf, shownTo } from '../tickets/answers.js';
import { BadRequestError, ConflictError, ForbiddenError } from '../problem.js';
import { inputFaults } from '../route/input.js';
import { addRoute } from '../route/route.js';
import {
  answerPage,
  pageCollector,
  readTmfList,
  selectFields,
  tmfFieldsQuery,
  type TmfFilter,
  type TmfList,
  tmfListQuery,
} from './list.js';
import { type TicketCreate, ticketCreate, type TicketPatch, ticketPatch } from './requests.js';

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

const instantOf = (text: string | null | undefined): EpochMs | null =>
  text == null ? null : Date.parse(text);

/** What a patch asks for, in our words: what is said anew, then notes, then the status. */
function transitionsOfPatch(report: Ticket, patch: TicketPatch): TransitionRequest[] {
  const { severity = null, name: subject = null, priority = null, externalIdentifier } = patch;
  const requestedResolutionAt = instantOf(patch.requestedResolutionDate);
  const requests: TransitionRequest[] = [];
  const isSaid = [severity, subject, priority, requestedResolutionAt].some((one) => one !== null);
  if (isSaid || externalIdentifier !== undefined) {
    const externalIds = externalIdentifier === undefined ? null : externalIdsOf(externalIdentifier);
    requests.push({ transition: 'change', subject, severity, externalIds, priority, requestedResolutionAt });
  }
  for (const { id, text } of patch.note ?? []) {
    const externalId = id === undefined ? {} : { externalId: id };
    requests.push({ transition: 'comment', text, internal: false, attachments: [], ...externalId });
  }
  if (patch.status !== undefined && patch.status !== statusOf(report.state))
    requests.push(transitionFor(patch.status, patch.statusChangeReason ?? ''));
  return requests;
}

function transitionFor(status: TicketStatus, reason: string): TransitionRequest {
  switch (status) {
    case 'acknowledged':
      return { transition: 'take' };
    case 'inProgress':
      return { transition: 'start' };
    case 'resolved':
      return { transition: 'resolve', text: reason };
    case 'rejected':
      return { transition: 'reject', text: reason };
    case 'closed':
      return { transition: 'close', text: reason };
    case 'pending':
      return { transition: 'reopen', text: reason };
    case 'cancelled':
      return { transition: 'withdraw', text: reason.trim() === '' ? null : reason };
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
const resource = { attributes: ticketAttributes, values: { status: ticketStatuses } };
const customerFilter = 'relatedParty.partyOrPartyRole.id';

/**
 * What of a list's filters the store knows how to look for: the states, and the customers where only such are named, as
 * an owner is a party of a ticket too. `all`: nothing else is to be looked for.
 */
function storedFilters(filters: readonly TmfFilter[], customers: ReadonlySet<string>) {
  const of = (attribute: string): TmfFilter | undefined =>
    filters.find((one) => one.attribute === attribute && one.operator === 'eq');
  const status = of('status');
  const party = of(customerFilter);
  const isCustomers = (value: string): boolean => value.split(',').every((one) => customers.has(one));
  const named = party?.values.every(isCustomers) === true ? party : undefined;
  return {
    states: status?.values.flatMap((each) => statesOf(each as TicketStatus)),
    customers: named?.values,
    all: filters.every((one) => one === status || one === named),
  };
}

/** How many tickets are read at once: between two times others have their turn, as they are many after some years. */
const ticketsAtOnce = 100;

const largestTicket = 1_000_000;

/** Why an operation can't be done; null: it is done. What is no pointer, or points into a text, is thrown. */
function errorOf(after: object, operation: Operation): Error | null {
  try {
    return applyPatch(after, [operation])[0] ?? null;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** What a JSON Patch makes of a ticket, as a merge patch: only what may be changed may differ afterwards. */
function mergePatchOf(before: object, operations: readonly Operation[]): TicketPatch {
  const after = structuredClone(before) as Record<string, unknown>;
  for (const [index, operation] of operations.entries()) {
    const error = errorOf(after, operation);
    // A copy of a copy doubles what there is.
    if (operation.op === 'copy' && JSON.stringify(after).length > largestTicket)
      throw new BadRequestError([
        {
          parameter: `operations.${index}`,
          detail: `makes more than ${largestTicket} characters; allowed: less`,
        },
      ]);
    if (error === null) continue;
    if (error.name === 'TestError') throw new ConflictError(`operation ${index} tests for another value`);
    throw new BadRequestError([
      { parameter: `operations.${index}`, detail: `can't be done: ${error.message}; allowed: RFC 6902` },
    ]);
  }
  const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);
  const old = new Map<string, unknown>(Object.entries(before));
  const names = [...new Set([...old.keys(), ...Object.keys(after)])];
  const changed = names.filter((name) => !same(old.get(name), after[name]));
  const removed = changed.find((name) => !(name in after));
  if (removed !== undefined)
    throw new BadRequestError([{ parameter: removed, detail: "can't be removed; allowed: another value" }]);
  const notes = (of: unknown): unknown[] => (Array.isArray(of) ? of : []);
  if (notes(old.get('note')).some((note) => !notes(after['note']).some((one) => same(one, note))))
    throw new BadRequestError([
      { parameter: 'note', detail: "can't lose or change a note; allowed: more notes" },
    ]);
  // The notes that it has already need not be said again: there may be more of them than a patch may bring.
  const added = notes(after['note']).filter((note) => !notes(old.get('note')).some((one) => same(one, note)));
  const patch = ticketPatch
    .omit({ operations: true })
    .safeParse(Object.fromEntries(changed.map((name) => [name, name === 'note' ? added : after[name]])));
  if (patch.success) return patch.data;
  throw new BadRequestError(inputFaults(ticketPatch, after, patch.error.issues));
}

/** The same reports in the shape of TMF621 Trouble Ticket v5. */
export function ticketRoutes(
  server: FastifyInstance,
  { ticketBacklog, config, now, uploads }: TicketRoutes & { readonly uploads: Uploads },
): void {
  const { ticketService } = ticketBacklog;
  const url = `${tmfBase}/troubleTicket` as const;

  /** A page in the order of the store, by filters that it knows. */
  async function storedPage(wanted: TicketQuery, { offset, limit }: TmfList) {
    const total = await ticketService.count(wanted);
    const found = await ticketService.list({ ...wanted, offset, limit });
    return { page: found.map((one) => ticketJson(one, now())), total };
  }

  /** A page by filters of any attribute: every ticket that the store finds is looked at. */
  async function collectedPage(wanted: TicketQuery, list: TmfList, caller: Caller) {
    const collector = pageCollector<ReturnType<typeof ticketJson>>(list);
    for (let before = Number.MAX_SAFE_INTEGER; ;) {
      const some = await ticketService.list({ ...wanted, before, limit: ticketsAtOnce });
      const last = some.at(-1);
      if (last === undefined) return collector.read();
      for (const one of some) {
        const shown = shownTo(caller, one, now());
        if (shown) collector.add(ticketJson(shown, now()));
      }
      before = last.number;
      await turn();
    }
  }

  addRoute(server, {
    method: 'GET',
    url,
    operationId: 'listTroubleTicket',
    tag,
    access: 'faults:read',
    summary:
      'Trouble tickets, newest first; filters by any attribute (TMF630), X-Total-Count and Link for the pages.',
    query: tmfListQuery,
    answer: { description: 'the tickets', schema: z.array(ticket) },
    handle: async ({ query, caller, reply }) => {
      const list = readTmfList(query, resource);
      const known = new Set(config().book.customers.map((each) => each.id));
      const { states, customers: named, all } = storedFilters(list.filters, known);
      const own = caller.customersSeen() ?? undefined;
      const customers = named === undefined ? own : (own ?? named).filter((one) => named.includes(one));
      const wanted = { ...(customers && { customers }), ...(states && { states }) };
      const found =
        all && list.sort.length === 0 && caller.reach === 'all'
          ? await storedPage(wanted, list)
          : await collectedPage(wanted, list, caller);
      return answerPage(found, list, reply);
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
    query: tmfFieldsQuery,
    answer: { description: 'the ticket', schema: ticket },
    handle: async ({ params, query, caller }) => {
      const found = shownTo(caller, await ticketService.report(params.id), now());
      return found && selectFields(ticketJson(found, now()), query.fields);
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
    query: tmfFieldsQuery,
    body: ticketCreate,
    answer: { status: 201, description: 'created', schema: ticket },
    handle: async ({ body, query, caller, reply }) => {
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
      const links: AttachmentLink[] = [];
      for (const { name, content, url: address } of body.attachment ?? []) {
        if (content === undefined && address !== undefined) {
          links.push({ name, url: address });
          continue;
        }
        if (content === undefined || !/^[A-Za-z0-9+/\s]*={0,2}$/.test(content)) {
          const what = `${JSON.stringify(name)} has no content in base64 and no url`;
          throw new ValidationError([
            validationError('attachment', what, 'a file by its content, or by its url, which is not fetched'),
          ]);
        }
        const bytes = Buffer.from(content, 'base64');
        uploads.count(caller, bytes.byteLength);
        attachments.push(await ticketService.attach(name, bytes));
      }
      uploads.count(caller, 0);
      const filed = await ticketService.file(actor, {
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
        links,
        externalIds: externalIdsOf(body.externalIdentifier ?? []),
        priority: body.priority ?? null,
        requestedResolutionAt: instantOf(body.requestedResolutionDate),
        notes: (body.note ?? []).map(({ id, text }) => ({ text, externalId: id ?? null })),
      });
      const shown = shownTo(caller, filed, now());
      uploads.note(caller, filed.evidence?.bytes ?? 0);
      reply.header('location', `${url}/${filed.id}`);
      return shown && selectFields(ticketJson(shown, now()), query.fields);
    },
  });
  addRoute(server, {
    method: 'PATCH',
    url: `${url}/:id`,
    operationId: 'patchTroubleTicket',
    tag,
    access: 'faults:answer',
    summary:
      'Changes a ticket by a merge patch or a JSON Patch: its status, severity, priority, name, external identifiers, new notes.',
    params: ofReport,
    query: tmfFieldsQuery,
    body: ticketPatch,
    answer: { description: 'the ticket', schema: ticket },
    handle: async ({ params, body, query, caller }) => {
      const before = await ticketService.report(params.id);
      if (!shownTo(caller, before, now())) return null;
      const { operations, ...merge } = body;
      const patch = operations ? mergePatchOf(ticketJson(before, now()), operations) : merge;
      if (patch.id !== undefined && patch.id !== params.id)
        throw new ValidationError([
          validationError('body.id', `is ${patch.id}, and the ticket is ${params.id}`, params.id),
        ]);
      const done = shownTo(
        caller,
        await ticketService.do(actorOf(caller), params.id, ...transitionsOfPatch(before, patch)),
        now(),
      );
      return done && selectFields(ticketJson(done, now()), query.fields);
    },
  });
}
