import type { ReportLanguage } from '../../i18n/languages.js';
import type { CsvDialect } from '../../core/text/csv-dialect.js';
import type { Report } from './report.js';

export const reportFormats = ['json', 'csv', 'xlsx', 'pdf', 'html'] as const;
export type ReportFormat = (typeof reportFormats)[number];

export interface FormatOf {
  readonly contentType: string;
  /** Shown as text by a terminal. */
  readonly text: boolean;
  /** Shown by a browser, not laid down as a file. */
  readonly shown: boolean;
}

export const formatOf: Record<ReportFormat, FormatOf> = {
  json: { contentType: 'application/json; charset=utf-8', text: true, shown: true },
  csv: { contentType: 'text/csv; charset=utf-8; header=present', text: true, shown: false },
  xlsx: {
    contentType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
    text: false,
    shown: false,
  },
  pdf: { contentType: 'application/pdf', text: false, shown: true },
  html: { contentType: 'text/html; charset=utf-8', text: true, shown: true },
};

/** What is made of a report: its statements in full, or a line for each. */
export const reportContents = ['statements', 'summary'] as const;
export type ReportContent = (typeof reportContents)[number];

export interface RenderOptions {
  /** The statements by default. */
  readonly content?: ReportContent;
  /** How CSV is written. */
  readonly csv?: CsvDialect;
  /** Told the characters that no typeface has, as `U+1E900`: they stand as `[U+1E900]` on the page. */
  readonly onUnsettable?: (codes: readonly string[]) => void;
}

/** The bytes of a report. What a format needs is loaded when it is asked for. */
export async function renderReport(
  report: Report,
  format: ReportFormat,
  language: ReportLanguage,
  options: RenderOptions = {},
): Promise<Uint8Array> {
  const { content, csv, onUnsettable } = options;
  if (content === 'summary') return renderSummary(report, format, language, options);
  switch (format) {
    case 'json': {
      const { reportJsonText } = await import('./json.js');
      return Buffer.from(reportJsonText(report));
    }
    case 'csv': {
      const { reportCsv } = await import('./csv.js');
      return Buffer.from(reportCsv(report, csv));
    }
    case 'xlsx': {
      const { reportXlsx } = await import('./xlsx.js');
      return reportXlsx(report, language);
    }
    case 'html': {
      const { composeReport } = await import('./compose/compose.js');
      const { pagesHtml } = await import('./html.js');
      return Buffer.from(pagesHtml(composeReport(report, language)));
    }
    case 'pdf': {
      const { composeReport } = await import('./compose/compose.js');
      const { pagesPdf } = await import('./pdf/pdf.js');
      return pagesPdf(composeReport(report, language), onUnsettable);
    }
  }
}

async function renderSummary(
  report: Report,
  format: ReportFormat,
  language: ReportLanguage,
  { csv, onUnsettable }: RenderOptions,
): Promise<Uint8Array> {
  switch (format) {
    case 'json': {
      const { summaryJsonText } = await import('./summary/json.js');
      return Buffer.from(summaryJsonText(report));
    }
    case 'csv': {
      const { summaryCsv } = await import('./summary/csv.js');
      return Buffer.from(summaryCsv(report, csv));
    }
    case 'xlsx': {
      const { summaryXlsx } = await import('./summary/xlsx.js');
      return summaryXlsx(report, language);
    }
    case 'html': {
      const { summaryPages } = await import('./summary/pages.js');
      const { pagesHtml } = await import('./html.js');
      return Buffer.from(pagesHtml(summaryPages(report, language)));
    }
    case 'pdf': {
      const { summaryPages } = await import('./summary/pages.js');
      const { pagesPdf } = await import('./pdf/pdf.js');
      return pagesPdf(summaryPages(report, language), onUnsettable);
    }
  }
}
