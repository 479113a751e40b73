import type { CreditFacts, CreditRow, CreditStatus } from '../core/billing/credit.js';
import type { LedgerEvent } from '../core/ledger/actions.js';
import type { SealedStatement, StatementDocument } from '../core/statement/document.js';
import type { ChangedSince, StatementSummary } from '../core/statement/result.js';
import { type OutboxState, outboxStates } from '../core/ticket/visibility.js';
import type { EpochMs } from '../core/types.js';

export type { ChangedSince, StatementSummary };

/** Statements, the rows for billing that follow from them, and what was noted of months. */
export interface StatementStore {
  /**
   * Keeps the draft of a service's month in place of the one before, with its row for billing (null: it owes nothing).
   * Does nothing for a revision that is sealed.
   */
  putDraft(draft: DraftStatement, credit: CreditFacts | null): Promise<void>;
  draft(id: string): Promise<DraftStatement | null>;
  /** One revision, or the latest; null: there is none. */
  sealed(id: string, revision?: number): Promise<SealedStatement | null>;
  /** Drafts and every sealed revision, without their documents: by month, service and revision. */
  list(query?: StatementQuery): Promise<StatementSummary[]>;
  /**
   * All or nothing: ledger events at the head, a sealed revision in place of its draft, moves of credits. `moved`: other
   * events came first. `conflict`: the revision is there already or does not follow the last, or a credit has another
   * status by now.
   */
  commit(change: StatementCommit): Promise<'stored' | 'moved' | 'conflict'>;
  credits(query?: CreditQuery): Promise<CreditRow[]>;
  /**
   * Runs a work on a month's statements when its turn comes: one at a time of this program and, in PostgreSQL, of every
   * program on the database. Two programs on one file only find out in `commit`, which takes the first.
   */
  inTurn<T>(month: string, work: () => Promise<T>): Promise<T>;
  /** That a month was closed. */
  closed(month: string): Promise<EpochMs | null>;
  markClosed(month: string, at: EpochMs): Promise<void>;
  /** What sealed statements would say otherwise by now, by id; null: nothing any more. */
  markChanged(id: string, changed: ChangedSince | null): Promise<void>;
}

export interface DraftStatement {
  readonly document: StatementDocument;
  readonly hash: string;
  readonly at: EpochMs;
}

export interface StatementQuery {
  readonly month?: string;
  readonly service?: string;
  readonly customer?: string;
  /** Only what comes after this one, in the order of the list. */
  readonly after?: StatementPlace;
  /** All by default. */
  readonly limit?: number;
}

/** The list goes by these, in this order. */
export interface StatementPlace {
  readonly month: string;
  readonly service: string;
  readonly revision: number;
  readonly state: 'draft' | 'sealed';
}

export interface StatementCommit {
  readonly events: readonly LedgerEvent[];
  readonly sealed?: SealedStatement;
  readonly sealedAt?: EpochMs;
  readonly credits?: readonly CreditChange[];
}

export type CreditChange =
  | {
      readonly id: string;
      /** What it has to be until now. */
      readonly from: readonly CreditStatus[];
      readonly to: CreditStatus;
      readonly at: EpochMs;
      readonly note: string | null;
      /** It is news in the feed. */
      readonly feed: boolean;
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
  /** Only what is in the feed after this place, in the feed's order. */
  readonly since?: number;
  readonly limit?: number;
}

export const targetKinds = ['webhook', 'mail', 'tmf'] as const;
export type TargetKind = (typeof targetKinds)[number];

/** Who wants to be told of what, and where. */
export interface NotifyTarget {
  readonly id: string;
  /** Null: the operator's own. */
  readonly customer: string | null;
  readonly kind: TargetKind;
  /** An URL, or a mail address. */
  readonly address: string;
  /** What webhooks are signed with; never shown. */
  readonly secret: string | null;
  readonly language: string;
  /** The names of events; `*`: all. */
  readonly events: readonly string[];
  /** Of TMF listeners, as it was given. */
  readonly query: string | null;
  readonly createdAt: EpochMs;
  readonly createdBy: string;
  /** When it answered that it is gone: nothing is sent there any more. Absent: it is in use. */
  readonly goneAt?: EpochMs;
}

export interface TargetStore {
  /** Resolves to false where the id is taken. */
  add(target: NotifyTarget): Promise<boolean>;
  get(id: string): Promise<NotifyTarget | null>;
  /** By their age. */
  list(): Promise<NotifyTarget[]>;
  /** Notes that it answered 410 Gone. */
  gone(id: string, at: EpochMs): Promise<void>;
  /** Erases it; false: there was none. */
  remove(id: string): Promise<boolean>;
}

export { outboxStates, type OutboxState };

/** A message to one target, ready to go. */
export interface OutboxDraft {
  /** A message of the same key is kept once. */
  readonly key: string;
  /** The id of the target. */
  readonly target: string;
  readonly event: string;
  /** What it speaks of: the id of a report, say. */
  readonly about: string;
  /** JSON, as the kind of the target wants it. */
  readonly body: string;
  readonly at: EpochMs;
}

export interface OutboxMessage extends Omit<OutboxDraft, 'at'> {
  readonly id: number;
  readonly createdAt: EpochMs;
  /** Not before this. */
  readonly dueAt: EpochMs;
  /** How often it was tried. */
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

/** What is to be sent, kept until it was: at least once, not at most. */
export interface OutboxStore {
  add(drafts: readonly OutboxDraft[]): Promise<void>;
  /** Takes what is due by `now`, oldest first, and lets nobody else take it before `until`. */
  claim(query: {
    readonly now: EpochMs;
    readonly until: EpochMs;
    readonly limit: number;
  }): Promise<OutboxMessage[]>;
  /** How a try ended: `waiting` goes on at `dueAt`. What is settled already stays so. */
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
  /** Lets a dead or dropped one go again, or a waiting one at once; false: it is none of those. */
  retry(id: number, at: EpochMs): Promise<boolean>;
  /** Gives up one that waits or is dead; false: it is neither. */
  drop(id: number, at: EpochMs): Promise<boolean>;
  depth(): Promise<OutboxDepth>;
  /** Deletes what was sent or dropped before then; resolves to how many. */
  sweep(before: EpochMs): Promise<number>;
}
