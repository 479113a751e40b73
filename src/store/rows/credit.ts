import type { CreditStatus } from '../../core/billing/credit.js';
import type { EpochMs } from '../../core/types.js';
import type { CreditChange, CreditQuery } from '../statement-store.js';

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
