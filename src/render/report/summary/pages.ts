import type { ReportLanguage } from '../../../i18n/languages.js';
import { type Locale, localeOf, nothing, scaled } from '../../../i18n/locale.js';
import { wordFor } from '../../../i18n/report.js';
import {
  type Block,
  type Fact,
  heading,
  left,
  type Pages,
  paragraph,
  right,
  table,
  type TableRow,
  type Tone,
} from '../blocks.js';
import { newest } from '../compose/compose.js';
import { selectionName, totalBlocks } from '../compose/cover.js';
import { named } from '../compose/month-bar.js';
import { reasonTexts } from '../derivation.js';
import { availabilityLines, resultOf } from '../observed.js';
import { type Report, reportState } from '../report.js';
import type { WorstPath } from '../statement-figures.js';
import { summaryNotices } from './notices.js';
import { type SummaryRow, summaryRows } from './rows.js';

/** A month on as few pages as it takes: totals, every service in one line of a table, then a block for each service. */
export function summaryPages(report: Report, language: ReportLanguage): Pages {
  const locale = localeOf(language);
  const { words } = locale;
  const rows = summaryRows(report);
  const state = reportState(report);
  const stateText = words[state];
  const subtitle = `${locale.month(report.month)} · ${selectionName(report, locale)}`;
  return {
    title: `${words.summaryTitle} · ${subtitle}`,
    language,
    date: newest(report.statements.map(({ document, seal }) => seal?.sealedAt ?? document.asOf)),
    page: words.page,
    sheets: [
      {
        footer: `${words.summaryTitle} · ${subtitle} · ${stateText}`,
        stamp: state === 'sealed' ? null : stateText,
        blocks: [
          {
            kind: 'title',
            text: words.summaryTitle,
            subtitle,
            badge: { text: stateText, tone: state === 'sealed' ? 'good' : 'bad' },
          },
          ...summaryNotices(report, locale).map(({ text, tone }): Block => ({ kind: 'notice', text, tone })),
          ...totalBlocks(report, locale),
          ...(rows.length === 0 ? [paragraph(words.noStatements)] : listBlocks(rows, locale)),
          ...rows.flatMap((row) => serviceBlocks(row, locale)),
        ],
      },
    ],
  };
}

function listBlocks(rows: readonly SummaryRow[], locale: Locale): Block[] {
  const { words, amount, duration } = locale;
  const amounts = rows.some(({ money }) => money !== null);
  const customers = new Set(rows.map(({ document }) => document.customer)).size > 1;
  return [
    heading(words.statements),
    table(
      [
        left(words.service),
        ...(customers ? [left(words.customer)] : []),
        ...[right(words.availability), left(words.result), right(words.unavailable)],
        ...[left(words.latencyBand), left(words.lossBand)],
        ...(amounts ? [right(words.credit)] : []),
        left(words.state),
      ],
      rows.map((row): TableRow => {
        const { document, names, lowest, money } = row;
        return {
          cells: [
            document.service,
            ...(customers ? [names.customers.get(document.customer) ?? document.customer] : []),
            availabilityLines(lowest, locale).join('\n'),
            resultOf(row.met, locale),
            duration(row.unavailableMs),
            { text: latencyText(row.latency, locale).join('\n'), tone: toneOf(row.latency) },
            { text: lossText(row.loss, locale).join('\n'), tone: toneOf(row.loss) },
            ...(amounts ? [money === null ? nothing : amount(money.credit, money.currency)] : []),
            stateCell(row, locale),
          ],
        };
      }),
    ),
    paragraph(words.summaryNote, 'faint'),
  ];
}

const stateCell = ({ document }: SummaryRow, { words }: Locale) =>
  document.state === 'sealed'
    ? `${words.sealed} (${document.revision})`
    : { text: words.draft, tone: 'bad' as const };

/** Only the best band is good. */
const toneOf = (worst: WorstPath | null): Tone =>
  worst === null ? 'faint' : worst.band.level === 0 ? 'good' : 'bad';

