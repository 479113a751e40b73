import type { AttachmentRef } from '../core/ledger/actions.js';
import type { TicketRecord, TicketState } from '../core/ticket/actions.js';
import type { Ticket } from '../core/ticket/report.js';
import { targetClocks } from '../core/ticket/suggestion.js';
import { forCustomer, eventOfAction } from '../core/ticket/visibility.js';
import type { EpochMs } from '../core/types.js';
import { isoInstant } from './figures.js';

/** The states of TMF621 v5. */
export const ticketStatuses = [
  'acknowledged',
  'rejected',
  'pending',
  'held',
  'inProgress',
  'cancelled',
  'closed',
  'resolved',
] as const;
export type TicketStatus = (typeof ticketStatuses)[number];

const statuses: Record<TicketState, TicketStatus> = {
  filed: 'pending',
  acknowledged: 'acknowledged',
  investigating: 'inProgress',
  resolved: 'resolved',
  closed: 'closed',
  rejected: 'rejected',
  reopened: 'pending',
  withdrawn: 'cancelled',
};

/** What a state is called there: what waits for somebody to take it is pending; what is withdrawn is cancelled; nothing of ours is held. */
export const statusOf = (state: TicketState): TicketStatus => statuses[state];

export const statesOf = (status: TicketStatus): TicketState[] =>
  (Object.keys(statuses) as TicketState[]).filter((state) => statuses[state] === status);

export const tmfBase = '/tmf-api/troubleTicket/v5';

/** A report in the shape of a TroubleTicket of TMF621 v5; nothing internal: other systems know of no such notes. */
export function ticketJson(full: Ticket, now: EpochMs) {
  const report = forCustomer(full);
  const { id, customer, owner, path, service, incident } = report;
  const href = `${tmfBase}/troubleTicket/${id}`;
  const { repair } = targetClocks(report, now);
  const last = report.history.at(-1);
  const resolved = report.history.filter(({ state }) => state === 'resolved').at(-1);
  return {
    '@type': 'TroubleTicket',
    '@baseType': 'TroubleTicket',
    id,
    href,
    name: report.subject,
    description: report.text,
    severity: report.severity,
    ticketType: report.kind,
    ...(report.priority !== undefined && { priority: report.priority }),
    status: statusOf(report.state),
    channel: { '@type': 'ChannelRef', id: report.channel, name: report.channel },
    creationDate: isoInstant(report.filedAt),
    lastUpdate: isoInstant(report.updatedAt),
    ...(report.requestedResolutionAt !== undefined && {
      requestedResolutionDate: isoInstant(report.requestedResolutionAt),
    }),
    ...(repair?.dueAt != null && { expectedResolutionDate: isoInstant(repair.dueAt) }),
    ...(resolved && report.state !== 'reopened' && { resolutionDate: isoInstant(resolved.at) }),
    ...(last && {
      statusChangeDate: isoInstant(last.at),
      ...(last.reason !== null && { statusChangeReason: last.reason }),
    }),
    statusChangeHistory: report.history.map(({ at, state, reason }) => ({
      '@type': 'StatusChange',
      status: statusOf(state),
      statusChangeDate: isoInstant(at),
      ...(reason !== null && { statusChangeReason: reason }),
    })),
    externalIdentifier: report.externalIds.map((external) => ({
      '@type': 'ExternalIdentifier',
      id: external.id,
      ...(external.owner !== null && { owner: external.owner }),
      ...(external.type !== null && { externalIdentifierType: external.type }),
    })),
    relatedParty: [
      party('customer', customer, 'Organization'),
      ...(owner === null ? [] : [party('owner', owner, 'Individual')]),
    ],
    relatedEntity: [
      ...(path === null ? [] : [entity('affectedPath', path, 'Resource')]),
      ...(service === null ? [] : [entity('affectedService', service, 'Service')]),
      entity('incident', incident, 'ServiceProblem'),
      ...report.entries.map((entry) => entity(entry.what, entry.id, 'Entity')),
    ],
    note: report.comments.map(({ seq, at, actor, text }) => ({
      '@type': 'Note',
      id: `${id}.${seq}`,
      author: actor.name,
      date: isoInstant(at),
      text,
    })),
    attachment: [
      ...(report.evidence
        ? [
            {
              '@type': 'Attachment',
              id: report.evidence.sha256,
              name: `${id}-evidence.json`,
              mimeType: 'application/json',
              attachmentType: 'evidence',
              url: `/api/v1/fault-reports/${id}/evidence`,
              size: { amount: report.evidence.bytes, units: 'byte' },
            },
          ]
        : []),
      ...report.attachments.map((file) => attachment(id, file)),
      ...(report.links ?? []).map(({ name, url }, index) => ({
        '@type': 'AttachmentRef',
        id: `${id}.link-${index + 1}`,
        name,
        url,
      })),
      ...report.comments.flatMap(({ attachments }) => attachments.map((file) => attachment(id, file))),
    ],
  };
}

