import { hasAmounts } from '../../../core/statement/extract.js';
import type { Locale } from '../../../i18n/locale.js';
import type { Report } from '../report.js';

interface Notice {
  readonly text: string;
  readonly tone: 'bad' | 'warn';
}

/** What must be known before a figure of a summary is read. */
export function summaryNotices({ statements }: Report, { words, instant }: Locale): Notice[] {
  const documents = statements.map(({ document }) => document);
  const drafts = documents.filter(({ state }) => state === 'draft').length;
  const incomplete = documents.filter(({ complete }) => !complete).length;
  const until = documents
    .flatMap(({ toDate }) => toDate ?? [])
    .sort()
    .at(-1);
  return [
    ...(drafts === 0
      ? []
      : [
          {
            text:
              drafts === documents.length ? words.draftNotice : words.mixedNotice(drafts, documents.length),
            tone: 'bad' as const,
          },
        ]),
    ...(until === undefined ? [] : [{ text: words.toDateNotice(instant(until)), tone: 'warn' as const }]),
    ...(incomplete === 0
      ? []
      : [{ text: words.incompleteCount(incomplete, documents.length), tone: 'warn' as const }]),
    ...(documents.every(hasAmounts) ? [] : [{ text: words.withoutAmounts, tone: 'warn' as const }]),
  ];
}
