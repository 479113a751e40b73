import { type CreditFacts, creditId, type CreditRow } from '../../core/billing/credit.js';
import type { EpochMs } from '../../core/types.js';
import { turns } from '../ledger-cache.js';
import {
  creditChangeSql,
  type CreditOfRevision,
  creditSql,
  creditsSql,
  type DraftKey,
  draftRow,
  type DraftRow,
  isDrafted,
  listSql,
  listValues,
  sealedRow,
  type SealedRow,
  statementSql,
  summaryOf,
  type SummaryRow,
  RolledBackError,
  withDocument,
} from '../rows/statement.js';
import type { CreditChange, StatementCommit, StatementStore } from '../statement-store.js';
import type { Connection, Query } from './database.js';
import { appendToLedger } from './ledger.js';
import { lock, locks } from './migrate.js';

const nextNumber = async (query: Query): Promise<number> =>
  (await query<{ next: number }>(creditSql.nextNumber))[0]?.next ?? 1;

/** Creates, changes or deletes (null) the credit row of a draft revision. The caller holds the statements' lock. */
async function putDraftCredit(
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

/** Returns false when the row does not exist or has another status. The caller holds the statements' lock. */
async function changeCredit(query: Query, change: CreditChange): Promise<boolean> {
  if ('add' in change) {
    const { add, id, status, at } = change;
    await query(creditSql.add, { ...add, number: await nextNumber(query), id, status, at, feed: 1 });
    return true;
  }
  const { sql, values } = creditChangeSql(change);
  return (await query(`${sql} RETURNING 1`, values)).length === 1;
}

/** Each document is read once for all of its listed values. */
const listed = (
  table: string,
): string => `site, currency, total ->> 'rent' AS rent, total ->> 'credit' AS credit, complete
  FROM ${table}, json_to_record(document::json) AS said (site text, currency text, total json, complete boolean)`;
const list = listSql({ draft: listed('statement_draft'), sealed: listed('statement') });

export function statementStore({ read, write, change, withClient }: Connection): StatementStore {
  // Each holder of the lock keeps one connection; several at a time would leave none for the work.
  const inTurn = turns();
  return {
    putDraft: (drawn, credit) =>
      write(async (query) => {
        const { id: statement, revision } = drawn.document;
        await lock(query, 'statements');
        if (revision <= (await latestOf(query, statement))) return;
        await query(statementSql.putDraft, draftRow(drawn));
        await putDraftCredit(query, { statement, revision, at: drawn.at }, credit);
      }),
    async draft(id) {
      const [row] = await read<DraftRow>(statementSql.draft, { id });
      return row ? withDocument(row) : null;
    },
    async sealed(id, revision) {
      const row = await sealedOf(read, id, revision);
      return row ? withDocument(row) : null;
    },
    list: async (query = {}) => (await read<SummaryRow>(list, listValues(query))).map(summaryOf),
    commit: (changes) =>
      write(async (query) => {
        // Other changes of the same transaction continue when this one fails.
        await query('SAVEPOINT statement');
        try {
          await commit(query, changes);
          return 'stored';
        } catch (error) {
          if (!(error instanceof RolledBackError)) throw error;
          await query('ROLLBACK TO SAVEPOINT statement');
          return error.why;
        }
      }),
    credits: (query = {}) => {
      const { sql, values } = creditsSql(query);
      return read<CreditRow>(sql, values);
    },
    inTurn: (month, work) =>
      inTurn(() =>
        withClient(async (query) => {
          const lock = [locks.month, Number(month.replace('-', ''))];
          await query('SELECT pg_advisory_lock($1::int, $2::int)', lock);
          try {
            return await work();
          } finally {
            // A broken connection has lost the lock; then work done twice is refused when it is stored.
            await query('SELECT pg_advisory_unlock($1::int, $2::int)', lock);
          }
        }),
      ),
    closed: async (month) => (await read<{ at: EpochMs }>(statementSql.closed, { month }))[0]?.at ?? null,
    markClosed: async (month, at) => {
      await change(statementSql.close, { month, at });
    },
    async markChanged(id, since) {
      if (since === null) await change(statementSql.unchanged, { id });
      else await change(statementSql.changed, { id, at: since.at, why: JSON.stringify(since.why) });
    },
  };
}

async function commit(query: Query, { events, sealed, sealedAt, credits }: StatementCommit): Promise<void> {
  if (events.length > 0 && (await appendToLedger(query, events)) === 'moved')
    throw new RolledBackError('moved');
  await lock(query, 'statements');
  if (sealed) {
    const { id, revision, previous } = sealed.document;
    if (revision !== (await latestOf(query, id)) + 1) throw new RolledBackError('conflict');
    if (revision > 1 && (await sealedOf(query, id))?.hash !== previous) throw new RolledBackError('conflict');
    await query(statementSql.addSealed, sealedRow(sealed, sealedAt));
    await query(statementSql.dropDraft, { id });
    await query(statementSql.unchanged, { id });
  }
  for (const each of credits ?? [])
    if (!(await changeCredit(query, each))) throw new RolledBackError('conflict');
}

const latestOf = async (query: Query, id: string): Promise<number> =>
  (await query<{ latest: number }>(statementSql.latest, { id }))[0]?.latest ?? 0;

const sealedOf = async (query: Query, id: string, revision?: number): Promise<SealedRow | null> =>
  (await query<SealedRow>(statementSql.sealed, { id, revision: revision ?? null }))[0] ?? null;
