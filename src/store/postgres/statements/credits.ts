import { creditId, type CreditFacts } from '../../../core/billing/credit.js';
import {
  creditChangeSql,
  creditSql,
  isDrafted,
  type CreditOfRevision,
  type DraftKey,
} from '../../rows/credit.js';
import type { CreditChange } from '../../statement-store.js';
import type { Query } from '../database.js';

const nextNumber = async (query: Query): Promise<number> =>
  (await query<{ next: number }>(creditSql.nextNumber))[0]?.next ?? 1;

/** The row of a revision that is no more than a draft: made, changed, or dropped (null). Behind the statements' lock. */
export async function putDraftCredit(
  query: Query,
  { statement, revision, at }: DraftKey,
  facts: CreditFacts | null,
): Promise<void> {
  const [known] = await query<CreditOfRevision>(creditSql.ofRevision, { statement, revision });
  if (known && !isDrafted(known)) return;
  if (facts === null) {
    if (known) await query(creditSql.drop, { id: known.id, at });
  } else if (known) await query(creditSql.redraft, { ...facts, id: known.id, at });
  else {
    const number = await nextNumber(query);
    const id = creditId(facts.month, number);
    await query(creditSql.add, { ...facts, number, id, at, status: 'draft', feed: 0 });
  }
}

/** False: the row is not there, or its status is another. Behind the statements' lock. */
export async function changeCredit(query: Query, change: CreditChange): Promise<boolean> {
  if ('add' in change) {
    const { add, id, status, at } = change;
    await query(creditSql.add, { ...add, number: await nextNumber(query), id, status, at, feed: 1 });
    return true;
  }
  const { sql, values } = creditChangeSql(change);
  return (await query(`${sql} RETURNING 1`, values)).length === 1;
}
