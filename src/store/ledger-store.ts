import type { LedgerEvent } from '../core/ledger/actions.js';
import type { EventVersion } from '../core/ledger/event-version.js';
import type { TicketRecord, TicketState } from '../core/ticket/actions.js';
import type { SameFault, Sameness } from '../core/ticket/lifecycle.js';
import type { Suggestion } from '../core/ticket/suggestion.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { OutboxDraft } from './statement-store.js';

/** Exclusions, corrections of outages and other entries that people make, with their authors. Append-only. */
export interface LedgerStore {
  /**
   * Appends events, all or none, when the first one's `previous` is the hash of the last stored event; `moved`: another
   * event was appended first, and these have to be reconsidered.
   */
  append(events: readonly LedgerEvent[]): Promise<'stored' | 'moved'>;
  /** The events after number `after`, in their order. */
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
  /** The newest texts of events that were read, of those sources. */
  versions(sources: readonly string[]): Promise<EventVersion[]>;
  /** Each takes the place of the one that its source had. */
  putVersions(versions: readonly EventVersion[]): Promise<void>;
}

/** The largest attachment. */
export const maxAttachmentBytes = 10 * 2 ** 20;

/** Evidence files, identified by the SHA-256 of their content. */
export interface AttachmentStore {
  /** Stores a file once. Rejects with `RangeError` for one of more than `maxAttachmentBytes`. */
  put(file: AttachmentFile): Promise<void>;
  /** Null: there is no such file. */
  get(sha256: string): Promise<Uint8Array | null>;
}

interface AttachmentFile {
  /** Hexadecimal, lower case. */
  readonly sha256: string;
  readonly content: Uint8Array;
  readonly at: EpochMs;
}

/** The fields of a ticket that lists use: derived from its events and stored beside them. */
export interface TicketHead {
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
  /** Events of one ticket, in their order. */
  readonly events: readonly TicketRecord[];
  /** The state after these events. */
  readonly head: TicketHead;
  /** Stored with the events or not at all. */
  readonly outbox: readonly OutboxDraft[];
}

export interface TicketQuery {
  /** Only tickets of these customers; of all by default. */
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

/** Tickets: each is an append-only chain of events. */
export interface TicketStore {
  /**
   * Appends events of a ticket, all or none. `moved`: another event was appended first, or the number of a new ticket
   * exists or leaves a gap.
   */
  append(entry: TicketAppend): Promise<'stored' | 'moved'>;
  /** The events of a ticket, in their order; empty when there is no such ticket. */
  events(report: number): Promise<TicketRecord[]>;
  /** Newest first. */
  heads(
    query: TicketQuery & { readonly limit: number; readonly before?: number; readonly offset?: number },
  ): Promise<TicketHead[]>;
  count(query: TicketQuery): Promise<number>;
  /** The tickets of the same subject and hour. */
  same(sameness: Sameness): Promise<SameFault[]>;
  /** The highest number; 0: there is no ticket. */
  latest(): Promise<number>;
}

export interface SuggestionStore {
  /** Inserts or updates a suggestion, which is identified by path and first slot. */
  put(suggestion: Suggestion): Promise<void>;
  /** Newest first; those of one slot by path. */
  list(query: SuggestionQuery): Promise<Suggestion[]>;
}

export interface SuggestionQuery {
  readonly path?: PathId;
  /** Only suggestions that have not ended. */
  readonly open?: boolean;
  /** Only suggestions after this one in that order. */
  readonly before?: Pick<Suggestion, 'firstSlot' | 'path'>;
  readonly limit: number;
}