/** The band, then the figure against its commitment. */
function latencyText(worst: WorstPath | null, { words, ms }: Locale): string[] {
  if (worst === null) return [nothing];
  const { latencyUs, commitmentUs, path } = worst.path;
  const commitment = commitmentUs === null ? '' : ` / ${commitmentText(commitmentUs)}`;
  return [
    wordFor(words.bandName, worst.band.id),
    `${ms(latencyUs)}${commitment}\u00a0${words.unit.ms}`.replaceAll(' ', '\u00a0'),
    path,
  ];
}

function lossText(worst: WorstPath | null, { words, loss }: Locale): string[] {
  if (worst === null) return [nothing];
  return [wordFor(words.bandName, worst.band.id), loss(worst.path.lossPpm), worst.path.path];
}

/** `35000` or `35000.5` microseconds → `35.000`, `35.0005`. */
function commitmentText(us: string): string {
  const [whole = '0', fraction = ''] = us.split('.');
  return `${scaled(Number(whole), 3)}${fraction.replace(/0+$/, '')}`;
}

/** One service: what the line of the table has no room for. */
function serviceBlocks(row: SummaryRow, locale: Locale): Block[] {
  return [
    heading(row.document.service, 3),
    {
      kind: 'facts',
      columns: 2,
      facts: [...measuredFacts(row, locale), ...moneyFacts(row, locale)],
    },
    ...causeBlocks(row, locale),
    ...(row.document.complete ? [] : [paragraph(locale.words.incompleteNotice, 'warn')]),
  ];
}

function measuredFacts(row: SummaryRow, locale: Locale): Fact[] {
  const { words, percent, duration } = locale;
  const { document, names, lowest } = row;
  const bound = lowest.availabilityLowerBoundPercent;
  const paths = document.paths.length;
  const unmeasured = row.measuredPaths < paths ? [words.pathsMeasured(row.measuredPaths, paths)] : [];
  return [
    { label: words.customer, value: named(names.customers, document.customer) },
    { label: words.site, value: named(names.sites, document.site) },
    {
      label: words.availability,
      value: `${availabilityLines(lowest, locale)[0] ?? nothing} · ${words.committed(percent(lowest.commitmentPercent))}`,
    },
    { label: words.result, value: resultOf(row.met, locale).text },
    { label: words.lowerBound, value: bound === undefined ? nothing : percent(bound) },
    { label: words.observed, value: percent(row.observedPercent) },
    { label: words.unavailable, value: duration(row.unavailableMs) },
    {
      label: words.excused,
      value: `${duration(row.excusedMs)} · ${words.unobserved} ${duration(row.unobservedMs)}`,
    },
    { label: words.latencyBand, value: latencyText(row.latency, locale).join(' · ') },
    { label: words.lossBand, value: [...lossText(row.loss, locale), ...unmeasured].join(' · ') },
    {
      label: words.plan,
      value: `${words.planVersion(lowest.plan.id, lowest.plan.version)} · ${lowest.class}`,
    },
    {
      label: words.revision,
      value: words.revisionState(document.revision, document.state === 'sealed' ? words.sealed : words.draft),
    },
  ];
}

function moneyFacts({ money }: SummaryRow, { words, amount, day }: Locale): Fact[] {
  if (money === null) return [];
  const { currency } = money;
  const known = (value: string | null): string => (value === null ? nothing : amount(value, currency));
  return [
    { label: words.rent, value: amount(money.rent, currency) },
    { label: words.creditGross, value: amount(money.credit, currency) },
    { label: words.taxWithin, value: known(money.tax) },
    { label: words.net, value: known(money.net) },
    ...(money.claimBy === null ? [] : [{ label: words.claimBy, value: day(money.claimBy) }]),
  ];
}

/** Why there is a credit; nothing where none is owed. */
function causeBlocks({ document, money }: SummaryRow, locale: Locale): Block[] {
  if (money === null) return [];
  const { words, amount } = locale;
  return document.parts.flatMap((part) =>
    part.causes
      .filter(({ reasons, counted }) => counted && reasons.length > 0)
      .map((cause) =>
        paragraph(
          `${words.cause(wordFor(words.causeName, cause.cause))}: ${reasonTexts(cause, part, locale).join('; ')} · ${amount(cause.amount, document.currency)}`,
          'faint',
        ),
      ),
  );
}
