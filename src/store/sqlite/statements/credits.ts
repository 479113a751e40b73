import {
  creditId,
  type CreditFacts,
  type CreditRow,
  type CreditStatus,
} from '../../../core/billing/credit.js';
import type { EpochMs } from '../../../core/types.js';
import type { CreditChange, CreditQuery } from '../../statement-store.js';
import type { Connection } from '../database.js';

/** Queries and changes of credits, each to be run within a transaction of the caller. */
export interface CreditQueries {
  find(query: CreditQuery): CreditRow[];
  /** The row of a revision that is no more than a draft: made, changed, or dropped (null). */
  putDraft(of: DraftKey, facts: CreditFacts | null): void;
  /** False: the row is not there, or its status is another. */
  change(change: CreditChange): boolean;
}

export interface DraftKey {
  readonly statement: string;
  readonly revision: number;
  readonly at: EpochMs;
}

const columns = `id, statement, revision, kind, reverses AS "of", month, service, customer, site, currency, gross, tax, net,
  claim_by AS claimBy, status, created_at AS createdAt, changed_at AS changedAt, cursor, note, reminded_at AS remindedAt`;

export function creditQueries({ db }: Pick<Connection, 'db'>): CreditQueries {
  const find = db.prepare<object, CreditRow>(
    `SELECT ${columns} FROM credit
     WHERE (:id IS NULL OR id = :id) AND (:statement IS NULL OR statement = :statement)
       AND (:month IS NULL OR month = :month) AND (:service IS NULL OR service = :service)
       AND (:customer IS NULL OR customer = :customer) AND (:status IS NULL OR status = :status)
     ORDER BY number LIMIT :limit`,
  );
  const feed = db.prepare<object, CreditRow>(
    `SELECT ${columns} FROM credit
     WHERE cursor > :since AND (:customer IS NULL OR customer = :customer) ORDER BY cursor LIMIT :limit`,
  );
  const nextNumber = db
    .prepare<[], number>(
      `SELECT max(ifnull((SELECT seq FROM sqlite_sequence WHERE name = 'credit'), 0),
         ifnull((SELECT max(number) FROM credit), 0)) + 1`,
    )
    .pluck();
  const add = db.prepare<object>(
    `INSERT INTO credit (id, statement, revision, kind, reverses, month, service, customer, site, currency, gross, tax, net,
       claim_by, status, created_at, changed_at, cursor)
     VALUES (:id, :statement, :revision, :kind, :of, :month, :service, :customer, :site, :currency, :gross, :tax, :net,
       :claimBy, :status, :at, :at,
       CASE WHEN :feed THEN (SELECT ifnull(max(cursor), 0) + 1 FROM credit) ELSE 0 END)`,
  );
  const ofRevision = db.prepare<[string, number], { readonly id: string; readonly status: CreditStatus }>(
    `SELECT id, status FROM credit WHERE statement = ? AND revision = ? AND kind <> 'reversal'`,
  );
  const redraft = db.prepare<object>(
    `UPDATE credit SET kind = :kind, reverses = :of, customer = :customer, site = :site, currency = :currency,
       gross = :gross, tax = :tax, net = :net, claim_by = :claimBy, status = 'draft', changed_at = :at WHERE id = :id`,
  );
  const drop = db.prepare<object>(
    `UPDATE credit SET status = 'dropped', changed_at = :at WHERE id = :id AND status = 'draft'`,
  );
  const move = db.prepare<object>(
    `UPDATE credit SET status = :to, changed_at = :at, note = ifnull(:note, note),
       cursor = CASE WHEN :feed THEN (SELECT ifnull(max(cursor), 0) + 1 FROM credit) ELSE cursor END
     WHERE id = :id AND status IN (SELECT value FROM json_each(:from))`,
  );
  const remind = db.prepare<object>('UPDATE credit SET reminded_at = :remindedAt WHERE id = :id');
  const none = { id: null, statement: null, month: null, service: null, customer: null, status: null };
  return {
    find({ since, ...query }) {
      const limit = query.limit ?? -1;
      if (since === undefined) return find.all({ ...none, ...query, limit });
      return feed.all({ since, customer: query.customer ?? null, limit });
    },
    putDraft({ statement, revision, at }, facts) {
      const known = ofRevision.get(statement, revision);
      if (known && known.status !== 'draft' && known.status !== 'dropped') return;
      if (facts === null) {
        if (known) drop.run({ id: known.id, at });
      } else if (known) redraft.run({ ...facts, id: known.id, at });
      else {
        const id = creditId(facts.month, nextNumber.get() ?? 1);
        add.run({ ...facts, id, at, status: 'draft', feed: 0 });
      }
    },
    change(change) {
      if ('add' in change) {
        add.run({ ...change.add, id: change.id, status: change.status, at: change.at, feed: 1 });
        return true;
      }
      if ('remindedAt' in change) return remind.run(change).changes === 1;
      const { from, feed: isNews, ...rest } = change;
      return move.run({ ...rest, from: JSON.stringify(from), feed: isNews ? 1 : 0 }).changes === 1;
    },
  };
}
