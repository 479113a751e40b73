import type { Part, PartCause } from '../../../core/statement/document.js';
import { heading, left, paragraph, right, table, type Block, type TableRow } from '../blocks.js';
import { wordFor } from '../words/words.js';
import { shareText } from '../locale.js';
import type { Scene } from './scene.js';

/** What of a statement its amounts are derived from. */
type Derived = Pick<Scene, 'document' | 'locale'>;

/** From the rent to what is paid, step by step. */
export function creditBlocks(scene: Derived): Block[] {
  const { document, locale } = scene;
  const { words } = locale;
  const claims = [...new Set(document.parts.flatMap(({ claim }) => claim?.lastDay ?? []))];
  return [
    heading(words.creditDerivation),
    ...document.parts.flatMap((part) => [
      ...(document.parts.length > 1 ? [heading(words.partOf(locale.span(part.period)), 3)] : []),
      table([left(words.step), left(words.basis), right(words.amount)], rowsOf(part, scene)),
    ]),
    ...claims.map((day) => paragraph(words.claimNotice(locale.day(day)))),
  ];
}

function rowsOf(part: Part, { document: { currency }, locale }: Derived): TableRow[] {
  const { words, percent } = locale;
  const money = (amount: string): string => locale.amount(amount, currency);
  const { credit, tax, siteMonth } = part;
  const whole = part.rent === part.monthlyRent;
  return [
    { cells: [words.monthlyRent, '', money(part.monthlyRent)] },
    { cells: [words.rentOfPeriod, whole ? words.wholeMonth : words.proRata, money(part.rent)] },
    ...(part.base === part.rent ? [] : [{ cells: [words.creditBase, '', money(part.base)] }]),
    ...part.causes.map((cause) => ({
      cells: [
        words.cause(wordFor(words.causeName, cause.cause)),
        basisOf(cause, part, locale),
        money(cause.amount),
      ],
    })),
    ...(part.causes.length > 1 || credit.capped
      ? [{ cells: [words.uncapped, percent(credit.percent), money(credit.uncapped)] }]
      : []),
    ...part.caps.map((cap) => ({
      cells: [
        words.cap(words.per[cap.per], words.over[cap.over]),
        words.capBasis(shareText(cap.share), money(cap.of), money(cap.asked)) +
          (Number(cap.used) === 0 ? '' : words.capUsed(money(cap.used))),
        money(cap.cap),
      ],
    })),
    ...(credit.afterCaps === credit.uncapped
      ? []
      : [{ cells: [words.afterCaps, '', money(credit.afterCaps)] }]),
    ...(credit.amount === credit.afterCaps ? [] : [{ cells: [words.minimum, '', money(credit.amount)] }]),
    { cells: [words.creditGross, '', money(credit.amount)], strong: true },
    ...(tax.tax === null || tax.net === null || tax.ratePercent === null
      ? [{ cells: [words.taxWithin, words.taxUnknown, '–'] }]
      : [
          { cells: [words.taxWithin, percent(tax.ratePercent), money(tax.tax)] },
          { cells: [words.net, '', money(tax.net)] },
        ]),
    {
      cells: [
        words.siteMonth,
        words.siteMonthBasis(money(siteMonth.rent), siteMonth.cap === null ? '–' : money(siteMonth.cap)),
        money(siteMonth.credit),
      ],
    },
  ];
}

function basisOf(cause: PartCause, part: Part, { words, percent }: Scene['locale']): string {
  if (cause.reasons.length === 0) return words.noCause;
  const reasons = cause.reasons.map(({ subject, figure, unit, times, share }) => {
    const what = subject === 'service' ? '' : `${subject}: `;
    const figureText =
      cause.cause === 'availability' && subject === 'service' ? part.availabilityPercent : figure;
    const unitText = wordFor(words.unit, unit);
    const gap = unitText.startsWith('%') ? '' : ' ';
    return `${what}${figureText}${gap}${unitText} → ${times === 1 ? '' : `${times} × `}${shareText(share)}`;
  });
  const sum = cause.reasons.length > 1 ? ` = ${percent(cause.percent)}` : '';
  return `${reasons.join('; ')}${sum}${cause.counted ? '' : ` (${words.notCounted})`}`;
}
