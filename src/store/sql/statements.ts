import type { EpochMs } from '../../core/types.js';
import type { StatementDocument } from '../../core/statement/document.js';
import type { StoredNames } from '../../core/statement/names.js';
import type {
  DraftStatement,
  StatementCommit,
  StatementQuery,
  StatementStore,
  StatementSummary,
} from '../statement-store.js';
import { batchChanges } from './batches.js';
import { creditQueries } from './credits.js';
import {
  all,
  change,
  first,
  given,
  prepare,
  savepoint,
  type Script,
  type SqlDatabase,
  when,
} from './database.js';
import { sql } from './kysely.js';
import { ledgerAppend } from './ledger.js';
import { outboxInsert } from './outbox.js';
import { lockedMonths, periodChange } from './periods.js';

/** Undoes a change of statements that can't be made as a whole. */
class ConflictError extends Error {
  constructor(readonly outcome: 'moved' | 'conflict') {
    super(outcome);
  }
}

const withDocument = <Row extends { readonly document: string }>(row: Row) => ({
  ...row,
  document: JSON.parse(row.document) as StatementDocument,
});

export function statementStore(db: SqlDatabase): StatementStore {
  const appendToLedger = ledgerAppend(db);
  const credits = creditQueries(db);
  const batches = batchChanges(db);
  const addToOutbox = outboxInsert(db);
  const latest = prepare(({ id }: { id: string }) =>
    db.from
      .selectFrom('statement')
      .select(({ fn, lit }) => fn.coalesce(fn.max('revision'), lit(0)).as('revision'))
      .where('id', '=', id),
  );
  const latestRevision = function* (id: string): Script<number> {
    return (yield* first(latest({ id })))?.revision ?? 0;
  };
  const sealed = (id: string, revision?: number) =>
    db.from
      .selectFrom('statement')
      .select(['document', 'hash', 'key', 'signature', 'seal as sealedAt', 'sealed_by as sealedBy'])
      .where(({ and }) => and(given({ id, revision })))
      .orderBy('revision', 'desc')
      .limit(1);
  const insertNames = (id: string, revision: number, names: StoredNames) =>
    db.from
      .insertInto('statement_names')
      .values({ id, revision, names: JSON.stringify(names) })
      .onConflict((conflict) => conflict.doNothing());
  const clearChanged = (id: string) => db.from.deleteFrom('statement_changed').where('id', '=', id);

  const commit = function* (made: StatementCommit): Script<void> {
    if (made.events.length > 0 && (yield* appendToLedger(made.events)) === 'moved')
      throw new ConflictError('moved');
    yield* db.lock('statements');
    if (made.sealed) {
      const { document, sealedAt, sealedBy, ...seal } = made.sealed;
      const { id, revision, month, service, customer, previous } = document;
      if (revision !== (yield* latestRevision(id)) + 1) throw new ConflictError('conflict');
      if (revision > 1 && (yield* first(sealed(id)))?.hash !== previous) throw new ConflictError('conflict');
      const place = { id, revision, month, service, customer, previous, sealed_at: made.sealedAt ?? 0 };
      const text = JSON.stringify(document);
      const row = { ...place, ...seal, sealed_by: sealedBy, seal: sealedAt, document: text };
      yield* change(db.from.insertInto('statement').values(row));
      if (made.names) yield* change(insertNames(id, revision, made.names));
      yield* change(db.from.deleteFrom('statement_draft').where('id', '=', id));
      yield* change(clearChanged(id));
    }
    if (made.period && !(yield* periodChange(db, made.period))) throw new ConflictError('conflict');
    if (made.batch && !(yield* batches.change(made.batch))) throw new ConflictError('conflict');
    for (const each of made.credits ?? [])
      if (!(yield* credits.change(each))) throw new ConflictError('conflict');
    yield* addToOutbox(made.outbox ?? []);
  };

  return {
    putDraft: ({ document, hash, at }, credit) =>
      db.write(function* () {
        const { id, month, service, customer, revision } = document;
        yield* db.lock('statements');
        if (revision <= (yield* latestRevision(id))) return;
        const text = JSON.stringify(document);
        yield* change(
          db.from
            .insertInto('statement_draft')
            .values({ id, month, service, customer, revision, hash, at, document: text })
            .onConflict((conflict) =>
              conflict.column('id').doUpdateSet(({ ref }) => ({
                month: ref('excluded.month'),
                service: ref('excluded.service'),
                customer: ref('excluded.customer'),
                revision: ref('excluded.revision'),
                hash: ref('excluded.hash'),
                at: ref('excluded.at'),
                document: ref('excluded.document'),
              })),
            ),
        );
        yield* credits.putDraft({ statement: id, revision, at }, credit);
      }),
    async draft(id): Promise<DraftStatement | null> {
      const [row] = await db.read(
        db.from.selectFrom('statement_draft').select(['document', 'hash', 'at']).where('id', '=', id),
      );
      return row ? withDocument(row) : null;
    },
    async sealed(id, revision) {
      const [row] = await db.read(sealed(id, revision));
      return row ? withDocument(row) : null;
    },
    async names(id, revision) {
      const query = db.from.selectFrom('statement_names').select('names');
      const [row] = await db.read(query.where('id', '=', id).where('revision', '=', revision));
      return row ? (JSON.parse(row.names) as StoredNames) : null;
    },
    unnamed: () =>
      db.read(
        db.from
          .selectFrom('statement')
          .leftJoin('statement_names as named', (join) =>
            join.onRef('named.id', '=', 'statement.id').onRef('named.revision', '=', 'statement.revision'),
          )
          .where('named.id', 'is', null)
          .select(['statement.id', 'statement.revision'])
          .orderBy('statement.id')
          .orderBy('statement.revision'),
      ),
    putNames: async (id, revision, names) => {
      await db.change(insertNames(id, revision, names));
    },
    list: statementList(db),
    commit: (made) =>
      db.write(function* () {
        try {
          yield* savepoint(() => commit(made));
          return 'stored';
        } catch (error) {
          if (error instanceof ConflictError) return error.outcome;
          throw error;
        }
      }),
    credits: (query = {}) => credits.find(query),
    inTurn: (month, work) => db.inTurn(month, work),
    async closed(month) {
      const [row] = await db.read(db.from.selectFrom('month_closed').select('at').where('month', '=', month));
      return row?.at ?? null;
    },
    markClosed: (month, at, outbox = []) =>
      db.write(function* () {
        const closed = yield* change(
          db.from
            .insertInto('month_closed')
            .values({ month, at })
            .onConflict((conflict) => conflict.doNothing()),
        );
        if (closed === 1) yield* addToOutbox(outbox);
      }),
    standing: ({ from, to }) =>
      db.read(
        db.from
          .selectFrom(placesOf(db))
          .select(['month', 'service', 'state'])
          .where('revision', '=', 1)
          .where('month', '>=', from)
          .where('month', '<', to),
      ),
    locks: () => db.read(lockedMonths(db)),
    async markChanged(id, since) {
      if (since === null) {
        await db.change(clearChanged(id));
        return;
      }
      await db.change(
        db.from
          .insertInto('statement_changed')
          .values({ id, at: since.at, why: JSON.stringify(since.why) })
          .onConflict((conflict) =>
            conflict
              .column('id')
              .doUpdateSet(({ ref }) => ({ at: ref('excluded.at'), why: ref('excluded.why') })),
          ),
      );
    },
  };
}

