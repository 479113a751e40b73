import type { Batch, BatchState, BatchSummary } from '../core/billing/batch.js';
import type { CreditFacts, CreditRow, CreditStatus } from '../core/billing/credit.js';
import type { PeriodLock } from '../core/billing/periods.js';
import type { LedgerEvent } from '../core/ledger/actions.js';
import type { SealedStatement, StatementDocument } from '../core/statement/document.js';
import type { FigureFilter } from '../core/statement/filter.js';
import type { ToldEvent } from '../core/network-event.js';
import type { StoredNames } from '../core/statement/names.js';
import type { ChangedSince, StatementSummary } from '../core/statement/result.js';
import type { TargetKind } from '../core/target-kinds.js';
import { type OutboxState, outboxStates } from '../core/ticket/visibility.js';
import type { EpochMs } from '../core/types.js';

export type { ChangedSince, StatementSummary };

/** Statements, the credits that follow from them, and which months are closed. */
export interface StatementStore {
  /**
   * Replaces the draft of a service's month together with its credit (null: none is owed). Does nothing for a sealed
   * revision.
   */
  putDraft(draft: DraftStatement, credit: CreditFacts | null): Promise<void>;
  draft(id: string): Promise<DraftStatement | null>;
  /** One revision, or the latest; null: it does not exist. */
  sealed(id: string, revision?: number): Promise<SealedStatement | null>;
  /** What the ids of a sealed revision were called when it was sealed; null: none are stored. */
  names(id: string, revision: number): Promise<StoredNames | null>;
  /** Sealed revisions without stored names: an earlier version of the program sealed them. */
  unnamed(): Promise<{ readonly id: string; readonly revision: number }[]>;
  /** Stores names of a sealed revision that has none; does nothing where it has. */
  putNames(id: string, revision: number, names: StoredNames): Promise<void>;
  /** Drafts and all sealed revisions without their documents, ordered by month, service and revision. */
  list(query?: StatementQuery): Promise<StatementSummary[]>;
  /**
   * Stores, all or nothing, ledger events at the head, a sealed revision in place of its draft, and changes of credits.
   * `moved`: other events were appended first. `conflict`: the revision exists or does not follow the last, or a credit
   * has another status.
   */
  commit(change: StatementCommit): Promise<'stored' | 'moved' | 'conflict'>;
  credits(query?: CreditQuery): Promise<CreditRow[]>;
  /**
   * Runs work on a month's statements one at a time within this program and, on PostgreSQL, within all programs on the
   * database. Two programs on one SQLite file only conflict in `commit`, where the first one wins.
   */
  inTurn<T>(month: string, work: () => Promise<T>): Promise<T>;
  /** When a month was closed; null: it is open. */
  closed(month: string): Promise<EpochMs | null>;
  /** Notes once that a month was closed, together with the messages that tell of it. */
  markClosed(month: string, at: EpochMs, outbox?: readonly OutboxDraft[]): Promise<void>;
  /** Which services have a draft or a sealed statement, in the months from one up to another (not itself). */
  standing(months: { readonly from: string; readonly to: string }): Promise<StatementStanding[]>;
  /** The months that are locked, in their order. */
  locks(): Promise<PeriodLock[]>;
  /** Records why a sealed statement would be different today; null: it would not. */
  markChanged(id: string, changed: ChangedSince | null): Promise<void>;
}

export interface DraftStatement {
  readonly document: StatementDocument;
  readonly hash: string;
  readonly at: EpochMs;
}

export interface StatementStanding {
  readonly month: string;
  readonly service: string;
  readonly state: 'draft' | 'sealed';
}

export interface StatementQuery extends FigureFilter {
  readonly month?: string;
  readonly service?: string;
  readonly customer?: string;
  readonly state?: 'draft' | 'sealed';
  /** Only second and later revisions. */
  readonly revised?: boolean;
  /** Only those whose source data has changed since they were sealed. */
  readonly changed?: boolean;
  /** Only what stands for each service: its latest revision, else its draft. */
  readonly standing?: boolean;
  /** Only entries after this one, in the order of the list. */
  readonly after?: StatementPlace;
  /** All by default. */
  readonly limit?: number;
}

