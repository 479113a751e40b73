import { asksFigures, type FilteredFigures, matchesFigures } from '../../core/statement/filter.js';
import type { EpochMs } from '../../core/types.js';
import type { StatementQuery, StatementStore, StatementSummary } from '../statement-store.js';
import { all, type Script, type SqlDatabase, when } from './database.js';
import { sql } from './kysely.js';

/** The values of a list's row that only the document has. */
interface Figures extends FilteredFigures {
  readonly site: string;
  readonly currency: string;
  readonly rent: string;
}

/** How many documents' figures are cached. */
const maxCached = 20_000;
/** How many rows are read at least where some of them may be filtered away by their figures. */
const filteredAtOnce = 400;
/** How many documents are read in one statement. */
const documentsAtOnce = 400;

/**
 * Lists statements without their documents. The figures of a list are read from each document by the database, once:
 * a document with a given hash never changes.
 */
export function statementList(db: SqlDatabase): StatementStore['list'] {
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
    partsOf(db).as('availability'),
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
      for (const { hash, complete, availability, ...rest } of read)
        into.set(hash, {
          ...rest,
          complete: Boolean(complete),
          availability: JSON.parse(availability ?? '[]') as string[],
        });
    }
  };
  const page = function* (query: StatementQuery): Script<{ rows: ListedRow[]; known: Map<string, Figures> }> {
    const rows = yield* all(listed(db, query));
    // Replaced and not cleared: another list may wait for the figures that it does not have yet.
    if (cache.size >= maxCached) cache = new Map();
    const known = cache;
    yield* readFigures(
      rows.filter(({ hash }) => !known.has(hash)),
      known,
    );
    return { rows, known };
  };
  return (query = {}) =>
    db.snapshot(function* () {
      const { limit } = query;
      const atOnce = asksFigures(query) && limit !== undefined ? Math.max(limit, filteredAtOnce) : limit;
      const found: StatementSummary[] = [];
      let after = query.after;
      for (;;) {
        const { rows, known } = yield* page({
          ...query,
          ...(after && { after }),
          ...(atOnce !== undefined && { limit: atOnce }),
        });
        for (const row of rows) {
          const figures = known.get(row.hash);
          if (!asksFigures(query) || (figures && matchesFigures(figures, query)))
            found.push(summaryOf(row, figures));
        }
        after = rows.at(-1);
        if (atOnce === undefined || limit === undefined || rows.length < atOnce || found.length >= limit)
          break;
      }
      return limit === undefined ? found : found.slice(0, limit);
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
export function placesOf({ from }: SqlDatabase) {
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

/** The availability of each part, as a JSON array. */
const partsOf = ({ dialect }: SqlDatabase) =>
  dialect === 'sqlite'
    ? sql<
        string | null
      >`(SELECT json_group_array(part.value ->> '$.availabilityPercent') FROM json_each(document, '$.parts') AS part)`
    : sql<
        string | null
      >`(SELECT json_agg(part ->> 'availabilityPercent')::text FROM json_array_elements(document::json -> 'parts') AS part)`;

function listed(db: SqlDatabase, query: StatementQuery) {
  const { month, service, customer, state, revised, changed, standing, after, limit } = query;
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
        ...when(state, (one) => eb('made.state', '=', one)),
        ...(revised ? [eb('made.state', '=', 'sealed'), eb('made.revision', '>', 1)] : []),
        ...(changed ? [eb('changed.at', 'is not', null)] : []),
        // A draft beside sealed revisions stands for nothing yet.
        ...(standing
          ? [
              eb('made.revision', '=', ({ selectFrom, fn }) =>
                selectFrom('statement')
                  .select(fn.coalesce(fn.max('revision'), sql<number>`made.revision`).as('latest'))
                  .whereRef('statement.id', '=', 'made.id'),
              ),
            ]
          : []),
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
