import type { StatementDocument } from '../../../core/statement/document.js';
import { hasAmounts } from '../../../core/statement/extract.js';
import { type Locale, nothing } from '../../../i18n/locale.js';
import {
  type Block,
  heading,
  left,
  paragraph,
  right,
  type Sheet,
  table,
  totalsBy,
  totalsOf,
} from '../blocks.js';
import { availabilityLines, resultOf } from '../observed.js';
import { draftNotice, type Report, reportState } from '../report.js';
import { named } from './month-bar.js';

/** The first sheet of a report of many statements: what they add up to, and each in one line. */
export function coverSheet(report: Report, locale: Locale): Sheet {
  const { words } = locale;
  const state = reportState(report);
  const name = selectionName(report, locale);
  const stateText = words[state];
  const title = `${locale.month(report.month)} · ${name}`;
  return {
    footer: `${title} · ${stateText}`,
    stamp: state === 'sealed' ? null : stateText,
    blocks: [
      {
        kind: 'title',
        text: words.reportTitle,
        subtitle: title,
        badge: { text: stateText, tone: state === 'sealed' ? 'good' : 'bad' },
      },
      ...notices(report, locale),
      ...totalBlocks(report, locale),
      ...groupBlocks(report, locale),
      ...listBlocks(report, locale),
    ],
  };
}

export function selectionName({ selection: { by, id }, names }: Report, { words }: Locale): string {
  switch (by) {
    case 'all':
      return words.byAll;
    case 'service':
      return words.byService(id ?? '');
    case 'site':
      return words.bySite(named(names.sites, id ?? ''));
    case 'customer':
      return words.byCustomer(named(names.customers, id ?? ''));
    case 'reseller':
      return words.byReseller(named(names.customers, id ?? ''));
  }
}

function notices(report: Report, locale: Locale): Block[] {
  if (report.statements.length === 0) return [paragraph(locale.words.noStatements)];
  const text = draftNotice(report, locale);
  return text === null ? [] : [{ kind: 'notice', text, tone: 'bad' }];
}

/** What the statements add up to, by currency. */
export function totalBlocks({ statements }: Report, { words, amount, count }: Locale): Block[] {
  const totals = totalsOf(statements.map(({ document }) => document));
  if (totals.length === 0) return [];
  return [
    heading(words.totals),
    table(
      [
        ...[left(words.currency), right(words.services), right(words.rent), right(words.creditGross)],
        ...[right(words.taxWithin), right(words.net)],
      ],
      totals.map(({ currency, statements: number, rent, credit, tax, net }) => ({
        cells: [
          ...[currency, count(number), amount(rent, currency), amount(credit, currency)],
          ...[tax, net].map((each) => (each === null ? nothing : amount(each, currency))),
        ],
        strong: true,
      })),
    ),
    ...(totals.length > 1 ? [paragraph(words.totalsNote, 'faint')] : []),
  ];
}

/** Subtotals: of a customer by its sites, of more than one by the customers. */
function groupBlocks(report: Report, { words, amount, count }: Locale): Block[] {
  const { names, statements } = report;
  const customers = new Set(statements.map(({ document }) => document.customer));
  const sites = new Set(statements.map(({ document }) => document.site));
  const byCustomer = customers.size > 1;
  if (!byCustomer && sites.size < 2) return [];
  const groups = totalsBy(report, ({ customer, site }) => [byCustomer ? customer : site]);
  if (groups.every(({ totals }) => totals.length === 0)) return [];
  const nameOf = byCustomer ? names.customers : names.sites;
  return [
    table(
      [
        ...[left(byCustomer ? words.customer : words.site), left(words.currency), right(words.services)],
        ...[right(words.rent), right(words.creditGross)],
      ],
      groups.flatMap(({ id, totals }) =>
        totals.map(({ currency, statements: number, rent, credit }) => ({
          cells: [
            ...[named(nameOf, id), currency, count(number), amount(rent, currency)],
            amount(credit, currency),
          ],
        })),
      ),
    ),
  ];
}

function listBlocks({ statements }: Report, locale: Locale): Block[] {
  const { words, percent, amount } = locale;
  if (statements.length === 0) return [];
  const amounts = statements.some(({ document }) => hasAmounts(document));
  const money = (text: string, document: StatementDocument): string =>
    hasAmounts(document) ? amount(text, document.currency) : nothing;
  return [
    heading(words.statements),
    table(
      [
        ...[left(words.customer), left(words.site), left(words.service), right(words.availability)],
        ...[
          right(words.commitment),
          left(words.result),
          ...(amounts ? [right(words.rent), right(words.credit)] : []),
          right(words.revision),
        ],
      ],
      statements.flatMap(({ document, names }) =>
        document.parts.map((part, index) => ({
          cells: [
            ...(index === 0
              ? [
                  named(names.customers, document.customer),
                  named(names.sites, document.site),
                  document.service,
                ]
              : ['', '', locale.span(part.period)]),
            ...[availabilityLines(part, locale).join('\n'), percent(part.commitmentPercent)],
            resultOf(part.met, locale),
            ...(amounts ? [money(part.rent, document), money(part.credit.amount, document)] : []),
            index > 0
              ? ''
              : document.state === 'sealed'
                ? String(document.revision)
                : { text: words.draft, tone: 'bad' as const },
          ],
        })),
      ),
    ),
  ];
}