/** The sort key of the list. */
export interface StatementPlace {
  readonly month: string;
  readonly service: string;
  readonly revision: number;
  readonly state: 'draft' | 'sealed';
}

export interface StatementCommit {
  readonly events: readonly LedgerEvent[];
  readonly sealed?: SealedStatement;
  /** Stored beside the sealed revision. */
  readonly names?: StoredNames;
  readonly sealedAt?: EpochMs;
  readonly credits?: readonly CreditChange[];
  readonly batch?: BatchChange;
  readonly period?: PeriodChange;
  /** The messages that tell of it. */
  readonly outbox?: readonly OutboxDraft[];
}

/**
 * It conflicts where the month is locked already, or is not; and to lock it conflicts with a batch of its postings that
 * is neither confirmed nor withdrawn.
 */
export type PeriodChange = { readonly lock: PeriodLock } | { readonly unlock: string };

/** Export batches; they are written by `StatementStore.commit`, together with what becomes of their credits. */
export interface BatchStore {
  /** Newest first. */
  list(query?: BatchQuery): Promise<BatchSummary[]>;
  get(id: string): Promise<Batch | null>;
  /** The bytes of its file; null: it does not exist. */
  bytes(id: string): Promise<Uint8Array | null>;
  /** The number that the next batch gets. */
  next(): Promise<number>;
  /** The last number that an issuer gave in a year; null: none. */
  lastNote(issuer: string, year: string): Promise<number | null>;
  /** Which batch has a note; null: none. */
  batchOfNote(note: string): Promise<string | null>;
}

export interface BatchQuery {
  readonly states?: readonly BatchState[];
  /** Only batches with a smaller number. */
  readonly before?: number;
  readonly limit?: number;
}

export type BatchChange =
  /**
   * It conflicts unless its number is the next one and its notes' numbers follow the last of their issuer and year, the
   * first of a year aside; and where the month of its posting date is locked.
   */
  | { readonly add: Batch; readonly bytes: Uint8Array }
  | {
      readonly id: string;
      readonly from: readonly BatchState[];
      readonly to: BatchState;
      readonly at: EpochMs;
      readonly by: string;
      readonly note: string | null;
    };

export type CreditChange =
  | {
      readonly id: string;
      /** The change applies only to a credit with one of these statuses. */
      readonly from: readonly CreditStatus[];
      readonly to: CreditStatus;
      readonly at: EpochMs;
      readonly note: string | null;
      /** Whether the change appears in the feed. */
      readonly feed: boolean;
      /** Puts it into a batch, out of none; or takes it out of one. By default the batch stays. */
      readonly batch?: { readonly into: string } | { readonly outOf: string };
    }
  | { readonly id: string; readonly remindedAt: EpochMs }
  | { readonly add: CreditFacts; readonly id: string; readonly status: CreditStatus; readonly at: EpochMs };

export interface CreditQuery {
  readonly id?: string;
  readonly statement?: string;
  readonly month?: string;
  readonly service?: string;
  readonly customer?: string;
  readonly status?: CreditStatus;
  readonly batch?: string;
  /** Only credits after this cursor of the feed, in the feed's order. */
  readonly since?: number;
  /** Only credits after this one, by its id, in the order of their numbers; not with `since`. */
  readonly after?: string;
  readonly limit?: number;
}

/** A subscription: who is notified of which events, and where. */
export interface NotifyTarget {
  readonly id: string;
  /** Null: a target of the operator. */
  readonly customer: string | null;
  readonly kind: TargetKind;
  /** An URL, or a mail address. */
  readonly address: string;
  /** The key that webhooks are signed with; never shown. */
  readonly secret: string | null;
  readonly language: string;
  /** The names of events; `*`: all. */
  readonly events: readonly string[];
  /** The query of a TMF listener, unchanged. */
  readonly query: string | null;
  readonly createdAt: EpochMs;
  readonly createdBy: string;
  /** When it answered that it is gone: nothing is sent there any more. Absent: it is in use. */
  readonly goneAt?: EpochMs;
}

