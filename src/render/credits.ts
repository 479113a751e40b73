import type { CreditRow } from '../core/billing/credit.js';
import type { Dispute } from '../core/billing/disputes.js';
import type { StatementSummary } from '../core/statement/result.js';
import { formatInstant } from '../core/time/calendar.js';
import type { EpochMs } from '../core/types.js';
import { oneLine } from './figures.js';
import { tableLines } from './table.js';

export const iso = (at: EpochMs): string => new Date(at).toISOString();
export const isoOrNull = (at: EpochMs | null): string | null => (at === null ? null : iso(at));

// Keys that are there already are laid over: what adds keys to a copy takes thirty times as long, and there are hundreds.
export const summaryJson = (row: StatementSummary) => ({
  ...row,
  at: iso(row.at),
  changed: row.changed && { at: iso(row.changed.at), why: row.changed.why },
});

export const creditJson = (row: CreditRow) => ({
  ...row,
  createdAt: iso(row.createdAt),
  changedAt: iso(row.changedAt),
  remindedAt: isoOrNull(row.remindedAt),
});

/** With what else is known of it, such as its statement's customer. */
export const disputeJson = <D extends Dispute>({ openedAt, words, ...dispute }: D) => ({
  ...dispute,
  openedAt: iso(openedAt),
  words: words.map(({ at, ...word }) => ({ ...word, at: iso(at) })),
});

/** Somebody at a customer; structurally a row of the contacts. */
export const contactJson = <
  C extends {
    readonly addedAt: EpochMs;
    readonly changedAt: EpochMs;
    readonly erasedAt: EpochMs | null;
    readonly mutedAt: EpochMs | null;
  },
>({
  addedAt,
  changedAt,
  erasedAt,
  mutedAt,
  ...contact
}: C) => ({
  ...contact,
  addedAt: iso(addedAt),
  changedAt: iso(changedAt),
  erasedAt: isoOrNull(erasedAt),
  mutedAt: isoOrNull(mutedAt),
});

/** An instant in UTC, as tables have it. */
export const utc = (at: number): string => formatInstant(at, 'UTC').replace('+00:00', 'Z');

const amounts = new Set(['rent', 'credit', 'gross', 'tax', 'net', 'revision', 'cursor']);

/** Columns of text; those whose head is among `right` are aligned as numbers are. */
export const plainTable = (
  heads: readonly string[],
  rows: readonly (readonly string[])[],
  right: ReadonlySet<string> = amounts,
): string =>
  `${tableLines(
    heads.map((head) => ({ head, align: right.has(head) ? 'right' : 'left' })),
    rows,
  ).join('\n')}\n`;

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
        ...words.map((word) => `  ${utc(word.at)} ${word.by}, ${word.deed}: ${oneLine(word.text)}`),
      ].join('\n'),
    )
    .join('\n')
    .concat('\n');
}