/** The values of a list's row that only the document has. */
interface Figures {
  readonly site: string;
  readonly currency: string;
  readonly rent: string;
  readonly credit: string;
  readonly complete: boolean;
}

/** How many documents' figures are cached. */
const maxCached = 20_000;
/** How many documents are read in one statement. */
const documentsAtOnce = 400;

/**
 * Lists statements without their documents. The figures of a list are read from each document by the database, once:
 * a document with a given hash never changes.
 */
function statementList(db: SqlDatabase): StatementStore['list'] {
  let cache = new Map<string, Figures>();
  const member = (...names: [string, string?]) =>
    db.dialect === 'sqlite'
      ? sql<string>`document ->> ${sql.lit(`$.${names.join('.')}`)}`
      : sql<string>`document::json #>> ${sql.lit(`{${names.join(',')}}`)}`;
  const figures = [
    member('site').as('site'),
    member('currency').as('currency'),
    member('total', 'rent').as('rent'),
    member('total', 'credit').as('credit'),
    // 1 in SQLite, 'true' in PostgreSQL.
    (db.dialect === 'sqlite' ? member('complete') : sql<string>`${member('complete')} = 'true'`).as(
      'complete',
    ),
  ] as const;
  const readFigures = function* (rows: readonly ListedRow[], into: Map<string, Figures>): Script<void> {
    for (let at = 0; at < rows.length; at += documentsAtOnce) {
      const part = rows.slice(at, at + documentsAtOnce);
      const drafts = part.filter(({ state }) => state === 'draft').map(({ id }) => id);
      const hashes = part.filter(({ state }) => state === 'sealed').map(({ hash }) => hash);
      const ofDrafts = db.from.selectFrom('statement_draft').where('id', 'in', drafts);
      const ofRevisions = db.from.selectFrom('statement').where('hash', 'in', hashes);
      const read = [
        ...(drafts.length === 0 ? [] : yield* all(ofDrafts.select('hash').select(figures))),
        ...(hashes.length === 0 ? [] : yield* all(ofRevisions.select('hash').select(figures))),
      ];
      for (const { hash, complete, ...rest } of read)
        into.set(hash, { ...rest, complete: Boolean(complete) });
    }
  };
  return (query = {}) =>
    db.snapshot(function* () {
      const rows = yield* all(listed(db, query));
      // Replaced and not cleared: another list may wait for the figures that it does not have yet.
      if (cache.size >= maxCached) cache = new Map();
      const known = cache;
      yield* readFigures(
        rows.filter(({ hash }) => !known.has(hash)),
        known,
      );
      return rows.map((row) => summaryOf(row, known.get(row.hash)));
    });
}

