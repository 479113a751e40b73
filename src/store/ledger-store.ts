import type { LedgerEvent } from '../core/ledger/actions.js';
import type { TicketRecord, TicketState } from '../core/ticket/actions.js';
import type { SameFault, Sameness } from '../core/ticket/lifecycle.js';
import type { Suggestion } from '../core/ticket/suggestion.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { OutboxDraft } from './statement-store.js';

/** What people entered: exclusions, corrections of outages, and who did what. Append-only. */
export interface LedgerStore {
  /**
   * Appends events, all or none, when the first one's `previous` is the hash of the last that is there; `moved`:
   * another came before, and these have to be thought over.
   */
  append(events: readonly LedgerEvent[]): Promise<'stored' | 'moved'>;
  /** Those after the event `after`, in their order. */
  events(query?: { readonly after?: number; readonly limit?: number }): Promise<LedgerEvent[]>;
}

/** A calendar that is followed, as it was when it was read last. */
export interface ExclusionFeed {
  /** Its URL, or the name of its file. */
  readonly source: string;
  readonly etag: string | null;
  /** Its `Last-Modified`, as the server wrote it. */
  readonly modified: string | null;
  readonly checkedAt: EpochMs;
  /** The sources of the events that it had. */
  readonly events: readonly string[];
}

export interface FeedStore {
  get(source: string): Promise<ExclusionFeed | null>;
  put(feed: ExclusionFeed): Promise<void>;
}

/** The largest file that is kept. */
export const maxAttachmentBytes = 10 * 2 ** 20;

/** Files that prove something, kept by the SHA-256 of their content. */
export interface AttachmentStore {
  /** Keeps a file once. Rejects with `RangeError` for one of more than `maxAttachmentBytes`. */
  put(file: AttachmentFile): Promise<void>;
  /** Null: there is no such file. */
  get(sha256: string): Promise<Uint8Array | null>;
}

interface AttachmentFile {
  /** Hexadecimal, in small letters. */
  readonly sha256: string;
  readonly content: Uint8Array;
  readonly at: EpochMs;
}

/** A report as far as lists look at it: kept beside its events, which alone decide. */
export interface FaultHead {
  readonly number: number;
  readonly customer: string;
  readonly path: PathId | null;
  readonly service: string | null;
  readonly state: TicketState;
  readonly incident: string;
  readonly owner: string | null;
  readonly sameness: Sameness | null;
  readonly filedAt: EpochMs;
  readonly updatedAt: EpochMs;
}

export interface TicketAppend {
  /** Of one report, in their order. */
  readonly events: readonly TicketRecord[];
  /** As it is after them. */
  readonly head: FaultHead;
  /** Stored with the events or not at all. */
  readonly outbox: readonly OutboxDraft[];
}

export interface TicketQuery {
  /** Only those of these customers; left out: of all. */
  readonly customers?: readonly string[];
  readonly states?: readonly TicketState[];
  readonly path?: PathId;
  readonly service?: string;
  readonly incident?: string;
  readonly owner?: string;
  /** Filed in [from, to). */
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

/** Fault reports: each a chain of events, append-only. */
export interface TicketStore {
  /**
   * Appends events of a report, all or none. `moved`: another event came before them, or for a new report its number
   * is taken or leaves a gap.
   */
  append(entry: TicketAppend): Promise<'stored' | 'moved'>;
  /** Of one report, in their order; none: there is no such report. */
  events(report: number): Promise<TicketRecord[]>;
  /** Newest first. */
  heads(
    query: TicketQuery & { readonly limit: number; readonly before?: number; readonly offset?: number },
  ): Promise<FaultHead[]>;
  count(query: TicketQuery): Promise<number>;
  /** The reports of the same path and hour. */
  same(sameness: Sameness): Promise<SameFault[]>;
  /** The highest number; 0: there is no report. */
  latest(): Promise<number>;
}

export interface SuggestionStore {
  /** Writes a suggestion, or writes it anew: its identity is (path, first slot). */
  put(suggestion: Suggestion): Promise<void>;
  /** Newest first, and of one slot by path. */
  list(query: SuggestionQuery): Promise<Suggestion[]>;
}

export interface SuggestionQuery {
  readonly path?: PathId;
  /** Only those that go on. */
  readonly open?: boolean;
  /** Only those that come behind this one. */
  readonly before?: Pick<Suggestion, 'firstSlot' | 'path'>;
  readonly limit: number;
}
