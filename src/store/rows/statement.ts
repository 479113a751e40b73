import type { CreditStatus } from '../../core/billing/credit.js';
import type { LedgerAction, LedgerEvent } from '../../core/ledger/actions.js';
import type { SealedStatement, StatementDocument } from '../../core/statement/document.js';
import type { StatementSummary } from '../../core/statement/result.js';
import type { EpochMs } from '../../core/types.js';
import type { ExclusionFeed } from '../ledger-store.js';
import type {
  CreditChange,
  CreditQuery,
  DraftStatement,
  StatementCommit,
  StatementQuery,
} from '../statement-store.js';

/** Rows of statements, and what both databases run as it stands here. */
export type SealedRow = Omit<SealedStatement, 'document'> & { readonly document: string };
export type DraftRow = Omit<DraftStatement, 'document'> & { readonly document: string };

export const statementSql = {
  putDraft: `INSERT INTO statement_draft (id, month, service, customer, revision, hash, at, document)
    VALUES (:id, :month, :service, :customer, :revision, :hash, :at, :document)
    ON CONFLICT (id) DO UPDATE SET month = excluded.month, service = excluded.service, customer = excluded.customer,
      revision = excluded.revision, hash = excluded.hash, at = excluded.at, document = excluded.document`,
  draft: 'SELECT document, hash, at FROM statement_draft WHERE id = :id',
  dropDraft: 'DELETE FROM statement_draft WHERE id = :id',
  latest: 'SELECT coalesce(max(revision), 0) AS latest FROM statement WHERE id = :id',
  sealed: `SELECT document, hash, key, signature, seal AS "sealedAt", sealed_by AS "sealedBy" FROM statement
    WHERE id = :id AND (revision = :revision OR :revision IS NULL) ORDER BY revision DESC LIMIT 1`,
  addSealed: `INSERT INTO statement (id, revision, month, service, customer, hash, previous, key, signature, sealed_at,
      sealed_by, seal, document)
    VALUES (:id, :revision, :month, :service, :customer, :hash, :previous, :key, :signature, :at, :sealedBy, :sealedAt,
      :document)`,
  closed: 'SELECT at FROM month_closed WHERE month = :month',
  close: 'INSERT INTO month_closed (month, at) VALUES (:month, :at) ON CONFLICT DO NOTHING',
  changed: `INSERT INTO statement_changed (id, at, why) VALUES (:id, :at, :why)
    ON CONFLICT (id) DO UPDATE SET at = excluded.at, why = excluded.why`,
  unchanged: 'DELETE FROM statement_changed WHERE id = :id',
} as const;

/** `draft` and `sealed`: what reads the listed figures out of the document of each. */
export const listSql = (from: { readonly draft: string; readonly sealed: string }): string =>
  `SELECT drawn.*, changed.at AS "changedAt", changed.why AS why FROM (
     SELECT id, month, service, customer, revision, 'draft' AS state, hash, at, NULL AS "sealedBy", ${from.draft}
     UNION ALL
     SELECT id, month, service, customer, revision, 'sealed', hash, sealed_at, sealed_by, ${from.sealed}
   ) AS drawn
   LEFT JOIN statement_changed AS changed ON changed.id = drawn.id AND drawn.state = 'sealed'
     AND drawn.revision = (SELECT max(revision) FROM statement WHERE id = drawn.id)
   WHERE (month = :month OR :month IS NULL) AND (service = :service OR :service IS NULL)
     AND (customer = :customer OR :customer IS NULL)
     AND (:all = 1 OR (month, service, revision, state) > (:afterMonth, :afterService, :afterRevision, :afterState))
   ORDER BY month, service, revision, state LIMIT :limit`;

/** What the list is asked with. */
export const listValues = ({ month, service, customer, after, limit }: StatementQuery) => ({
  month: month ?? null,
  service: service ?? null,
  customer: customer ?? null,
  all: after ? 0 : 1,
  limit: limit ?? 2_147_483_647,
  afterMonth: after?.month ?? '',
  afterService: after?.service ?? '',
  afterRevision: after?.revision ?? 0,
  afterState: after?.state ?? '',
});

export interface SummaryRow extends Omit<StatementSummary, 'complete' | 'changed'> {
  readonly complete: number | boolean;
  readonly changedAt: number | null;
  readonly why: string | null;
}

