import type { ExportColumn, ExportMapping } from '../config/exports/mapping.js';
import type { BatchContent, BatchFormat } from '../core/billing/batch.js';
import { entriesOf, exportFields, type ExportRow, type FieldKind } from '../core/billing/fields.js';
import { negateAmount } from '../core/money.js';
import { type CsvCell, csvText } from './csv.js';

/** A value of a column, before it is spelled for a format. */
interface Value {
  /** Null: the text is what it is, whatever kind the field has. */
  readonly kind: FieldKind | null;
  readonly text: string;
}

/** The rows of a batch: its credits, or the entries of their postings. */
export function exportRows(
  batch: string,
  { notes, lines }: Pick<BatchContent, 'notes' | 'lines'>,
  rows: ExportMapping['rows'],
): ExportRow[] {
  const noteOf = new Map(notes.map((note) => [note.id, note]));
  const made: ExportRow[] = [];
  for (const line of lines) {
    const note = noteOf.get(line.note);
    if (!note) throw new Error(`the note ${line.note} of ${line.credit} is missing in ${batch}`);
    const noteLine = note.credits.indexOf(line.credit) + 1;
    for (const entry of rows === 'entries' ? entriesOf(line) : [null])
      made.push({ batch, line, note, noteLine, entry, number: made.length + 1 });
  }
  return made;
}

function valueOf({ field, value, words, negate, only }: ExportColumn, row: ExportRow): Value {
  if (only.length > 0 && (row.entry === null || !only.includes(row.entry.kind)))
    return { kind: null, text: '' };
  if (field === null) return { kind: null, text: value };
  const { kind, read } = exportFields[field];
  const text = read(row);
  if (text === null) return { kind: null, text: value };
  const word = words.get(text);
  if (word !== undefined) return { kind: null, text: word };
  return { kind, text: negate && kind === 'amount' ? negateAmount(text, row.line.currency) : text };
}

/** `2026-11-30` in the form of `DD.MM.YYYY`; a month has no day. */
const dated = (text: string, form: string): string =>
  form.replace('YYYY', text.slice(0, 4)).replace('MM', text.slice(5, 7)).replace('DD', text.slice(8, 10));

function spelled({ kind, text }: Value, { days, months, decimalMark }: ExportMapping): CsvCell {
  switch (kind) {
    case 'day':
      return { verbatim: dated(text, days) };
    case 'month':
      return { verbatim: dated(text, months) };
    case 'amount':
      return { verbatim: text.replace('.', decimalMark) };
    case 'rate':
      return { verbatim: text.replaceAll('.', decimalMark) };
    case 'text':
      return text;
    case 'whole':
    case null:
      return { verbatim: text };
  }
}

function csvOf(rows: readonly ExportRow[], mapping: ExportMapping): Uint8Array {
  const { csv, columns } = mapping;
  const { bom, delimiter } = csv;
  const text = csvText(
    rows.map((row) => columns.map((column) => spelled(valueOf(column, row), mapping))),
    {
      dialect: { bom, separator: 'comma' },
      delimiter,
      ...(csv.header && { columns: columns.map(({ name }) => name) }),
    },
  );
  return Buffer.from(text);
}

const isNumber = (text: string): boolean => /^\d+(?:\.\d+)?$/.test(text);

async function xlsxOf(rows: readonly ExportRow[], mapping: ExportMapping): Promise<Uint8Array> {
  const { day, decimal, sheetOf, workbookBytes } = await import('./spreadsheet.js');
  const sheet = sheetOf(
    'Credits',
    mapping.columns.map((column) => ({
      head: column.name,
      width: Math.max(12, column.name.length + 2),
      cell: (row: ExportRow) => {
        const { kind, text } = valueOf(column, row);
        if (text === '') return null;
        if (kind === 'amount') return decimal(text, '0');
        // Several rates are no number, and are spelled as in a CSV.
        if (kind === 'rate')
          return isNumber(text)
            ? decimal(text, '0')
            : { value: text.replaceAll('.', mapping.decimalMark), type: String };
        if (kind === 'whole') return { value: Number(text), type: Number };
        if (kind === 'day') return day(text);
        return { value: kind === 'month' ? dated(text, mapping.months) : text, type: String };
      },
    })),
    rows,
  );
  return workbookBytes([sheet]);
}

/** The bytes of a batch's file. */
export function exportFile(
  rows: readonly ExportRow[],
  mapping: ExportMapping,
  file: BatchFormat,
): Promise<Uint8Array> {
  return file === 'csv' ? Promise.resolve(csvOf(rows, mapping)) : xlsxOf(rows, mapping);
}
