import type { FaultEvent, FaultState } from '../core/fault/actions.js';
import type { Sameness, SameFault } from '../core/fault/incident.js';
import type { Suggestion } from '../core/fault/suggestion.js';
import type { EpochMs, PathId } from '../core/types.js';
import type { OutboxDraft } from './notify-store.js';

/** A report as far as lists look at it: kept beside its events, which alone decide. */
export interface FaultHead {
  readonly number: number;
  readonly customer: string;
  readonly path: PathId | null;
  readonly service: string | null;
  readonly state: FaultState;
  readonly incident: string;
  readonly owner: string | null;
  readonly sameness: Sameness | null;
  readonly filedAt: EpochMs;
  readonly updatedAt: EpochMs;
}

export interface FaultAppend {
  /** Of one report, in their order. */
  readonly events: readonly FaultEvent[];
  /** As it is after them. */
  readonly head: FaultHead;
  /** Stored with the events or not at all. */
  readonly outbox: readonly OutboxDraft[];
}

export interface FaultQuery {
  /** Only those of these customers; left out: of all. */
  readonly customers?: readonly string[];
  readonly states?: readonly FaultState[];
  readonly path?: PathId;
  readonly service?: string;
  readonly incident?: string;
  readonly owner?: string;
  /** Filed in [from, to). */
  readonly from?: EpochMs;
  readonly to?: EpochMs;
}

/** Fault reports: each a chain of events, append-only. */
export interface FaultStore {
  /**
   * Appends events of a report, all or none. `moved`: another event came before them, or for a new report its number
   * is taken or leaves a gap.
   */
  append(entry: FaultAppend): Promise<'stored' | 'moved'>;
  /** Of one report, in their order; none: there is no such report. */
  events(report: number): Promise<FaultEvent[]>;
  /** Newest first. */
  heads(
    query: FaultQuery & { readonly limit: number; readonly before?: number; readonly offset?: number },
  ): Promise<FaultHead[]>;
  count(query: FaultQuery): Promise<number>;
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