/** Each by its name: there are thousands, and to spread an object takes a hundred times as long. */
export const summaryOf = (row: SummaryRow): StatementSummary => ({
  id: row.id,
  month: row.month,
  service: row.service,
  customer: row.customer,
  site: row.site,
  revision: row.revision,
  state: row.state,
  currency: row.currency,
  rent: row.rent,
  credit: row.credit,
  complete: row.complete === true || row.complete === 1,
  hash: row.hash,
  at: row.at,
  sealedBy: row.sealedBy,
  changed:
    row.changedAt === null ? null : { at: row.changedAt, why: JSON.parse(row.why ?? '[]') as string[] },
});

export const draftRow = ({ document, hash, at }: DraftStatement) => {
  const { id, month, service, customer, revision } = document;
  return { id, month, service, customer, revision, hash, at, document: JSON.stringify(document) };
};

export function sealedRow({ document, ...seal }: SealedStatement, at: StatementCommit['sealedAt']) {
  const { id, revision, month, service, customer, previous } = document;
  const text = JSON.stringify(document);
  return { id, revision, month, service, customer, previous, ...seal, at: at ?? 0, document: text };
}

/** Gives what it stands in the text of. */
export const withDocument = <T extends { readonly document: string }>(
  row: T,
): Omit<T, 'document'> & { readonly document: StatementDocument } => ({
  ...row,
  document: JSON.parse(row.document) as StatementDocument,
});

/** What undoes a change of statements, where it can't be made whole. */
export class RolledBackError extends Error {
  constructor(readonly why: 'moved' | 'conflict') {
    super(why);
  }
}

const credit = `SELECT id, statement, revision, kind, reverses AS "of", month, service, customer, site, currency, gross,
  tax, net, claim_by AS "claimBy", status, created_at AS "createdAt", changed_at AS "changedAt", cursor, note,
  reminded_at AS "remindedAt" FROM credit`;
const nextCursor = '(SELECT coalesce(max(cursor), 0) + 1 FROM credit)';

/** The statements of rows for billing that both databases run as they stand here. */
export const creditSql = {
  find: `${credit} WHERE (id = :id OR :id IS NULL) AND (statement = :statement OR :statement IS NULL)
      AND (month = :month OR :month IS NULL) AND (service = :service OR :service IS NULL)
      AND (customer = :customer OR :customer IS NULL) AND (status = :status OR :status IS NULL)
    ORDER BY number LIMIT :limit`,
  feed: `${credit} WHERE cursor > :since AND (customer = :customer OR :customer IS NULL) ORDER BY cursor LIMIT :limit`,
  // Rows are kept, so that no number is given twice.
  nextNumber: 'SELECT coalesce(max(number), 0) + 1 AS next FROM credit',
  /** `:feed`: 1 when it is news. */
  add: `INSERT INTO credit (number, id, statement, revision, kind, reverses, month, service, customer, site, currency,
      gross, tax, net, claim_by, status, created_at, changed_at, cursor)
    VALUES (:number, :id, :statement, :revision, :kind, :of, :month, :service, :customer, :site, :currency,
      :gross, :tax, :net, :claimBy, :status, :at, :at, CASE WHEN :feed = 1 THEN ${nextCursor} ELSE 0 END)`,
  ofRevision: `SELECT id, status FROM credit WHERE statement = :statement AND revision = :revision AND kind <> 'reversal'`,
  redraft: `UPDATE credit SET kind = :kind, reverses = :of, customer = :customer, site = :site, currency = :currency,
      gross = :gross, tax = :tax, net = :net, claim_by = :claimBy, status = 'draft', changed_at = :at
    WHERE id = :id`,
  drop: `UPDATE credit SET status = 'dropped', changed_at = :at WHERE id = :id AND status = 'draft'`,
  /** `:from`: the words that its status may be until now, with commas. */
  move: `UPDATE credit SET status = :to, changed_at = :at, note = coalesce(:note, note),
      cursor = CASE WHEN :feed = 1 THEN ${nextCursor} ELSE cursor END
    WHERE id = :id AND (',' || :from || ',') LIKE ('%,' || status || ',%')`,
  remind: 'UPDATE credit SET reminded_at = :remindedAt WHERE id = :id',
} as const;

