import type { StatementDocument } from '../../core/statement/document.js';
import { extractJson, hasAmounts } from '../../core/statement/extract.js';
import { reportState, type Report } from './report.js';
import { totalsBy, totalsOf, type GroupTotals } from './blocks.js';

export const reportJsonFormat = 'pop-sla-report/1';

/** The statements as they are, with what they add up to. */
export function reportJson(report: Report) {
  const { month, selection, statements, names } = report;
  const grouped = (
    groupsOf: (document: StatementDocument) => readonly string[],
    named: ReadonlyMap<string, string>,
  ) =>
    totalsBy(report, groupsOf).map((group: GroupTotals) => ({
      ...group,
      name: named.get(group.id) ?? group.id,
    }));
  return {
    format: reportJsonFormat,
    month,
    selection,
    state: reportState(report),
    totals: totalsOf(statements.map(({ document }) => document)),
    customers: grouped(({ customer }) => [customer], names.customers),
    sites: grouped(({ site }) => [site], names.sites),
    resellers: grouped(({ sellers }) => sellers, names.customers),
    // The names are beside the signed documents, and not a part of what this format has of a statement.
    statements: statements.map(({ document, seal }) =>
      hasAmounts(document) ? { document, seal } : { document: extractJson(document), seal },
    ),
  };
}

export const reportJsonText = (report: Report): string => `${JSON.stringify(reportJson(report), null, 2)}\n`;
