import type { Bounds, Part, PartLine } from '../../../core/statement/document.js';
import { hasAmounts } from '../../../core/statement/extract.js';
import type { ReportLanguage } from '../../../i18n/languages.js';
import { localeOf, nothing } from '../../../i18n/locale.js';
import { changeLines } from '../../../i18n/report.js';
import {
  type Block,
  heading,
  left,
  type Pages,
  paragraph,
  right,
  type Sheet,
  table,
  type Tile,
} from '../blocks.js';
import { availabilityLines, metOfAll, resultOf } from '../observed.js';
import type { Report } from '../report.js';
import { coverSheet, selectionName } from './cover.js';
import { creditBlocks, pathBlocks } from './paths.js';
import { exclusionBlocks, monthBarBlocks, named, type Scene, stateOf } from './month-bar.js';
import { explainBlocks, integrityBlocks, methodBlocks, rulingBlocks } from './origin.js';
import { outageBlocks } from './outages.js';

/** `hb-1 (HKG), hb-2 (SIN)`. */
const namesOfLines = (lines: readonly Pick<PartLine, 'id' | 'pop'>[]): string =>
  lines.map(({ id, pop }) => `${id} (${pop})`).join(', ');

/** The answer first: what was promised, what was kept, what is credited. */
function summaryBlocks(scene: Scene): Block[] {
  const { document, locale } = scene;
  const { words, percent, amount } = locale;
  const { parts, currency } = document;
  const notes = parts.flatMap(({ bounds, met, availabilityLowerBoundPercent: least }) => [
    ...(met === null && least !== undefined ? [words.notShownNote(percent(least))] : []),
    ...(bounds === null ? [] : [boundsText(bounds, scene)]),
  ]);
  return [
    { kind: 'tiles', tiles: tiles(scene) },
    heading(words.summary),
    ...(parts.length > 1 ? [paragraph(words.segmentNote)] : []),
    table(
      [
        ...[left(words.period), left(words.class), left(words.lines), right(words.availability)],
        ...[right(words.commitment), left(words.result)],
        ...(hasAmounts(document) ? [right(words.rent), right(words.credit)] : []),
      ],
      parts.map((part) => ({
        cells: [
          ...[locale.span(part.period), part.class, namesOfLines(part.lines)],
          ...[availabilityLines(part, locale).join('\n'), percent(part.commitmentPercent)],
          resultOf(part.met, locale),
          ...(hasAmounts(document)
            ? [amount(part.rent, currency), amount(part.credit.amount, currency)]
            : []),
        ],
      })),
    ),
    table(
      [left(words.period), ...[words.unavailable, words.excused, words.unobserved].map(right)],
      parts.map((part) => ({
        cells: [
          `${locale.span(part.period)} (${locale.duration(part.period.totalMs)})`,
          ...[part.unavailableMs, part.excusedMs, part.unobservedMs].map((ms) => locale.duration(ms)),
        ],
      })),
    ),
    ...notes.map((note) => paragraph(note, 'faint')),
  ];
}

function tiles({ document, locale }: Scene): Tile[] {
  const { words, percent, amount } = locale;
  const { parts, total, currency } = document;
  const [only] = parts.length === 1 ? parts : [];
  const result = resultOf(metOfAll(parts), locale);
  const tax = total.taxRatePercent;
  const [shown = '', ...beside] = only ? availabilityLines(only, locale) : [];
  const amounts: Tile[] = hasAmounts(document)
    ? [
        {
          label: words.credit,
          value: amount(total.credit, currency),
          note: tax === null ? '' : words.taxIncluded(percent(tax)),
          tone: 'plain',
        },
        { label: words.rent, value: amount(total.rent, currency), note: '', tone: 'plain' },
      ]
    : [];
  return [
    {
      label: only?.toDate === undefined ? words.availability : words.availabilitySoFar,
      value: only
        ? only.toDate
          ? percent(only.toDate.availabilityPercent)
          : shown
        : rangeOf(parts, percent),
      note: only ? beside.join('\n') : words.segments(parts.length),
      tone: result.tone,
    },
    {
      label: words.commitment,
      value: result.text,
      note: only
        ? `${words.committed(percent(only.commitmentPercent))}\n${words.unavailable} ${locale.duration(only.unavailableMs)}`
        : [...new Set(parts.map((part) => percent(part.commitmentPercent)))].join(' / '),
      tone: result.tone,
    },
    ...amounts,
  ];
}

