import type { Config } from '../../config/config.js';
import type { LedgerEvent } from '../../core/ledger/actions.js';
import type { SizeSample } from '../../core/measurement/round.js';
import type { SlotSummary } from '../../core/measurement/summary.js';
import type { SealedStatement, StatementDocument } from '../../core/statement/document.js';
import type { PathTrace } from '../../core/trace/trace.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import type { BlindTime, ObservedOutage, StateChange, WatchSpan } from '../../core/watch/records.js';

/** What of the configuration a month is judged by, as far as one customer's services go. */
export type EvidenceTerms = Pick<
  Config,
  'agent' | 'pops' | 'paths' | 'commitments' | 'measurement' | 'watch' | 'book'
>;

/** An event of the ledger that has nothing to do with the service: its links only. */
export interface ClosedEvent {
  readonly seq: number;
  readonly previous: string;
  readonly hash: string;
}

export interface PacketsOfRound {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly sizes: readonly SizeSample[];
}

/** A statement with everything that it rests on. */
export interface Evidence extends EvidenceRows {
  readonly statement: StatementDocument;
}

export interface EvidenceRows {
  /** Sealed ones, the first first; the statement is the last of them, or a draft. */
  readonly revisions: readonly SealedStatement[];
  /** Of the customer's earlier months, where a plan caps credits over a rolling year. */
  readonly earlier: readonly SealedStatement[];
  /** The keys that ever signed, so that each seal can be checked. */
  readonly keys: readonly { readonly id: string; readonly pem: string }[];
  readonly terms: EvidenceTerms;
  /** All of them up to the statement's head. */
  readonly ledger: readonly (LedgerEvent | ClosedEvent)[];
  readonly watchers: readonly { readonly observer: PopId; readonly port: PopId }[];
  readonly outages: readonly ObservedOutage[];
  readonly states: readonly StateChange[];
  readonly spans: readonly WatchSpan[];
  readonly blind: readonly BlindTime[];
  /** They explain, and decide nothing. */
  readonly traces: readonly PathTrace[];
  readonly rounds: readonly SlotSummary[];
  /** Of the rounds of the service's own paths, where they are kept. */
  readonly packets: readonly PacketsOfRound[];
  /** Files that prove exclusions and corrections, by their SHA-256. */
  readonly attachments: ReadonlyMap<string, Uint8Array>;
}

export const isOpen = (event: LedgerEvent | ClosedEvent): event is LedgerEvent => 'action' in event;
