import { formatAmount, minorOf } from '../money.js';
import type { BatchLine, CreditNote } from './batch.js';

/** What a row of a file is of: a credit, or one of the entries that its posting has. */
export const entryKinds = ['revenue', 'tax', 'receivable'] as const;
export type EntryKind = (typeof entryKinds)[number];
type Side = 'debit' | 'credit';

/** An entry of a balanced posting. */
export interface Entry {
  readonly kind: EntryKind;
  readonly side: Side;
  readonly account: string;
  /** Not negative. */
  readonly amount: string;
}

/** A row of an export file. */
export interface ExportRow {
  readonly batch: string;
  readonly line: BatchLine;
  readonly note: CreditNote;
  /** From 1 on, in the file. */
  readonly number: number;
  /** From 1 on, in the note. */
  readonly noteLine: number;
  /** Null where a row is a credit. */
  readonly entry: Entry | null;
}

export type FieldKind = 'text' | 'amount' | 'rate' | 'day' | 'month' | 'whole';

interface ExportField {
  readonly kind: FieldKind;
  readonly meaning: string;
  /** Null: there is nothing to say. */
  readonly read: (row: ExportRow) => string | null;
}

const of = (kind: FieldKind, meaning: string, read: (row: ExportRow) => string | null): ExportField => ({
  kind,
  meaning,
  read,
});

const joined = (values: readonly (string | null)[]): string | null => {
  const known = [...new Set(values)].filter((value) => value !== null && value !== '');
  return known.length === 0 ? null : known.join('+');
};

const entryOf =
  (read: (entry: Entry, row: ExportRow) => string | null) =>
  (row: ExportRow): string | null =>
    row.entry === null ? null : read(row.entry, row);

/** What a column of a mapping may hold, by its name. */
export const exportFields = {
  batch: of('text', 'the batch', ({ batch }) => batch),
  row: of('whole', 'the row of the file, from 1 on', ({ number }) => String(number)),
  credit: of('text', 'the credit', ({ line }) => line.credit),
  kind: of('text', 'credit, adjustment or reversal', ({ line }) => line.kind),
  of: of('text', 'the credit that it adjusts or takes back', ({ line }) => line.of),
  note: of('text', 'the number of the credit note, as it is printed', ({ note }) => note.id),
  noteNumber: of('whole', 'its place in the range', ({ note }) => String(note.number)),
  noteLine: of('whole', 'the line of the note, from 1 on', ({ noteLine }) => String(noteLine)),
  statement: of('text', 'MONTH/SERVICE', ({ line }) => line.statement),
  revision: of('whole', 'the sealed revision', ({ line }) => String(line.revision)),
  hash: of('text', 'of the sealed revision, SHA-256', ({ line }) => line.hash),
  service: of('text', 'the service', ({ line }) => line.service),
  site: of('text', 'the site', ({ line }) => line.site),
  customer: of('text', 'the end buyer', ({ line }) => line.customer),
  customerName: of('text', 'its name', ({ line }) => line.customerName),
  resellers: of('text', 'between it and the operator, nearest first, | between', ({ line }) =>
    joinedBy(line.resellers),
  ),
  billTo: of('text', 'the account that is billed', ({ line }) => line.billTo),
  billToName: of('text', 'its name', ({ note }) => note.billTo.name),
  billToTaxId: of('text', 'its tax id', ({ note }) => note.billTo.taxId),
  billToCountry: of('text', 'its country', ({ note }) => note.billTo.country),
  issuer: of('text', 'who issues the note', ({ line }) => line.issuer),
  issuerName: of('text', 'its name', ({ note }) => note.issuer.name),
  issuerTaxId: of('text', 'its tax id', ({ note }) => note.issuer.taxId),
  month: of('month', 'the period', ({ line }) => line.month),
  from: of('day', 'its first day', ({ line }) => line.from),
  to: of('day', 'its last day', ({ line }) => line.to),
  postingDate: of('day', 'when it is posted', ({ line }) => line.postingDate),
  postingYear: of('text', 'the year of that day', ({ line }) => line.postingDate.slice(0, 4)),
  postingMonth: of('whole', 'the month of that day, 1 to 12', ({ line }) =>
    String(Number(line.postingDate.slice(5, 7))),
  ),
  currency: of('text', 'ISO 4217', ({ line }) => line.currency),
  net: of('amount', 'without tax', ({ line }) => line.net),
  tax: of('amount', 'the tax', ({ line }) => line.tax),
  gross: of('amount', 'with tax', ({ line }) => line.gross),
  taxCode: of('text', 'of the tax', ({ line }) => joined(line.taxes.map(({ code }) => code))),
  taxPercent: of('rate', 'its rate in per cent, + between several', ({ line }) =>
    joined(line.taxes.map(({ percent }) => percent)),
  ),
  taxCategory: of('text', 'by UNCL 5305', ({ line }) => joined(line.taxes.map(({ category }) => category))),
  account: of('text', 'the revenue account', ({ line }) => line.accounts.revenue),
  taxAccount: of('text', 'the tax account', ({ line }) => line.accounts.tax),
  receivableAccount: of('text', 'the receivable account', ({ line }) => line.accounts.receivable),
  costCentre: of('text', 'the cost centre', ({ line }) => line.accounts.costCentre),
  invoice: of('text', 'the original invoice, where it is known', ({ line }) => line.invoice),
  reason: of('text', 'why', ({ line }) => line.reason),
  entry: of(
    'text',
    'revenue, tax or receivable',
    entryOf(({ kind }) => kind),
  ),
  entrySide: of(
    'text',
    'debit or credit',
    entryOf(({ side }) => side),
  ),
  entryKey: of(
    'text',
    'both, as receivable-credit',
    entryOf(({ kind, side }) => `${kind}-${side}`),
  ),
  entryAccount: of(
    'text',
    'its account',
    entryOf(({ account }) => account),
  ),
  entryAmount: of(
    'amount',
    'without a sign',
    entryOf(({ amount }) => amount),
  ),
  entryDebit: of(
    'amount',
    'of a debit, else nothing',
    entryOf(({ side, amount }) => (side === 'debit' ? amount : null)),
  ),
  entryCredit: of(
    'amount',
    'of a credit, else nothing',
    entryOf(({ side, amount }) => (side === 'credit' ? amount : null)),
  ),
} as const satisfies Record<string, ExportField>;

export type ExportFieldName = keyof typeof exportFields;
export const exportFieldNames = Object.keys(exportFields) as ExportFieldName[];
/** The fields that only rows of entries have. */
export const isEntryField = (name: ExportFieldName): boolean => name.startsWith('entry');

function joinedBy(values: readonly string[]): string | null {
  return values.length === 0 ? null : values.join('|');
}

/**
 * The posting of a credit: revenue and tax are reduced by debits, the receivable by a credit; the other way round where
 * more is owed than before. Debits and credits are equal to the minor unit.
 */
export function entriesOf({ net, tax, gross, currency, accounts }: BatchLine): Entry[] {
  const entry = (kind: EntryKind, account: string | null, amount: string, reduces: Side): Entry[] => {
    const minor = minorOf(amount, currency);
    if (minor === 0n) return [];
    const side = minor > 0n ? reduces : reduces === 'debit' ? 'credit' : 'debit';
    return [
      { kind, side, account: account ?? '', amount: formatAmount(minor < 0n ? -minor : minor, currency) },
    ];
  };
  return [
    ...entry('revenue', accounts.revenue, net, 'debit'),
    ...entry('tax', accounts.tax, tax, 'debit'),
    ...entry('receivable', accounts.receivable, gross, 'credit'),
  ];
}