const party = (role: string, id: string, referredType: string) => ({
  '@type': 'RelatedPartyRefOrPartyRoleRef',
  role,
  partyOrPartyRole: { '@type': 'PartyRef', id, '@referredType': referredType },
});

const entity = (role: string, id: string, referredType: string) => ({
  '@type': 'RelatedEntity',
  role,
  entity: { '@type': 'EntityRef', id, '@referredType': referredType },
});

const attachment = (report: string, { sha256, name, bytes }: AttachmentRef) => ({
  '@type': 'Attachment',
  id: sha256,
  name,
  url: `/api/v1/fault-reports/${report}/attachments/${sha256}`,
  size: { amount: bytes, units: 'byte' },
});

/** The names of what a ticket has, as lists are asked for by them. */
export const ticketAttributes = [
  'id',
  'href',
  '@type',
  '@baseType',
  'name',
  'description',
  'severity',
  'ticketType',
  'priority',
  'status',
  'channel',
  'creationDate',
  'lastUpdate',
  'requestedResolutionDate',
  'expectedResolutionDate',
  'resolutionDate',
  'statusChangeDate',
  'statusChangeReason',
  'statusChangeHistory',
  'externalIdentifier',
  'relatedParty',
  'relatedEntity',
  'note',
  'attachment',
] as const satisfies readonly (keyof ReturnType<typeof ticketJson>)[];

export const ticketEvents = [
  'TroubleTicketCreateEvent',
  'TroubleTicketAttributeValueChangeEvent',
  'TroubleTicketStatusChangeEvent',
  'TroubleTicketResolvedEvent',
  // These are known to those who register for everything by name; reports are neither deleted nor do they wait for
  // information as a state.
  'TroubleTicketDeleteEvent',
  'TroubleTicketInformationRequiredEvent',
] as const;
export type TicketEvent = (typeof ticketEvents)[number];

/** Which of the events of TMF621 an event of a report is: that it was resolved has an event of its own beside. */
export function ticketEventsOf({ action }: Pick<TicketRecord, 'action'>): TicketEvent[] {
  const told = eventOfAction(action);
  if (told === 'report-filed') return ['TroubleTicketCreateEvent'];
  if (told !== 'report-state') return ['TroubleTicketAttributeValueChangeEvent'];
  const isResolved = action.type === 'resolved';
  return ['TroubleTicketStatusChangeEvent', ...(isResolved ? (['TroubleTicketResolvedEvent'] as const) : [])];
}

/** What a listener is posted. */
export function ticketEventJson(type: TicketEvent, event: TicketRecord, report: Ticket): object {
  const at = isoInstant(event.at);
  return {
    '@type': type,
    '@baseType': 'Event',
    eventId:
      type === 'TroubleTicketResolvedEvent'
        ? `${report.id}.${event.seq}.resolved`
        : `${report.id}.${event.seq}`,
    eventTime: at,
    timeOccurred: at,
    eventType: type,
    correlationId: report.incident,
    domain: 'troubleTicket',
    title: type,
    priority: 'normal',
    event: { troubleTicket: ticketJson(report, event.at) },
  };
}

/** Where a listener takes it: `/listener/troubleTicketCreateEvent` below its callback. */
export const listenerPath = (type: TicketEvent): string =>
  `/listener/${type.slice(0, 1).toLowerCase()}${type.slice(1)}`;
