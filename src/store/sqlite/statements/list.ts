import { listSql, listValues, summaryOf, type SummaryRow } from '../../rows/statement.js';
import type { StatementStore } from '../../statement-store.js';
import type { Connection } from '../database.js';

type Read = Pick<SummaryRow, 'site' | 'currency' | 'rent' | 'credit' | 'complete'>;

const ofDocument = `document ->> '$.site' AS site, document ->> '$.currency' AS currency,
  document ->> '$.total.rent' AS rent, document ->> '$.total.credit' AS credit, document ->> '$.complete' AS complete`;
const none = 'NULL AS site, NULL AS currency, NULL AS rent, NULL AS credit, NULL AS complete';
/** What is read out of so many documents is remembered. */
const most = 20_000;

/**
 * Statements without their documents; what is listed of those is read out of them by the database, once for each: a
 * document of that hash never says anything else.
 */
export function statementList({ db, read }: Connection): StatementStore['list'] {
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
