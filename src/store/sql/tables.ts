import type { BatchFormat, BatchState } from '../../core/billing/batch.js';
import type { CreditRow } from '../../core/billing/credit.js';
import type { ToldEvent } from '../../core/network-event.js';
import type { TargetKind } from '../../core/target-kinds.js';
import type { TicketActor, TicketState } from '../../core/ticket/actions.js';
import type { TraceReason } from '../../core/trace/trace.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import type { BlindReason, StateChange } from '../../core/watch/outage.js';
import type { Contact, Reply, SessionRecord } from '../access-store.js';
import type { OutboxState } from '../statement-store.js';
import type { Generated } from './kysely.js';

/**
 * The rows of the tables that both databases have in the same shape, by their columns. Rounds, sizes and packets are
 * not among them: each database stores those in its own way, in statements written by hand.
 */
export interface Tables {
  readonly path: PathTable;
  readonly run: RunTable;
  readonly ledger: LedgerTable;
  readonly attachment: { sha256: string; at: EpochMs; content: Uint8Array };
  readonly token: TokenTable;
  readonly person: PersonTable;
  readonly session: SessionTable;
  readonly second_factor: FactorTable;
  readonly device: { hash: string; person: string; seen_at: EpochMs };
  readonly exclusion_feed: FeedTable;
  readonly calendar_event: { source: string; sequence: number; stamp: EpochMs | null; overrides: number };
  readonly trail: TrailTable;
  readonly reply: ReplyTable;
  readonly fault_event: TicketEventTable;
  readonly fault_report: TicketTable;
  readonly fault_suggestion: SuggestionTable;
  readonly notify_target: TargetTable;
  readonly outbox: OutboxTable;
  readonly network_told: { event: ToldEvent['event']; about: string; began: EpochMs; used: number | null };
  readonly statement_draft: DraftTable;
  readonly statement: StatementTable;
  readonly statement_names: { id: string; revision: number; names: string };
  readonly statement_changed: { id: string; at: EpochMs; why: string };
  readonly month_closed: { month: string; at: EpochMs };
  readonly credit: CreditTable;
  readonly credit_batch: BatchTable;
  readonly credit_note: NoteTable;
  readonly period_lock: LockTable;
  readonly contact: ContactTable;
  readonly outage: OutageTable;
  readonly outage_inferred: InferredTable;
  readonly watch_state: StateTable;
  readonly watch_span: { observer: PopId; from_at: EpochMs; to_at: EpochMs };
  readonly watch_blind: BlindTable;
  readonly path_trace: TraceTable;
}

interface PathTable {
  id: Generated<number>;
  name: PathId;
  first_seen_at: EpochMs | null;
  last_seen_at: EpochMs | null;
}

interface RunTable {
  id: Generated<number>;
  version: string;
  started_at: EpochMs;
  last_seen_at: EpochMs;
  stopped_at: Generated<EpochMs | null>;
}

interface LedgerTable {
  seq: number;
  at: EpochMs;
  actor: string;
  principal: string | null;
  /** JSON. */
  action: string;
  previous: string;
  hash: string;
}

interface TokenTable {
  id: string;
  hash: string;
  name: string;
  /** Separated by spaces, like the scopes. */
  roles: string;
  customer: string | null;
  scopes: string | null;
  created_at: EpochMs;
  expires_at: EpochMs | null;
  revoked_at: Generated<EpochMs | null>;
  last_used_at: Generated<EpochMs | null>;
}

interface PersonTable {
  name: string;
  password: string;
  roles: string;
  customer: string | null;
  created_at: EpochMs;
  password_at: EpochMs;
  disabled_at: Generated<EpochMs | null>;
  email: Generated<string | null>;
}

interface SessionTable {
  hash: string;
  principal: string;
  name: string;
  via: SessionRecord['via'];
  roles: string;
  customer: string | null;
  csrf: string;
  created_at: EpochMs;
  expires_at: EpochMs;
  seen_at: EpochMs;
  origin: string | null;
  /** 1: it may only enrol a second factor. */
  limited: number;
  issuer: string | null;
  subject: string | null;
  provider_session: string | null;
  checked_at: EpochMs | null;
  sealed_grant: string | null;
}

interface FactorTable {
  person: string;
  secret: string;
  confirmed_at: EpochMs | null;
  last_step: number;
  /** Separated by spaces. */
  recovery: string;
}

interface FeedTable {
  source: string;
  etag: string | null;
  modified: string | null;
  checked_at: EpochMs;
  /** JSON. */
  events: string;
}

interface TrailTable {
  seq: number;
  at: EpochMs;
  principal: string;
  name: string;
  origin: string;
  action: string;
  target: string;
  status: number;
  /** 0 or 1. */
  amounts: number;
  previous: string;
  hash: string;
}

type ReplyTable = Omit<Mutable<Reply>, 'contentType'> & { content_type: string };

