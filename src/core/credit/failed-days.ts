import { asPercent } from '../number/decimal.js';
import { compare, ratio, type Rational } from '../number/rational.js';
import type { FailedDaysCause } from '../plan/plan.js';
import { measured, unitOf } from '../quality/figure.js';
import { addDays, type LocalDate } from '../time/date.js';
import { clip, totalMs, type Interval } from '../time/intervals.js';
import { startOfDay } from '../time/zone.js';
import type { CauseInput, Reason } from './cause.js';
import { pathsOf } from './quality.js';

/** Once for each local day of the period on which the metric failed; a day without a figure did not. */
export function failedDayReasons(rule: FailedDaysCause, input: CauseInput): Reason[] {
  const { metric, measure } = rule;
  return daysOf(input).flatMap(({ date, day }) => {
    const figure = worstOfDay(rule, input, day);
    if (figure === null) return [];
    const difference = compare(figure, rule.threshold);
    if (metric === 'availability' ? difference >= 0 : difference <= 0) return [];
    return [
      {
        subject: date,
        figure,
        unit: metric === 'availability' ? 'percent' : unitOf({ metric, measure }),
        bound: { is: metric === 'availability' ? 'below' : 'over', value: rule.threshold },
        units: 1n,
        share: rule.credit,
      } as const,
    ];
  });
}

function daysOf({ period, month }: CauseInput): { readonly date: LocalDate; readonly day: Interval }[] {
  const days = [];
  for (let date = period.firstDay; date < period.endDay; date = addDays(date, 1)) {
    const next = addDays(date, 1);
    days.push({ date, day: { from: startOfDay(date, month.zone), to: startOfDay(next, month.zone) } });
  }
  return days;
}

/** The day's availability in percent, or the worst path's figure. */
function worstOfDay(rule: FailedDaysCause, input: CauseInput, day: Interval): Rational | null {
  const { metric, measure } = rule;
  if (metric === 'availability') {
    const downMs = totalMs(clip(input.availability.unavailable, day));
    const dayMs = day.to - day.from;
    return asPercent(ratio(BigInt(dayMs - downMs), BigInt(dayMs)));
  }
  const figures = pathsOf(rule, input).map((path) =>
    measured({ metric, measure }, input.figuresOf(path.path, path[metric].leftOut, day), path.targets),
  );
  return figures.reduce(
    (worst, figure) => (worst === null || (figure !== null && compare(figure, worst) > 0) ? figure : worst),
    null,
  );
}
