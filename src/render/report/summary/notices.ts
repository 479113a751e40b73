import { hasAmounts } from '../../../core/statement/extract.js';
import type { Locale } from '../../../i18n/locale.js';
import { draftNotice, type Report } from '../report.js';

interface Notice {
  readonly text: string;
  readonly tone: 'bad' | 'warn';
}

/** What must be known before a figure of a summary is read. */
export function summaryNotices(report: Report, locale: Locale): Notice[] {
  const { words, instant } = locale;
  const documents = report.statements.map(({ document }) => document);
  const unsealed = draftNotice(report, locale);
  const incomplete = documents.filter(({ complete }) => !complete).length;
  const until = documents
    .flatMap(({ toDate }) => toDate ?? [])
    .sort()
    .at(-1);
  return [
    ...(unsealed === null ? [] : [{ text: unsealed, tone: 'bad' as const }]),
    ...(until === undefined ? [] : [{ text: words.toDateNotice(instant(until)), tone: 'warn' as const }]),
    ...(incomplete === 0
      ? []
      : [{ text: words.incompleteCount(incomplete, documents.length), tone: 'warn' as const }]),
    ...(documents.every(hasAmounts) ? [] : [{ text: words.withoutAmounts, tone: 'warn' as const }]),
  ];
}