interface TicketEventTable {
  report: number;
  seq: number;
  at: EpochMs;
  actor: string;
  side: TicketActor['side'];
  /** JSON. */
  action: string;
  previous: string;
  hash: string;
}

interface TicketTable {
  number: number;
  customer: string;
  path: PathId | null;
  service: string | null;
  state: TicketState;
  incident: string;
  owner: string | null;
  /** Two tickets of the same subject and hour report the same fault. */
  subject: string | null;
  hour: EpochMs | null;
  filed_at: EpochMs;
  updated_at: EpochMs;
}

interface SuggestionTable {
  path: PathId;
  first_slot: EpochMs;
  last_slot: EpochMs;
  /** Separated by commas. */
  metrics: string;
  raised_at: EpochMs;
  ended_slot: EpochMs | null;
}

interface TargetTable {
  id: string;
  customer: string | null;
  kind: TargetKind;
  address: string;
  secret: string | null;
  language: string;
  /** Separated by commas. */
  events: string;
  query: string | null;
  created_at: EpochMs;
  created_by: string;
  gone_at: EpochMs | null;
}

interface OutboxTable {
  id: Generated<number>;
  key: string;
  target: string;
  event: string;
  about: string;
  body: string;
  created_at: EpochMs;
  due_at: EpochMs;
  attempts: Generated<number>;
  state: Generated<OutboxState>;
  last_error: Generated<string | null>;
  settled_at: Generated<EpochMs | null>;
}

interface DraftTable {
  id: string;
  month: string;
  service: string;
  customer: string;
  revision: number;
  hash: string;
  at: EpochMs;
  /** JSON. */
  document: string;
}

interface StatementTable {
  id: string;
  revision: number;
  month: string;
  service: string;
  customer: string;
  hash: string;
  previous: string | null;
  key: string;
  signature: string;
  sealed_at: EpochMs;
  sealed_by: string;
  /** The time of sealing as it was signed. */
  seal: string;
  /** JSON. */
  document: string;
}

interface CreditTable {
  number: number;
  id: string;
  statement: string;
  revision: number;
  kind: CreditRow['kind'];
  reverses: string | null;
  month: string;
  service: string;
  customer: string;
  site: string;
  currency: string;
  gross: string;
  tax: string | null;
  net: string | null;
  claim_by: CreditRow['claimBy'];
  status: CreditRow['status'];
  created_at: EpochMs;
  changed_at: EpochMs;
  cursor: Generated<number>;
  note: Generated<string | null>;
  reminded_at: Generated<EpochMs | null>;
  batch: Generated<string | null>;
}

interface BatchTable {
  number: number;
  id: string;
  state: BatchState;
  mapping: string;
  file: BatchFormat;
  month: string | null;
  posting_date: string;
  /** JSON. */
  totals: string;
  hash: string;
  /** JSON. */
  content: string;
  bytes: Uint8Array;
  created_at: EpochMs;
  created_by: string;
  fetched_at: Generated<EpochMs | null>;
  ended_at: Generated<EpochMs | null>;
  ended_by: Generated<string | null>;
  note: Generated<string | null>;
}

interface NoteTable {
  issuer: string;
  year: string;
  number: number;
  id: string;
  batch: string;
  bill_to: string;
  month: string;
  currency: string;
  gross: string;
}

interface LockTable {
  month: string;
  at: EpochMs;
  locked_by: string;
  principal: string | null;
  note: string | null;
}

type ContactTable = Pick<Mutable<Contact>, 'id' | 'customer' | 'name' | 'email' | 'phone'> & {
  added_at: EpochMs;
  changed_at: EpochMs;
  erased_at: EpochMs | null;
  muted_at: EpochMs | null;
};

interface OutageTable {
  observer: PopId;
  port: PopId;
  start_at: EpochMs;
  start_earliest: EpochMs;
  start_latest: EpochMs;
  end_at: EpochMs | null;
  end_earliest: EpochMs | null;
  end_latest: EpochMs | null;
  opened_at: EpochMs;
  closed_at: EpochMs | null;
  voided_at: EpochMs | null;
  void_reason: BlindReason | null;
}

interface InferredTable {
  observer: PopId;
  port: PopId;
  start_at: EpochMs;
  from_at: EpochMs;
  to_at: EpochMs;
  reason: BlindReason;
}

interface StateTable {
  id: Generated<number>;
  observer: PopId;
  /** Empty: the observer itself, or all of its ports. */
  port: PopId;
  at: EpochMs;
  state: StateChange['state'];
  reason: BlindReason | null;
}

interface BlindTable {
  observer: PopId;
  port: PopId;
  from_at: EpochMs;
  to_at: EpochMs | null;
  reason: BlindReason;
}

interface TraceTable {
  observer: PopId;
  port: PopId;
  at: EpochMs;
  reason: TraceReason;
  address: string;
  /** JSON. */
  runs: string;
}

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
