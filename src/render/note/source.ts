import type { BatchLine, CreditNote } from '../../core/billing/batch.js';

/** A note and its lines. */
export interface NoteSource {
  readonly note: CreditNote;
  readonly lines: readonly BatchLine[];
}

/** The first and the last day that a note is about. */
export function periodOf({ note, lines }: NoteSource): { readonly from: string; readonly to: string } {
  const days = lines.flatMap(({ from, to }) => [from, to]).sort();
  return { from: days[0] ?? note.date, to: days.at(-1) ?? note.date };
}

/** The invoices that are credited, where they are known, each once. */
export const invoicesOf = (lines: NoteSource['lines']): string[] => [
  ...new Set(lines.flatMap(({ invoice }) => invoice ?? [])),
];
