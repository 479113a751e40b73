import type { NoteFormat } from '../../core/billing/batch.js';
import type { ReportLanguage } from '../../i18n/languages.js';
import { noteWords } from '../../i18n/note.js';
import { en16931Fault } from './en16931.js';
import type { NoteSource } from './source.js';

const ofFormat: Record<NoteFormat, { readonly contentType: string; readonly end: string }> = {
  pdf: { contentType: 'application/pdf', end: '.pdf' },
  ubl: { contentType: 'application/xml', end: '-ubl.xml' },
  cii: { contentType: 'application/xml', end: '-cii.xml' },
  'red-letter': { contentType: 'text/csv; charset=utf-8', end: '-red-letter-application.csv' },
};

export const noteContentType = (format: NoteFormat): string => ofFormat[format].contentType;

/** What the file of a note is called: a number may have signs that no name of a file has. */
export const noteFileName = ({ note }: NoteSource, format: NoteFormat): string =>
  `${note.id.replace(/[^A-Za-z0-9.-]/g, '-')}${ofFormat[format].end}`;

/** Why a note has no file of a format; null: it has one. */
export async function noteFileFault(source: NoteSource, format: NoteFormat): Promise<string | null> {
  if (format === 'pdf') return null;
  if (format !== 'red-letter') return en16931Fault(source);
  return (await import('./red-letter.js')).redLetterFault(source);
}

/** The bytes of a note. What a format needs is loaded when it is asked for. `onUnsettable`: as for reports. */
export async function renderNote(
  source: NoteSource,
  format: NoteFormat,
  language: ReportLanguage,
  onUnsettable?: (codes: readonly string[]) => void,
): Promise<Uint8Array> {
  const { terms } = noteWords[language];
  switch (format) {
    case 'pdf': {
      const [{ notePages }, { pagesPdf }] = await Promise.all([
        import('./pages.js'),
        import('../report/pdf/pdf.js'),
      ]);
      return pagesPdf(notePages(source, language), onUnsettable);
    }
    case 'ubl':
      return Buffer.from((await import('./ubl.js')).noteUbl(source, terms));
    case 'cii':
      return Buffer.from((await import('./cii.js')).noteCii(source, terms));
    case 'red-letter':
      return Buffer.from((await import('./red-letter.js')).redLetterCsv(source));
  }
}
