import type { BillingAction, ContactAction, DisputeAction } from '../billing/actions.js';
import type { RegistryAction } from '../customer/actions.js';
import type { ExclusionKind, ExclusionScope } from '../exclusion.js';
import type { Interval } from '../time/intervals.js';
import type { EpochMs, PopId } from '../types.js';

/** A file that proves something; kept by its hash. */
export interface AttachmentRef {
  readonly sha256: string;
  readonly name: string;
  readonly bytes: number;
}

/** When somebody was told, and how. */
export interface Notice {
  readonly at: EpochMs;
  readonly text: string | null;
}

/** A window that comes again: kept for people; what counts are the intervals it gave. */
export interface Recurrence {
  /** Five fields: minute, hour, day, month, weekday. */
  readonly cron: string;
  readonly durationMs: number;
  readonly zone: string;
}

/** What an exclusion says. */
export interface ExclusionText {
  readonly kind: ExclusionKind;
  readonly scope: ExclusionScope;
  /** In their order, apart from each other; several for a window that comes again. */
  readonly intervals: readonly Interval[];
  readonly recurrence: Recurrence | null;
  readonly notices: readonly Notice[];
  readonly reason: string;
  readonly proof: string | null;
  readonly attachments: readonly AttachmentRef[];
  /** What it was imported from: the UID of a calendar's event, say. */
  readonly source: string | null;
}

/** An outage that a correction speaks of: a measured row, or one that was added by hand. */
export type OutageRef =
  { readonly observer: PopId; readonly port: PopId; readonly start: EpochMs } | { readonly added: string };

interface Reasoned {
  readonly reason: string;
  readonly evidence: string | null;
  readonly attachments: readonly AttachmentRef[];
}

/** Everything that can be done; each is kept for ever. Ids are given by the ledger. */
export type LedgerAction =
  | ({ readonly type: 'exclusion-proposed'; readonly id: string } & ExclusionText)
  | { readonly type: 'exclusion-approved'; readonly id: string; readonly reason: string | null }
  | { readonly type: 'exclusion-rejected'; readonly id: string; readonly reason: string }
  | { readonly type: 'exclusion-revoked'; readonly id: string; readonly reason: string }
  | ({ readonly type: 'outage-added'; readonly id: string; readonly port: PopId } & Interval & Reasoned)
  | ({ readonly type: 'outage-corrected'; readonly id: string; readonly of: OutageRef } & Interval & Reasoned)
  | ({ readonly type: 'outage-voided'; readonly id: string; readonly of: OutageRef } & Reasoned)
  | RegistryAction
  | BillingAction
  | DisputeAction
  | ContactAction;

/** One link of the chain. */
export interface LedgerEvent {
  /** From 1 on, without a gap. */
  readonly seq: number;
  readonly at: EpochMs;
  /** Who did it. */
  readonly actor: string;
  readonly action: LedgerAction;
  /** The hash of the event before; of nothing for the first. */
  readonly previous: string;
  /** Over all of the above. */
  readonly hash: string;
}

export const attachmentsOf = (action: LedgerAction): readonly AttachmentRef[] =>
  'attachments' in action ? action.attachments : [];

/** Who did something, when, and why. */
export interface LedgerMark {
  readonly actor: string;
  readonly at: EpochMs;
  readonly reason: string | null;
}
