import { asPercent, formatHalfUp, formatShort, isExactAt, type Rational } from '../../core/number.js';
import type { Band, ServiceClass } from '../../core/plan.js';
import { creditText } from './causes.js';
import { planWords, type PlanLanguage } from '../../i18n/plan/words.js';

const percent = (share: Rational): string => `${formatShort(asPercent(share), 15)} %`;

/** A class's steps as a contract prints them: from the commitment down, lower bounds inclusive. */
export function stepRanges(
  { steps }: ServiceClass,
  language: PlanLanguage,
): { readonly range: string; readonly credit: string | null }[] {
  const { and } = planWords[language];
  const [first] = steps;
  if (first === undefined) return [];
  return [
    { range: `≥ ${percent(first.below)}`, credit: null },
    ...steps.map((step, index) => {
      const next = steps[index + 1];
      const upper = `< ${percent(step.below)}`;
      return {
        range: next === undefined ? upper : `${upper} ${and} ≥ ${percent(next.below)}`,
        credit: creditText(step.credit, step.perUnit, ' %', language, (unit) =>
          formatShort(asPercent(unit), 15),
        ),
      };
    }),
  ];
}

/** A band's range in percent: after rounding to so many decimals, bands end and begin one unit apart. */
export function bandRange(
  bands: readonly Band[],
  index: number,
  decimals: number | null,
  rest: string,
): string {
  const print = (value: Rational) =>
    `${decimals !== null && isExactAt(value, decimals) ? formatHalfUp(value, decimals) : formatShort(value, 15)} %`;
  const end = bands[index]?.upToPercent ?? null;
  const before = bands[index - 1]?.upToPercent ?? null;
  if (before === null) return end === null ? rest : `≤ ${print(end)}`;
  return end === null ? `> ${print(before)}` : `> ${print(before)} – ${print(end)}`;
}
