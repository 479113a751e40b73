import type { AttachmentRef } from '../ledger/actions.js';
import type { WindowKind } from '../standing.js';
import type { EpochMs, PathId } from '../types.js';

export const ticketStates = [
  'filed',
  'acknowledged',
  'investigating',
  'resolved',
  'closed',
  'rejected',
  'reopened',
  'withdrawn',
] as const;
export type TicketState = (typeof ticketStates)[number];

/** How a report came: by the customer, by phone through the NOC, from another system. */
export const ticketChannels = ['customer', 'phone', 'system'] as const;
export type FaultChannel = (typeof ticketChannels)[number];

/** On whose side somebody acts. What the `noc` says can be kept from customers. */
type TicketSide = 'customer' | 'noc' | 'system';

export interface TicketActor {
  /** An id or a name; how to reach somebody stands elsewhere, where it can be erased. */
  readonly name: string;
  readonly side: TicketSide;
  /** The customer that somebody from outside belongs to; it is stored with no event. */
  readonly customer?: string | null;
}

/** What was measured when the report was filed: kept by its hash, and never changed. */
interface EvidenceRef {
  readonly sha256: string;
  readonly bytes: number;
  /** The band that the report was filed from. */
  readonly window: WindowKind;
}

/** What the customer's plan promised when the report was filed. */
export interface FaultTargets {
  readonly plan: string;
  readonly firstResponseMs: number | null;
  readonly repairMs: number | null;
}

/** The name that another system has for the report. */
export interface ExternalId {
  readonly id: string;
  readonly owner: string | null;
  readonly type: string | null;
}

/** A file that another system has, by its address. It is never fetched. */
export interface AttachmentLink {
  readonly name: string;
  /** `http:` or `https:`. */
  readonly url: string;
}

/** What a report says when it is filed. */
export interface TicketText {
  readonly customer: string;
  /** A path, or the paths of a service; null: not one path. */
  readonly path: PathId | null;
  readonly service: string | null;
  /** Since when it is felt. */
  readonly since: EpochMs;
  readonly subject: string;
  readonly text: string;
  readonly severity: string;
  readonly kind: string;
  readonly channel: FaultChannel;
  /** The id of the person to answer to, where it is known. */
  readonly reporter: string | null;
  /** Null: filed with no band. */
  readonly evidence: EvidenceRef | null;
  readonly targets: FaultTargets | null;
  readonly attachments: readonly AttachmentRef[];
  readonly links?: readonly AttachmentLink[];
  /** As another system says it; nothing here depends on it. */
  readonly priority?: string;
  /** By when another system asks for it to be resolved. What was promised is in `targets`. */
  readonly requestedResolutionAt?: EpochMs;
  readonly externalIds: readonly ExternalId[];
  readonly incident: string;
}

/** What of a report may be said anew. */
type TicketChanges = Partial<
  Pick<TicketText, 'subject' | 'severity' | 'externalIds' | 'priority' | 'requestedResolutionAt'>
>;

/** Everything that can happen to a report; each is kept for ever. */
export type TicketAction =
  | { readonly type: 'filed'; readonly text: TicketText }
  | { readonly type: 'taken' }
  | { readonly type: 'started' }
  | { readonly type: 'offered'; readonly to: string; readonly reason: string | null }
  | { readonly type: 'accepted' }
  | { readonly type: 'declined'; readonly reason: string | null }
  | {
      readonly type: 'commented';
      /** What another system calls the note. */
      readonly externalId?: string;
      readonly text: string;
      readonly internal: boolean;
      readonly attachments: readonly AttachmentRef[];
    }
  | { readonly type: 'resolved'; readonly text: string }
  | { readonly type: 'rejected'; readonly reason: string }
  | { readonly type: 'withdrawn'; readonly reason: string | null }
  | { readonly type: 'closed'; readonly text: string | null }
  | { readonly type: 'reopened'; readonly reason: string }
  | { readonly type: 'linked'; readonly incident: string; readonly to: string }
  | { readonly type: 'changed'; readonly changes: TicketChanges }
  | {
      readonly type: 'entered';
      readonly what: 'outage' | 'exclusion';
      /** As the ledger names it: `C7`, `X3`. */
      readonly id: string;
    };

/** One link of a report's chain. */
export interface TicketRecord {
  /** The report's number: 7 of F7. */
  readonly report: number;
  /** From 1 on, without a gap. */
  readonly seq: number;
  readonly at: EpochMs;
  readonly actor: TicketActor;
  readonly action: TicketAction;
  readonly previous: string;
  /** Over all of the above. */
  readonly hash: string;
}

export const reportId = (number: number): string => `F${number}`;

/** Null: it is no report's id. */
export function parseReportId(id: string): number | null {
  return /^F[1-9]\d{0,14}$/.test(id) ? Number(id.slice(1)) : null;
}
