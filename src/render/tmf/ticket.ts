import type { FaultReport } from '../../core/fault/report.js';
import { forCustomer } from '../../core/fault/visible.js';
import { targetClocks } from '../../core/fault/targets.js';
import type { AttachmentRef } from '../../core/ledger/actions.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../instant.js';
import { statusOf } from './status.js';

export const tmfBase = '/tmf-api/troubleTicket/v5';

/** A report in the shape of a TroubleTicket of TMF621 v5; nothing internal: other systems know of no such notes. */
export function ticketJson(full: FaultReport, now: EpochMs) {
  const report = forCustomer(full);
  const { id, customer, owner, path, service, incident } = report;
  const href = `${tmfBase}/troubleTicket/${id}`;
  const { repair } = targetClocks(report, now);
  const last = report.history.at(-1);
  const resolved = report.history.filter(({ state }) => state === 'resolved').at(-1);
  return {
    '@type': 'TroubleTicket',
    '@baseType': 'TroubleTicket',
    ...{ id, href, name: report.subject, description: report.text },
    ...{ severity: report.severity, ticketType: report.kind, status: statusOf(report.state) },
    channel: { '@type': 'ChannelRef', id: report.channel, name: report.channel },
    creationDate: isoInstant(report.filedAt),
    lastUpdate: isoInstant(report.updatedAt),
    ...(repair?.dueAt != null && { expectedResolutionDate: isoInstant(repair.dueAt) }),
    ...(resolved && report.state !== 'reopened' && { resolutionDate: isoInstant(resolved.at) }),
    ...(last && {
      statusChangeDate: isoInstant(last.at),
      ...(last.reason !== null && { statusChangeReason: last.reason }),
    }),
    statusChangeHistory: report.history.map(({ at, state, reason }) => ({
      '@type': 'StatusChange',
      ...{
        status: statusOf(state),
        changeDate: isoInstant(at),
        ...(reason !== null && { changeReason: reason }),
      },
    })),
    externalIdentifier: report.externalIds.map((external) => ({
      '@type': 'ExternalIdentifier',
      ...{ id: external.id, ...(external.owner !== null && { owner: external.owner }) },
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
      ...{ id: `${id}.${seq}`, author: actor.name, date: isoInstant(at), text },
    })),
    attachment: [
      ...(report.evidence
        ? [
            {
              '@type': 'Attachment',
              ...{ id: report.evidence.sha256, name: `${id}-evidence.json`, mimeType: 'application/json' },
              ...{ attachmentType: 'evidence', url: `/api/v1/fault-reports/${id}/evidence` },
              size: { amount: report.evidence.bytes, units: 'byte' },
            },
          ]
        : []),
      ...report.attachments.map((file) => attachment(id, file)),
      ...report.comments.flatMap(({ attachments }) => attachments.map((file) => attachment(id, file))),
    ],
  };
}

export type TicketJson = ReturnType<typeof ticketJson>;

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
  ...{ id: sha256, name, url: `/api/v1/fault-reports/${report}/attachments/${sha256}` },
  size: { amount: bytes, units: 'byte' },
});
