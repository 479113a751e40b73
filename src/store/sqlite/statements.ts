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
import type { CreditChange, CreditQuery, StatementCommit, StatementStore } from '../statement-store.js';
import type { Connection } from './database.js';
import { ledgerAppend } from './ledger.js';

type Read = Pick<SummaryRow, 'site' | 'currency' | 'rent' | 'credit' | 'complete'>;

const ofDocument = `document ->> '$.site' AS site, document ->> '$.currency' AS currency,
  document ->> '$.total.rent' AS rent, document ->> '$.total.credit' AS credit, document ->> '$.complete' AS complete`;
const none = 'NULL AS site, NULL AS currency, NULL AS rent, NULL AS credit, NULL AS complete';
/** How many values read from documents are cached. */
const most = 20_000;

/**
 * Lists statements without their documents; listed values are read from each document by the database, once: a document
 * with a given hash never changes.
 */
function statementList({ db, read }: Connection): StatementStore['list'] {
  const list = db.prepare<object, SummaryRow>(
    listSql({ draft: `${none} FROM statement_draft`, sealed: `${none} FROM statement` }),
  );
  const draft = db.prepare<[string], Read>(`SELECT ${ofDocument} FROM statement_draft WHERE id = ?`);
  const sealed = db.prepare<[string, number], Read>(
    `SELECT ${ofDocument} FROM statement WHERE id = ? AND revision = ?`,
  );
  const known = new Map<string, Read>();
  const documentOf = ({ id, revision, state, hash }: SummaryRow): Read | undefined => {
    const before = known.get(hash);
    if (before) return before;
    const found = state === 'draft' ? draft.get(id) : sealed.get(id, revision);
    if (known.size >= most) known.clear();
    if (found) known.set(hash, found);
    return found;
  };
  return (query = {}) =>
    read(() => list.all(listValues(query)).map((row) => summaryOf(Object.assign(row, documentOf(row)))));
}

export function statementStore(on: Connection): StatementStore {
  const { db, read, write } = on;
  const inTurn = turns();
  const append = ledgerAppend(db);
  const credits = creditQueries(on);
  const putDraft = db.prepare<object>(statementSql.putDraft);
  const draft = db.prepare<object, DraftRow>(statementSql.draft);
  const dropDraft = db.prepare<object>(statementSql.dropDraft);
  const latest = db.prepare<object, number>(statementSql.latest).pluck();
  const sealed = db.prepare<object, SealedRow>(statementSql.sealed);
  const addSealed = db.prepare<object>(statementSql.addSealed);
  const closed = db.prepare<object, EpochMs>(statementSql.closed).pluck();
  const close = db.prepare<object>(statementSql.close);
  const changed = db.prepare<object>(statementSql.changed);
  const unchanged = db.prepare<object>(statementSql.unchanged);

  /** Undoes this change when it fails: a transaction of several changes continues without it. */
  const commit = db.transaction((change: StatementCommit): void => {
    if (change.events.length > 0 && append(change.events) === 'moved') throw new RolledBackError('moved');
    if (change.sealed) {
      const { id, revision, previous } = change.sealed.document;
      if (revision !== (latest.get({ id }) ?? 0) + 1) throw new RolledBackError('conflict');
      if (revision > 1 && sealed.get({ id, revision: null })?.hash !== previous)
        throw new RolledBackError('conflict');
      addSealed.run(sealedRow(change.sealed, change.sealedAt));
      dropDraft.run({ id });
      unchanged.run({ id });
    }
    for (const each of change.credits ?? []) if (!credits.change(each)) throw new RolledBackError('conflict');
  });

  return {
    putDraft: (drawn, credit) =>
      write(() => {
        const { id: statement, revision } = drawn.document;
        if (revision <= (latest.get({ id: statement }) ?? 0)) return;
        putDraft.run(draftRow(drawn));
        credits.putDraft({ statement, revision, at: drawn.at }, credit);
      }),
    draft: (id) =>
      read(() => {
        const row = draft.get({ id });
        return row ? withDocument(row) : null;
      }),
    sealed: (id, revision) =>
      read(() => {
        const row = sealed.get({ id, revision: revision ?? null });
        return row ? withDocument(row) : null;
      }),
    list: statementList(on),
    commit: (change) =>
      write(() => {
        try {
          commit(change);
          return 'stored';
        } catch (error) {
          if (error instanceof RolledBackError) return error.why;
          throw error;
        }
      }),
    credits: (query = {}) => read(() => credits.find(query)),
    inTurn: (_, work) => inTurn(work),
    closed: (month) => read(() => closed.get({ month }) ?? null),
    markClosed: (month, at) => write(() => void close.run({ month, at })),
    markChanged: (id, since) =>
      write(() => {
        if (since === null) unchanged.run({ id });
        else changed.run({ id, at: since.at, why: JSON.stringify(since.why) });
      }),
  };
}

/** Queries and changes of credits, to be run within the caller's transaction. */
interface CreditQueries {
  find(query: CreditQuery): CreditRow[];
  /** Creates, changes or deletes (null) the credit row of a draft revision. */
  putDraft(of: DraftKey, facts: CreditFacts | null): void;
  /** Returns false when the row does not exist or has another status. */
  change(change: CreditChange): boolean;
}

function creditQueries({ db }: Pick<Connection, 'db'>): CreditQueries {
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
