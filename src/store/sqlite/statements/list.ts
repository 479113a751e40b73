import type { StatementStore, StatementSummary } from '../../statement-store.js';
import type { Connection } from '../database.js';

interface Row extends Omit<StatementSummary, 'complete' | 'changed'> {
  readonly complete: number;
  readonly changedAt: number | null;
  readonly why: string | null;
}

const ofDocument = `document ->> '$.site' AS site, document ->> '$.currency' AS currency,
  document ->> '$.total.rent' AS rent, document ->> '$.total.credit' AS credit, document ->> '$.complete' AS complete`;

/** Statements without their documents; what is listed of those is read out of them by the database. */
export function statementList({ db, read }: Connection): StatementStore['list'] {
  const list = db.prepare<object, Row>(
    `SELECT drawn.*, changed.at AS changedAt, changed.why AS why FROM (
       SELECT id, month, service, customer, revision, 'draft' AS state, hash, at, NULL AS sealedBy, ${ofDocument}
       FROM statement_draft
       UNION ALL
       SELECT id, month, service, customer, revision, 'sealed', hash, sealed_at, sealed_by, ${ofDocument}
       FROM statement
     ) AS drawn
     LEFT JOIN statement_changed AS changed ON changed.id = drawn.id AND drawn.state = 'sealed'
       AND drawn.revision = (SELECT max(revision) FROM statement WHERE id = drawn.id)
     WHERE (:month IS NULL OR month = :month) AND (:service IS NULL OR service = :service)
       AND (:customer IS NULL OR customer = :customer)
     ORDER BY month, service, revision`,
  );
  return (query = {}) =>
    read(() =>
      list
        .all({ month: null, service: null, customer: null, ...query })
        .map(({ complete, changedAt, why, ...row }) => ({
          ...row,
          complete: complete === 1,
          changed: changedAt === null ? null : { at: changedAt, why: JSON.parse(why ?? '[]') as string[] },
        })),
    );
}