const none = { id: null, statement: null, month: null, service: null, customer: null, status: null };

/** What is to be run to find credits. */
export function creditsSql({ since, limit = Number.MAX_SAFE_INTEGER, ...query }: CreditQuery) {
  return since === undefined
    ? { sql: creditSql.find, values: { ...none, ...query, limit } }
    : { sql: creditSql.feed, values: { since, customer: query.customer ?? null, limit } };
}

/** What of a revision's row is there, and may still be drafted. */
export interface CreditOfRevision {
  readonly id: string;
  readonly status: CreditStatus;
}

export const isDrafted = ({ status }: CreditOfRevision): boolean =>
  status === 'draft' || status === 'dropped';

/** A change of a row that is there; every one of them changes one row, or it was another by now. */
export function creditChangeSql(change: Exclude<CreditChange, { readonly add: unknown }>) {
  if ('remindedAt' in change) {
    const { id, remindedAt } = change;
    return { sql: creditSql.remind, values: { id, remindedAt } };
  }
  const { id, from, to, at, note, feed } = change;
  return { sql: creditSql.move, values: { id, from: from.join(','), to, at, note, feed: feed ? 1 : 0 } };
}

export interface DraftKey {
  readonly statement: string;
  readonly revision: number;
  readonly at: EpochMs;
}

/** An event as a row has it: its action as a text. */
export type LedgerRow = Omit<LedgerEvent, 'action' | 'principal'> & {
  readonly action: string;
  readonly principal: string | null;
};

/** A text that is no action any more is a changed one: it is given as it is, and its hash tells. */
export function eventOf({ principal, ...row }: LedgerRow): LedgerEvent {
  const event = { ...row, action: actionOf(row.action) };
  // An event of a version before principals has none, and its hash covers none.
  return principal === null ? event : { ...event, principal };
}

function actionOf(text: string): LedgerAction {
  try {
    const action = JSON.parse(text) as LedgerAction | null;
    if (typeof action === 'object' && typeof action?.type === 'string') return action;
  } catch {
    // The same as below.
  }
  return { type: 'unreadable', text } as unknown as LedgerAction;
}

export type FeedRow = Omit<ExclusionFeed, 'events'> & { readonly events: string };

export const feedSql = {
  get: `SELECT source, etag, modified, checked_at AS "checkedAt", events FROM exclusion_feed WHERE source = :source`,
  put: `INSERT INTO exclusion_feed (source, etag, modified, checked_at, events)
    VALUES (:source, :etag, :modified, :checkedAt, :events)
    ON CONFLICT (source) DO UPDATE SET etag = excluded.etag, modified = excluded.modified,
      checked_at = excluded.checked_at, events = excluded.events`,
} as const;

export const feedRow = ({ events, ...rest }: ExclusionFeed): FeedRow => ({ ...rest, events: JSON.stringify(events) });
export const feedOf = ({ events, ...rest }: FeedRow): ExclusionFeed => ({
  ...rest,
  events: JSON.parse(events) as string[],
});

export const ledgerSql = {
  last: 'SELECT seq, hash FROM ledger ORDER BY seq DESC LIMIT 1',
  add: `INSERT INTO ledger (seq, at, actor, principal, action, previous, hash)
    VALUES (:seq, :at, :actor, :principal, :action, :previous, :hash)`,
  after: `SELECT seq, at, actor, principal, action, previous, hash FROM ledger
    WHERE seq > :after ORDER BY seq LIMIT :limit`,
} as const;

export const rowOf = ({ action, principal, ...row }: LedgerEvent): LedgerRow => ({
  ...row,
  principal: principal ?? null,
  action: JSON.stringify(action),
});

type Head = Pick<LedgerEvent, 'seq' | 'hash'>;

/** Whether events come right after the head; undefined: there is none yet. */
export function followsHead(last: Head | undefined, events: readonly LedgerEvent[]): boolean {
  let head = last ?? { seq: 0, hash: events[0]?.previous ?? '' };
  for (const { seq, previous, hash } of events) {
    if (seq !== head.seq + 1 || previous !== head.hash) return false;
    head = { seq, hash };
  }
  return true;
}
