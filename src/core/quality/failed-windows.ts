import { compare, type Rational } from '../number.js';
import type { QualityWindow } from '../plan.js';
import { daysOf, type Month } from '../time/calendar.js';
import { merge, type Interval, type IntervalSet } from '../time/intervals.js';
import { slotsBetween } from '../time/slot.js';
import { coveredFigures, type ServiceFigures } from './covered-figures.js';
import { measured, type PathMonth } from '../quality.js';

/** A window in which a path's figure was over the bound, with that figure in the unit of the measure. */
export interface FailedWindow extends Interval {
  readonly figure: Rational;
}

interface WindowsOf extends ServiceFigures {
  readonly month: Month;
  /** When the service was there. */
  readonly period: { readonly spans: IntervalSet };
}

interface JudgedWindows {
  readonly failed: readonly FailedWindow[];
  /** Windows with fewer rounds held than the plan asks for. */
  readonly notShown: number;
}

/** The windows of the service in which the path failed, oldest first, and how many show nothing. */
export function failedWindows(rule: QualityWindow, path: PathMonth, of: WindowsOf): JudgedWindows {
  let notShown = 0;
  const failed = windowsIn(rule, of).flatMap(({ from, to }): FailedWindow[] => {
    const figures = coveredFigures(rule.metric, path, { from, to }, of);
    if (figures === null) {
      notShown += 1;
      return [];
    }
    const figure = measured(rule, figures, path.targets);
    return figure !== null && compare(figure, rule.over) > 0 ? [{ from, to, figure }] : [];
  });
  return { failed, notShown };
}

/**
 * Calendar: one after the other from each local midnight; a day of the calendar is one window of 1440 minutes, however
 * many hours it has. Sliding: one beginning with every slot. Only windows that lie within the period.
 */
export function windowsIn(
  { windowMinutes, windows }: QualityWindow,
  { plan, month, period }: Pick<WindowsOf, 'plan' | 'month' | 'period'>,
): Interval[] {
  const lengthMs = windowMinutes * 60_000;
  const all =
    windows === 'sliding'
      ? slotsBetween(month.from, month.to, plan.measurement.everyMinutes * 60_000).map((from) => ({
          from,
          to: from + lengthMs,
        }))
      : daysOf(month).flatMap((day) => (windowMinutes === 1440 ? [day] : cut(day, lengthMs)));
  return all.filter(({ from, to }) => period.spans.some((span) => span.from <= from && to <= span.to));
}

function cut({ from, to }: Interval, lengthMs: number): Interval[] {
  const pieces: Interval[] = [];
  for (let at = from; at < to; at += lengthMs) pieces.push({ from: at, to: Math.min(to, at + lengthMs) });
  return pieces;
}

/** When a service's traffic was so bad, on any of its paths, that the plan takes it for downtime. */
export function degradedTime(paths: readonly PathMonth[], of: WindowsOf): IntervalSet {
  return merge(
    of.plan.availability.degradedIsDown.flatMap((rule) =>
      paths.flatMap((path) => failedWindows(rule, path, of).failed),
    ),
  );
}
