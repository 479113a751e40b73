import { asPercent } from '../number/decimal.js';
import { compare, ratio, type Rational } from '../number/rational.js';
import type { FailedDaysCause } from '../plan/plan.js';
import { measured, unitOf } from '../quality/figure.js';
import { addDays, type LocalDate } from '../time/date.js';
import { clip, totalMs, type Interval } from '../time/intervals.js';
import { startOfDay } from '../time/zone.js';
import type { CauseInput, Judged, Reason } from './cause.js';
import { dayFigures } from './own-figures.js';
import { pathsOf } from './quality.js';

interface ServiceDay {
  readonly date: LocalDate;
  readonly day: Interval;
}

/** Once for each local day of the service on which the metric failed; a day without a figure did not. */
export function failedDayReasons(rule: FailedDaysCause, input: CauseInput): Judged {
  const { metric, measure } = rule;
  const notShown: string[] = [];
  const reasons = daysOf(input).flatMap(({ date, day }): Reason[] => {
    const figure = worstOfDay(rule, input, day, (path) => notShown.push(`${date} ${path}`));
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
      },
    ];
  });
  return { reasons, notShown };
}

/** The days on which the service was there: none of a pause. */
function daysOf({ period, month }: CauseInput): ServiceDay[] {
  const days: ServiceDay[] = [];
  for (let date = period.firstDay; date < period.endDay; date = addDays(date, 1)) {
    const day = { from: startOfDay(date, month.zone), to: startOfDay(addDays(date, 1), month.zone) };
    if (clip(period.spans, day).length > 0) days.push({ date, day });
  }
  return days;
}

/** The day's availability in percent, or the worst path's figure. */
function worstOfDay(
  rule: FailedDaysCause,
  input: CauseInput,
  day: Interval,
  noteNotShown: (path: string) => void,
): Rational | null {
  const { metric, measure } = rule;
  if (metric === 'availability') return availabilityOfDay(input, day);
  const figures = pathsOf(rule, input).map((path) => {
    const own = dayFigures(metric, path, day, input);
    if (own === null && clip(input.ownTime(path.path), day).length > 0) noteNotShown(path.path);
    return own && measured({ metric, measure }, own, path.targets);
  });
  return figures.reduce(
    (worst, figure) => (worst === null || (figure !== null && compare(figure, worst) > 0) ? figure : worst),
    null,
  );
}

/** Time that leaves the period leaves the day as well; null: nothing is left of it. */
function availabilityOfDay({ availability, period, ruleSet }: CauseInput, day: Interval): Rational | null {
  const downMs = totalMs(clip(availability.unavailable, day));
  const wholeMs =
    ruleSet === 1
      ? day.to - day.from
      : totalMs(clip(period.spans, day)) - totalMs(clip(availability.removed, day));
  return wholeMs === 0 ? null : asPercent(ratio(BigInt(wholeMs - downMs), BigInt(wholeMs)));
}