/** Parts are judged by themselves: there is no one availability of theirs, only a lowest and a highest. */
function rangeOf(parts: readonly Part[], percent: (text: string) => string): string {
  const texts = [...new Set(parts.map(({ availabilityPercent }) => availabilityPercent))].sort(
    (a, b) => Number(a) - Number(b),
  );
  const [lowest, highest] = [texts[0], texts.at(-1)];
  if (lowest === undefined || highest === undefined) return '';
  return lowest === highest ? percent(lowest) : `${lowest} – ${percent(highest)}`;
}

function boundsText(bounds: Bounds, { locale, document }: Scene): string {
  const { currency } = document;
  const { words, percent, amount } = locale;
  const availability = words.boundsValue(percent(bounds.availabilityLow), percent(bounds.availabilityHigh));
  const shown = `${words.bounds}: ${words.availability} ${availability}`;
  if (!hasAmounts(document)) return shown;
  const credit =
    bounds.creditLow === bounds.creditHigh
      ? amount(bounds.creditLow, currency)
      : words.boundsValue(amount(bounds.creditLow, currency), amount(bounds.creditHigh, currency));
  return `${shown}; ${words.credit} ${credit}`;
}

/** What became of the revision before. */
function changeBlocks(scene: Scene): Block[] {
  const { document, locale } = scene;
  const { change, currency } = document;
  const { words } = locale;
  if (change === null) return [];
  return [
    heading(words.change(change.since)),
    ...changeLines(words, change.why).map((why) => paragraph(`• ${why}`)),
    table(
      [left(words.field), right(words.before), right(words.after)],
      [
        ...change.differences.map(({ field, from, to }) => ({
          cells: [fieldText(field, scene), ...[from, to].map((value) => valueText(field, value, scene))],
        })),
        ...(hasAmounts(document)
          ? [
              {
                cells: [words.creditDifference, '', locale.amount(change.creditDifference, currency)],
                strong: true,
              },
            ]
          : []),
      ],
    ),
  ];
}

/** The figures that people ask for by name; others by their place in the record. */
const known = {
  availabilityPercent: 'availability',
  commitmentPercent: 'commitment',
  unavailableMs: 'unavailable',
  excusedMs: 'excused',
  unobservedMs: 'unobserved',
  rent: 'rent',
  'credit.amount': 'credit',
  credit: 'credit',
  tax: 'taxWithin',
  net: 'net',
} as const;

const leafOf = (field: string): string | undefined => /^(?:parts\[\d+\]|total)\.(.+)$/.exec(field)?.[1];

function fieldText(field: string, { locale: { words } }: Scene): string {
  const leaf = leafOf(field);
  if (leaf === undefined || !Object.hasOwn(known, leaf)) return field;
  const part = /^parts\[(\d+)\]/.exec(field)?.[1];
  const where = part === undefined ? words.totals : words.partNumber(Number(part) + 1);
  return `${words[known[leaf as keyof typeof known]]} (${where})`;
}

function valueText(field: string, value: string | null, { document: { currency }, locale }: Scene): string {
  if (value === null) return nothing;
  const leaf = leafOf(field) ?? '';
  if (!Object.hasOwn(known, leaf)) return value;
  if (/^\d+$/.test(value) && leaf.endsWith('Ms')) return locale.duration(Number(value));
  if (leaf.endsWith('Percent')) return locale.percent(value);
  return /^-?\d+(?:\.\d+)?$/.test(value) ? locale.amount(value, currency) : value;
}

