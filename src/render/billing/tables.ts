import type { CreditRow } from '../../core/billing/credit.js';
import type { Dispute } from '../../core/billing/disputes.js';
import type { StatementSummary } from '../../core/statement/summary.js';
import { formatInstant } from '../../core/time/zone.js';
import { oneLine, tableLines } from '../table.js';

const utc = (at: number): string => formatInstant(at, 'UTC').replace('+00:00', 'Z');

const plainTable = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  `${tableLines(
    heads.map((head) => ({ head, align: amounts.has(head) ? 'right' : 'left' })),
    rows,
  ).join('\n')}\n`;
const amounts = new Set(['rent', 'credit', 'gross', 'tax', 'net', 'revision', 'cursor']);

/** The statements of months, one line each. */
export function statementsTable(rows: readonly StatementSummary[]): string {
  if (rows.length === 0) return 'No statements.\n';
  return plainTable(
    ['statement', 'revision', 'state', 'rent', 'credit', '', 'complete', 'at', 'by', 'changed since'],
    rows.map((row) => [
      row.id,
      String(row.revision),
      row.state,
      row.rent,
      row.credit,
      row.currency,
      row.complete ? 'yes' : 'no',
      utc(row.at),
      row.sealedBy ?? '',
      row.changed ? row.changed.why.join('; ') : '',
    ]),
  );
}

/** What statements owe, one line each. */
export function creditsTable(rows: readonly CreditRow[]): string {
  if (rows.length === 0) return 'No credits.\n';
  return plainTable(
    ['id', 'statement', 'revision', 'kind', 'status', 'gross', 'tax', 'net', '', 'claim by', 'cursor'],
    rows.map((row) => [
      row.id,
      row.statement,
      String(row.revision),
      row.kind,
      row.status,
      row.gross,
      row.tax ?? '',
      row.net ?? '',
      row.currency,
      row.claimBy ?? '',
      row.cursor === 0 ? '' : String(row.cursor),
    ]),
  );
}

export function disputesTable(rows: readonly Dispute[]): string {
  if (rows.length === 0) return 'No disputes.\n';
  return rows
    .map(({ id, statement, revision, state, text, contact, openedBy, openedAt, words }) =>
      [
        `${id}  ${state}  ${statement}, revision ${revision}${contact === null ? '' : `, ${contact}`}`,
        `  ${utc(openedAt)} ${openedBy}: ${oneLine(text)}`,
        ...words.map((word) => `  ${utc(word.at)} ${word.by}, ${word.state}: ${oneLine(word.text)}`),
      ].join('\n'),
    )
    .join('\n')
    .concat('\n');
}
