import { asPercent } from '../number/decimal.js';
import { compare, ratio, type Rational } from '../number/rational.js';
import type { CauseRule } from '../plan/plan.js';
import { excessPercent } from '../quality/band.js';
import type { PathMonth } from '../quality/path-month.js';
import { addDays, type LocalDate } from '../time/date.js';
import { clip, totalMs, type Interval } from '../time/intervals.js';
import { startOfDay } from '../time/zone.js';
import type { CauseInput, Reason } from './cause.js';

type DaysRule = Extract<CauseRule, { kind: 'failed-days' }>;

/** Once for each local day of the period on which the metric failed; a day without a figure did not. */
export function failedDayReasons(rule: DaysRule, input: CauseInput): Reason[] {
  return daysOf(input).flatMap(({ date, day }) => {
    const figure = worstOfDay(rule, input, day);
    if (figure === null) return [];
    const difference = compare(figure, rule.threshold);
    if (rule.metric === 'availability' ? difference >= 0 : difference <= 0) return [];
    return [
      {
        subject: date,
        figure,
        unit: rule.metric === 'latency' ? 'excess-percent' : 'percent',
        bound: { is: rule.metric === 'availability' ? 'below' : 'over', value: rule.threshold },
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

/** In percent: the day's availability, or the worst path's excess or loss. */
function worstOfDay(rule: DaysRule, input: CauseInput, day: Interval): Rational | null {
  if (rule.metric === 'availability') {
    const downMs = totalMs(clip(input.availability.unavailable, day));
    const dayMs = day.to - day.from;
    return asPercent(ratio(BigInt(dayMs - downMs), BigInt(dayMs)));
  }
  const figures = input.paths.map((path) => dayFigure(rule.metric, input, path, day));
  return figures.reduce(
    (worst, figure) => (worst === null || (figure !== null && compare(figure, worst) > 0) ? figure : worst),
    null,
  );
}

function dayFigure(
  metric: DaysRule['metric'],
  { figuresOf }: CauseInput,
  path: PathMonth,
  day: Interval,
): Rational | null {
  const { latencyUs, loss } = figuresOf(
    path.path,
    path[metric === 'latency' ? 'latency' : 'loss'].leftOut,
    day,
  );
  if (metric === 'loss') return loss && asPercent(loss);
  return latencyUs && path.commitmentUs && excessPercent(latencyUs, path.commitmentUs);
}
