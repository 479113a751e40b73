import { everyStatement, listSql, summaryOf, type SummaryRow } from '../../rows/statement.js';
import type { StatementStore } from '../../statement-store.js';
import type { Connection } from '../database.js';

const ofDocument = `document ->> '$.site' AS site, document ->> '$.currency' AS currency,
  document ->> '$.total.rent' AS rent, document ->> '$.total.credit' AS credit, document ->> '$.complete' AS complete`;

/** Statements without their documents; what is listed of those is read out of them by the database. */
export function statementList({ db, read }: Connection): StatementStore['list'] {
  const list = db.prepare<object, SummaryRow>(
    listSql({ draft: `${ofDocument} FROM statement_draft`, sealed: `${ofDocument} FROM statement` }),
  );
  return (query = {}) => read(() => list.all({ ...everyStatement, ...query }).map(summaryOf));
}