interface ListedRow {
  readonly id: string;
  readonly month: string;
  readonly service: string;
  readonly customer: string;
  readonly revision: number;
  readonly state: 'draft' | 'sealed';
  readonly hash: string;
  readonly at: EpochMs;
  readonly sealedBy: string | null;
  readonly changedAt: EpochMs | null;
  readonly why: string | null;
}

/** Each member by its name: there are thousands of rows, and spreading an object takes a hundred times as long. */
const summaryOf = (row: ListedRow, figures: Figures | undefined): StatementSummary => ({
  id: row.id,
  month: row.month,
  service: row.service,
  customer: row.customer,
  site: figures?.site ?? '',
  revision: row.revision,
  state: row.state,
  currency: figures?.currency ?? '',
  rent: figures?.rent ?? '',
  credit: figures?.credit ?? '',
  complete: figures?.complete ?? false,
  hash: row.hash,
  at: row.at,
  sealedBy: row.sealedBy,
  changed:
    row.changedAt === null ? null : { at: row.changedAt, why: JSON.parse(row.why ?? '[]') as string[] },
});

/** Every draft and every sealed revision. */
function placesOf({ from }: SqlDatabase) {
  const place = ['id', 'month', 'service', 'customer', 'revision'] as const;
  const drafts = from
    .selectFrom('statement_draft')
    .select(place)
    .select([
      sql<'draft' | 'sealed'>`'draft'`.as('state'),
      'hash',
      'at',
      sql<string | null>`NULL`.as('sealedBy'),
    ]);
  const revisions = from
    .selectFrom('statement')
    .select(place)
    .select([
      sql<'draft' | 'sealed'>`'sealed'`.as('state'),
      'hash',
      'sealed_at as at',
      'sealed_by as sealedBy',
    ]);
  return drafts.unionAll(revisions).as('made');
}

function listed(db: SqlDatabase, { month, service, customer, after, limit }: StatementQuery) {
  return db.from
    .selectFrom(placesOf(db))
    .leftJoin('statement_changed as changed', (join) =>
      join
        .onRef('changed.id', '=', 'made.id')
        .on('made.state', '=', 'sealed')
        .on('made.revision', '=', ({ selectFrom }) =>
          selectFrom('statement')
            .select(({ fn }) => fn.max('revision').as('latest'))
            .whereRef('statement.id', '=', 'made.id'),
        ),
    )
    .selectAll('made')
    .select(['changed.at as changedAt', 'changed.why as why'])
    .where(({ eb, and, refTuple, tuple }) =>
      and([
        ...when(month, (one) => eb('made.month', '=', one)),
        ...when(service, (one) => eb('made.service', '=', one)),
        ...when(customer, (one) => eb('made.customer', '=', one)),
        ...when(after, (last) =>
          eb(
            refTuple('made.month', 'made.service', 'made.revision', 'made.state'),
            '>',
            tuple(last.month, last.service, last.revision, last.state),
          ),
        ),
      ]),
    )
    .orderBy('made.month')
    .orderBy('made.service')
    .orderBy('made.revision')
    .orderBy('made.state')
    .$if(limit !== undefined, (some) => some.limit(limit ?? 0));
}
