import type { ReportContent } from './formats.js';
import type { Report } from './report.js';
import { reportState } from './report.js';

/** `sla-2026-10-customer-harbour-bank-r2.pdf`: safe in every file system and header. */
export function reportFileName(
  report: Report,
  extension: string,
  content: ReportContent = 'statements',
): string {
  const { month, selection, statements } = report;
  const [only] = statements.length === 1 ? statements : [];
  const state = reportState(report);
  const words = [
    'sla',
    month,
    ...(selection.by === 'all' ? ['all'] : [selection.by, selection.id ?? '']),
    ...(content === 'summary' ? [content] : []),
    state === 'sealed' ? (only ? `r${only.document.revision}` : 'sealed') : state,
  ];
  return `${words.join('-').replace(/[^A-Za-z0-9._-]/g, '_')}.${extension}`;
}
