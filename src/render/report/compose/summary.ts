import type { Bounds, Part } from '../../../core/statement/document.js';
import { heading, left, paragraph, right, table, type Block, type Tile } from '../blocks.js';
import { namesOfLines } from './lines.js';
import { availabilityLines, metOfAll, resultOf } from '../observed.js';
import type { Scene } from './scene.js';

/** The answer first: what was promised, what was kept, what is credited. */
export function summaryBlocks(scene: Scene): Block[] {
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
        ...[right(words.commitment), left(words.result), right(words.rent), right(words.credit)],
      ],
      parts.map((part) => ({
        cells: [
          ...[locale.span(part.period), part.class, namesOfLines(part.lines)],
          ...[availabilityLines(part, locale).join('\n'), percent(part.commitmentPercent)],
          resultOf(part.met, locale),
          ...[amount(part.rent, currency), amount(part.credit.amount, currency)],
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
    {
      label: words.credit,
      value: amount(total.credit, currency),
      note: tax === null ? '' : words.taxIncluded(percent(tax)),
      tone: 'plain',
    },
    { label: words.rent, value: amount(total.rent, currency), note: '', tone: 'plain' },
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

function boundsText(bounds: Bounds, { locale, document: { currency } }: Scene): string {
  const { words, percent, amount } = locale;
  const availability = words.boundsValue(percent(bounds.availabilityLow), percent(bounds.availabilityHigh));
  const credit =
    bounds.creditLow === bounds.creditHigh
      ? amount(bounds.creditLow, currency)
      : words.boundsValue(amount(bounds.creditLow, currency), amount(bounds.creditHigh, currency));
  return `${words.bounds}: ${words.availability} ${availability}; ${words.credit} ${credit}`;
}