export interface TargetStore {
  /** Resolves to false when the id exists. */
  add(target: NotifyTarget): Promise<boolean>;
  get(id: string): Promise<NotifyTarget | null>;
  /** Oldest first. */
  list(): Promise<NotifyTarget[]>;
  /** Notes that it answered 410 Gone. */
  gone(id: string, at: EpochMs): Promise<void>;
  /** Deletes a target; false: it does not exist. */
  remove(id: string): Promise<boolean>;
}

export { outboxStates, type OutboxState };

/** A message to one target. */
export interface OutboxDraft {
  /** Of messages with the same key only the first is stored. */
  readonly key: string;
  /** The id of the target. */
  readonly target: string;
  readonly event: string;
  /** The subject of the event, such as the id of a ticket. */
  readonly about: string;
  /** JSON in the format of the target's kind. */
  readonly body: string;
  readonly at: EpochMs;
  /** Not before then; `at` when left out. */
  readonly dueAt?: EpochMs;
}

export interface OutboxMessage extends Omit<OutboxDraft, 'at' | 'dueAt'> {
  readonly id: number;
  readonly createdAt: EpochMs;
  /** The earliest time of the next attempt. */
  readonly dueAt: EpochMs;
  /** The number of attempts. */
  readonly attempts: number;
  readonly state: OutboxState;
  readonly lastError: string | null;
  readonly settledAt: EpochMs | null;
}

export interface OutboxDepth {
  readonly waiting: number;
  readonly dead: number;
  readonly oldestWaitingAt: EpochMs | null;
}

export interface ToldChanges {
  /** Each replaces what was told before of the same. */
  readonly told: readonly ToldEvent[];
  readonly ended: readonly Pick<ToldEvent, 'event' | 'about'>[];
}

/** Messages to be sent: each is delivered at least once. */
export interface OutboxStore {
  /** Together with what they tell of the network that goes on, and what of it they tell the end of. */
  add(drafts: readonly OutboxDraft[], network?: ToldChanges): Promise<void>;
  /** What of the network was told and goes on. */
  told(): Promise<ToldEvent[]>;
  /** Claims messages that are due by `now`, oldest first; no other process can claim them before `until`. */
  claim(query: {
    readonly now: EpochMs;
    readonly until: EpochMs;
    readonly limit: number;
    /** Targets whose messages are left for later. */
    readonly except?: readonly string[];
  }): Promise<OutboxMessage[]>;
  /** Whether an older message to the same target, about the same, is not delivered yet. */
  isPreceded(message: Pick<OutboxMessage, 'id' | 'target' | 'about'>): Promise<boolean>;
  /** Records an attempt: `waiting` is retried at `dueAt`. A settled message does not change. */
  tried(
    id: number,
    result: {
      readonly state: 'sent' | 'waiting' | 'dead';
      readonly error: string | null;
      readonly at: EpochMs;
      readonly dueAt: EpochMs;
    },
  ): Promise<void>;
  /** Newest first. */
  list(query: {
    readonly states?: readonly OutboxState[];
    readonly before?: number;
    readonly limit: number;
  }): Promise<OutboxMessage[]>;
  get(id: number): Promise<OutboxMessage | null>;
  /** Retries a dead or dropped message, or a waiting one at once; false: it was sent, or does not exist. */
  retry(id: number, at: EpochMs): Promise<boolean>;
  /** Drops a waiting or dead message; false: it is neither. */
  drop(id: number, at: EpochMs): Promise<boolean>;
  depth(): Promise<OutboxDepth>;
  /** Deletes messages that were sent or dropped before an instant; resolves to their number. */
  sweep(before: EpochMs): Promise<number>;
}
