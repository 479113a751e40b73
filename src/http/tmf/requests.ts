import type { ExternalId } from '../../core/fault/actions.js';
import type { FaultReport } from '../../core/fault/report.js';
import { isPathId } from '../../core/path/path.js';
import { refuse } from '../../core/ledger/refusal.js';
import type { PathId } from '../../core/types.js';
import type { DeedRequest } from '../../engine/fault/decide.js';
import { Refused } from '../../engine/ledger/enter.js';
import type { TicketStatus } from '../../render/tmf/status.js';
import { statusOf } from '../../render/tmf/status.js';
import type { TicketCreate, TicketPatch } from './input.js';

type Given = NonNullable<TicketCreate['externalIdentifier']>;

export const externalIdsOf = (given: Given): ExternalId[] =>
  given.map(({ id, owner, externalIdentifierType }) => ({
    ...{ id, owner: owner ?? null, type: externalIdentifierType ?? null },
  }));

/** The path and service that a ticket names among its related entities; what is neither is let be. */
export function scopeOfTicket(
  { relatedEntity }: TicketCreate,
  services: readonly string[],
): { readonly path: PathId | null; readonly service: string | null } {
  const ids = (relatedEntity ?? []).map(({ entity, id }) => entity?.id ?? id ?? '');
  return { path: ids.find(isPathId) ?? null, service: ids.find((id) => services.includes(id)) ?? null };
}

/** Whom a ticket names as its customer. */
export function customerOfTicket({ relatedParty }: TicketCreate): string | null {
  const found = (relatedParty ?? []).find(({ role }) => /^(customer|buyer|originator)$/i.test(role ?? ''));
  return found?.partyOrPartyRole?.id ?? found?.id ?? null;
}

/** What a patch asks for, in our words: what is said anew, then notes, then the status. */
export function deedsOfPatch(report: FaultReport, patch: TicketPatch): DeedRequest[] {
  const { severity = null, name: subject = null, externalIdentifier } = patch;
  const deeds: DeedRequest[] = [];
  if (severity !== null || subject !== null || externalIdentifier !== undefined) {
    const externalIds = externalIdentifier === undefined ? null : externalIdsOf(externalIdentifier);
    deeds.push({ deed: 'change', subject, severity, externalIds });
  }
  const known = new Set(report.comments.map(({ seq }) => `${report.id}.${seq}`));
  for (const { id, text } of patch.note ?? [])
    if (id === undefined || !known.has(id))
      deeds.push({ deed: 'comment', text, internal: false, attachments: [] });
  if (patch.status !== undefined && patch.status !== statusOf(report.state))
    deeds.push(deedFor(patch.status, patch.statusChangeReason ?? ''));
  return deeds;
}

function deedFor(status: TicketStatus, reason: string): DeedRequest {
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
    case 'held':
    case 'cancelled':
      throw new Refused([
        refuse(
          'status',
          `is ${status}, which a report never is`,
          'acknowledged, inProgress, resolved, closed, rejected, pending',
        ),
      ]);
  }
}
