import { creditId, type CreditFacts, type CreditRow } from '../../../core/billing/credit.js';
import type { CreditChange, CreditQuery } from '../../statement-store.js';
import {
  creditChangeSql,
  creditSql,
  creditsSql,
  isDrafted,
  type CreditOfRevision,
  type DraftKey,
} from '../../rows/credit.js';
import type { Connection } from '../database.js';

/** Queries and changes of credits, each to be run within a transaction of the caller. */
export interface CreditQueries {
  find(query: CreditQuery): CreditRow[];
  /** The row of a revision that is no more than a draft: made, changed, or dropped (null). */
  putDraft(of: DraftKey, facts: CreditFacts | null): void;
  /** False: the row is not there, or its status is another. */
  change(change: CreditChange): boolean;
}

export function creditQueries({ db }: Pick<Connection, 'db'>): CreditQueries {
  const statements = new Map(Object.values(creditSql).map((sql) => [sql as string, db.prepare<object>(sql)]));
  const the = (sql: string) => statements.get(sql) ?? db.prepare<object>(sql);
  const next = (): number => (the(creditSql.nextNumber).get({}) as { next: number }).next;
  return {
    find(query) {
      const { sql, values } = creditsSql(query);
      return the(sql).all(values) as CreditRow[];
    },
    putDraft({ statement, revision, at }, facts) {
      const known = the(creditSql.ofRevision).get({ statement, revision }) as CreditOfRevision | undefined;
      if (known && !isDrafted(known)) return;
      if (facts === null) {
        if (known) the(creditSql.drop).run({ id: known.id, at });
      } else if (known) the(creditSql.redraft).run({ ...facts, id: known.id, at });
      else {
        const number = next();
        const id = creditId(facts.month, number);
        the(creditSql.add).run({ ...facts, number, id, at, status: 'draft', feed: 0 });
      }
    },
    change(change) {
      if ('add' in change) {
        const { add, id, status, at } = change;
        the(creditSql.add).run({ ...add, number: next(), id, status, at, feed: 1 });
        return true;
      }
      const { sql, values } = creditChangeSql(change);
      return the(sql).run(values).changes === 1;
    },
  };
}
