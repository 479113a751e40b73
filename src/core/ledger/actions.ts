import type { BillingAction, ContactAction, DisputeAction } from '../billing/actions.js';
import type { RegistryAction } from '../customer/actions.js';
import type { ExclusionKind, ExclusionScope } from '../exclusion.js';
import type { Interval } from '../time/intervals.js';
import type { EpochMs, PopId } from '../types.js';

/** A file that is evidence for an entry; stored under its hash. */
export interface AttachmentRef {
  readonly sha256: string;
  readonly name: string;
  readonly bytes: number;
}

/** When and how somebody was notified. */
export interface Notice {
  readonly at: EpochMs;
  readonly text: string | null;
}

/** The recurrence of a window, stored for people to read; the intervals expanded from it are what counts. */
export interface Recurrence {
  /** Five fields: minute, hour, day, month, weekday. */
  readonly cron: string;
  readonly durationMs: number;
  readonly zone: string;
}

/** The content of an exclusion. */
export interface ExclusionText {
  readonly kind: ExclusionKind;
  readonly scope: ExclusionScope;
  /** In time order, disjoint; several for a recurring window. */
  readonly intervals: readonly Interval[];
  readonly recurrence: Recurrence | null;
  readonly notices: readonly Notice[];
  readonly reason: string;
  readonly proof: string | null;
  readonly attachments: readonly AttachmentRef[];
  /** The origin of an imported exclusion, such as the UID of a calendar event. */
  readonly source: string | null;
}

/** The outage that a correction refers to: a measured row, or one added by hand. */
export type OutageRef =
  { readonly observer: PopId; readonly port: PopId; readonly start: EpochMs } | { readonly added: string };

interface Reasoned {
  readonly reason: string;
  readonly evidence: string | null;
  readonly attachments: readonly AttachmentRef[];
}

/** Every action that the ledger records; records are never deleted. The ledger assigns the ids. */
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
  | ContactAction
  /** A record that was changed so that it is none any more: it counts for nothing, and its hash tells. Never written. */
  | { readonly type: 'unreadable'; readonly text: string };

/** What the ledger calls what an action is about; empty where nobody can read it. */
export const idOfAction = (action: LedgerAction): string => (action.type === 'unreadable' ? '' : action.id);

/** Whoever enters something: a name for people and, where somebody signed in, who that is. */
export interface Actor {
  readonly name: string;
  /** See `actorOfPrincipal`; null: only the name is known. */
  readonly identity: string | null;
}

/** One record of the hash chain. */
export interface LedgerEvent {
  /** Starts at 1 and has no gaps. */
  readonly seq: number;
  readonly at: EpochMs;
  /** The name of the person who did it, for people. */
  readonly actor: string;
  /** Who it was, whatever the name: see `actorOfPrincipal`. Absent: only the name is known. */
  readonly principal?: string;
  readonly action: LedgerAction;
  /** The hash of the preceding event; `noHash` for the first. */
  readonly previous: string;
  /** Over all of the fields above. */
  readonly hash: string;
}

export const attachmentsOf = (action: LedgerAction): readonly AttachmentRef[] =>
  'attachments' in action ? action.attachments : [];

/** Who did something, when, and why. */
export interface LedgerMark {
  readonly actor: string;
  /** Absent: only the name is known. */
  readonly principal?: string;
  readonly at: EpochMs;
  readonly reason: string | null;
}
