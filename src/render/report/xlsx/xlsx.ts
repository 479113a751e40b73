import writeExcelFile, { type Cell, type Sheet } from 'write-excel-file/node';
import type { ReportLanguage } from '../languages.js';
import { localeOf, type Locale } from '../locale.js';
import { reportState, type Report } from '../report.js';
import { totalsOf } from '../totals.js';
import { decimal, strong, text, whole } from './cells.js';
import { sheetOf } from './sheet.js';
import {
  creditColumns,
  exclusionColumns,
  outageColumns,
  pathColumns,
  summaryColumns,
  type OfStatement,
} from './sheets.js';

/** A workbook with a sheet each for the summary, credits, outages, exclusions and paths. */
export async function reportXlsx(report: Report, language: ReportLanguage): Promise<Buffer> {
  return writeExcelFile(workbook(report, localeOf(language))).toBuffer();
}

function workbook(report: Report, locale: Locale): Sheet<Buffer>[] {
  const { words } = locale;
  const statements = report.statements.map((each): OfStatement => ({ ...each, names: report.names }));
  const parts = statements.flatMap((each) => each.document.parts.map((part) => ({ ...each, part })));
  return [
    sheetOf(words.summary, summaryColumns(locale), parts, totalRows(report, locale)),
    sheetOf(
      words.creditSheet,
      creditColumns(locale),
      parts.flatMap((each) => each.part.causes.map((cause) => ({ ...each, cause }))),
    ),
    sheetOf(
      words.outages,
      outageColumns(locale),
      statements.flatMap((each) => each.document.outages.map((outage) => ({ ...each, outage }))),
    ),
    sheetOf(
      words.exclusions,
      exclusionColumns(locale),
      statements.flatMap((each) =>
        each.document.exclusions.flatMap((exclusion) =>
          exclusion.intervals.map((interval) => ({ ...each, exclusion, interval })),
        ),
      ),
    ),
    sheetOf(
      words.pathSheet,
      pathColumns(locale),
      statements.flatMap((each) => each.document.paths.map((path) => ({ ...each, path }))),
    ),
  ];
}

/** Under the lines: a total for each currency, and what is not sealed. */
function totalRows(report: Report, { words }: Locale): Cell[][] {
  const totals = totalsOf(report.statements.map(({ document }) => document));
  const state = reportState(report);
  const drafts = report.statements.filter(({ seal }) => seal === null).length;
  return [
    [],
    [
      words.totals,
      words.currency,
      words.services,
      words.rent,
      words.creditGross,
      words.taxWithin,
      words.net,
    ].map((head): Cell => strong(text(head))),
    ...totals.map(({ currency, statements, rent, credit, tax, net }): Cell[] => [
      null,
      text(currency),
      whole(statements),
      ...[rent, credit, tax, net].map(decimal),
    ]),
    ...(state === 'sealed' || report.statements.length === 0
      ? []
      : [
          [],
          [
            strong(
              text(
                state === 'draft' ? words.draftNotice : words.mixedNotice(drafts, report.statements.length),
              ),
            ),
          ],
        ]),
  ];
}
