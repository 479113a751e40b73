import type { SealedStatement, StatementDocument } from '../../core/statement/document.js';
import type { StatementSummary } from '../../core/statement/summary.js';
import type { DraftStatement, StatementCommit, StatementQuery } from '../statement-store.js';

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
  ...{ month: month ?? null, service: service ?? null, customer: customer ?? null },
  ...{ all: after ? 0 : 1, limit: limit ?? 2_147_483_647 },
  ...{ afterMonth: after?.month ?? '', afterService: after?.service ?? '' },
  ...{ afterRevision: after?.revision ?? 0, afterState: after?.state ?? '' },
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
export class Undone extends Error {
  constructor(readonly why: 'moved' | 'conflict') {
    super(why);
  }
}
