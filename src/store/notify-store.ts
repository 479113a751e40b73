import { outboxStates, type OutboxState } from '../core/fault/told.js';
import type { EpochMs } from '../core/types.js';

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
}

export interface TargetStore {
  /** Resolves to false where the id is taken. */
  add(target: NotifyTarget): Promise<boolean>;
  get(id: string): Promise<NotifyTarget | null>;
  /** By their age. */
  list(): Promise<NotifyTarget[]>;
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