/** Who, what and when; and whatever must be known before a figure is read. */
function headBlocks(scene: Scene): Block[] {
  const { document, locale, names } = scene;
  const { words } = locale;
  const sealed = document.state === 'sealed';
  const plans = [...new Set(document.parts.map(({ plan }) => words.planVersion(plan.id, plan.version)))];
  const zones = [...new Set(document.parts.map(({ zone }) => zone))];
  const [first, last] = [document.parts[0], document.parts.at(-1)];
  const sellers = document.sellers.map((seller) => named(names.customers, seller)).join(' · ');
  const toDate = document.toDate;
  return [
    {
      kind: 'title',
      text: words.statementTitle,
      subtitle: `${locale.month(document.month)} · ${words.byService(document.service)}`,
      badge: { text: stateOf(scene), tone: sealed ? 'good' : 'bad' },
    },
    ...(sealed ? [] : [notice(words.draftNotice, 'bad')]),
    ...(toDate === null ? [] : [notice(words.toDateNotice(locale.instant(toDate)), 'warn')]),
    ...(hasAmounts(document) ? [] : [notice(words.withoutAmounts, 'warn')]),
    ...(document.complete ? [] : [notice(words.incompleteNotice, 'warn')]),
    ...(document.acceptedIncomplete === null
      ? []
      : [notice(words.acceptedNotice(document.acceptedIncomplete), 'warn')]),
    {
      kind: 'facts',
      columns: 2,
      facts: [
        { label: words.customer, value: named(names.customers, document.customer) },
        { label: words.service, value: document.service },
        { label: words.site, value: named(names.sites, document.site) },
        {
          label: words.period,
          value:
            first && last ? locale.span({ from: first.period.from, to: last.period.to }) : document.month,
        },
        ...(sellers === '' ? [] : [{ label: words.soldBy, value: sellers }]),
        { label: words.plan, value: plans.join('; ') },
        { label: words.zone, value: zones.join(', ') },
        { label: words.revision, value: words.revisionState(document.revision, stateOf(scene)) },
        { label: words.asOf, value: locale.instant(document.asOf) },
      ],
    },
  ];
}

const notice = (text: string, tone: 'bad' | 'warn'): Block => ({ kind: 'notice', text, tone });

/** The width between the margins of A4, in points: drawings are made for it. */
export const contentWidth = 499;

/** The report as blocks to be read; of more than one statement, a sheet with them all comes first. */
export function composeReport(report: Report, language: ReportLanguage): Pages {
  const locale = localeOf(language);
  const { statements, selection } = report;
  const single = selection.by === 'service' && statements.length === 1;
  const sheets = statements.map((statement) => statementSheet({ ...statement, locale }));
  const title = single ? locale.words.statementTitle : locale.words.reportTitle;
  return {
    title: `${title} · ${locale.month(report.month)} · ${selectionName(report, locale)}`,
    language,
    date: newest(statements.map(({ document, seal }) => seal?.sealedAt ?? document.asOf)),
    sheets: single ? sheets : [coverSheet(report, locale), ...sheets],
    page: locale.words.page,
  };
}

function statementSheet(scene: Scene): Sheet {
  const { document, seal, locale } = scene;
  const { words } = locale;
  const state = stateOf(scene);
  const footer = words.statementFooter(document.service, document.month, document.revision, state);
  return {
    footer: seal === null ? footer : `${footer} · SHA-256 ${seal.hash.slice(0, 16)}…`,
    stamp: document.state === 'sealed' ? null : state,
    blocks: [
      ...headBlocks(scene),
      ...summaryBlocks(scene),
      ...monthBarBlocks(scene, contentWidth),
      ...changeBlocks(scene),
      ...(hasAmounts(document) ? creditBlocks(scene) : []),
      ...outageBlocks(scene),
      ...exclusionBlocks(scene),
      ...pathBlocks(scene, contentWidth),
      ...methodBlocks(scene),
      ...(hasAmounts(document) ? integrityBlocks(scene) : []),
      ...explainBlocks(scene),
      ...rulingBlocks(scene),
    ],
  };
}

export function newest(instants: readonly string[]): string {
  const latest = Math.max(0, ...instants.map((each) => Date.parse(each)));
  return new Date(latest).toISOString();
}
