import { heading, left, paragraph, right, table, type Block } from '../blocks.js';
import { nothing } from '../locale.js';
import type { Scene } from './scene.js';

/** What became of the revision before. */
export function changeBlocks(scene: Scene): Block[] {
  const { document, locale } = scene;
  const { change, currency } = document;
  const { words } = locale;
  if (change === null) return [];
  return [
    heading(words.change(change.since)),
    ...change.why.map((why) => paragraph(`• ${why}`)),
    table(
      [left(words.field), right(words.before), right(words.after)],
      [
        ...change.differences.map(({ field, from, to }) => ({
          cells: [fieldText(field, scene), ...[from, to].map((value) => valueText(field, value, scene))],
        })),
        {
          cells: [words.creditDifference, '', locale.amount(change.creditDifference, currency)],
          strong: true,
        },
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
