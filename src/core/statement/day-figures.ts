import type { SummedPart } from '../measurement/figures-from-parts.js';
import { emptySums, figuresOf, type MeanSums } from '../measurement/figures.js';
import { addSums } from '../measurement/figures-from-parts.js';
import type { PathMonth } from '../quality/path-month.js';
import type { Day } from '../time/days.js';
import { contains, type IntervalSet } from '../time/intervals.js';
import type { EpochMs } from '../types.js';
import type { DayFigures } from './document-parts.js';
import { wholePpm, wholeUs } from './result.js';

/** A day with the slots that are due in it. */
export interface DueDay extends Day {
  readonly slots: readonly EpochMs[];
}

/** A path's days, each less what the plan leaves out of the month's figures. */
export function dayFigures(
  path: PathMonth,
  days: readonly DueDay[],
  parts: readonly SummedPart[],
): DayFigures[] {
  const latency = sumsByDay(days, parts, path.latency.leftOut);
  const loss =
    path.loss.leftOut.length + path.latency.leftOut.length === 0
      ? latency
      : sumsByDay(days, parts, path.loss.leftOut);
  return days.map(({ day, slots }, index) => {
    const figures = figuresOf(latency[index] ?? emptySums());
    const { leftOut } = path.latency;
    return {
      day,
      roundsDue:
        leftOut.length === 0 ? slots.length : slots.filter((slot) => !contains(leftOut, slot)).length,
      roundsHeld: figures.held,
      latencyUs: wholeUs(figures.latencyUs),
      lossPpm: wholePpm(figuresOf(loss[index] ?? emptySums()).loss),
    };
  });
}

/** What every day sums up to, less what is left out. The parts are whole in a day, and whole in or out of `leftOut`. */
export function sumsByDay(
  days: readonly Day[],
  parts: readonly SummedPart[],
  leftOut: IntervalSet = [],
): MeanSums[] {
  const sums = days.map(() => emptySums());
  let at = 0;
  for (const part of [...parts].sort((a, b) => a.from - b.from)) {
    while ((days[at]?.to ?? Infinity) <= part.from) at += 1;
    const day = sums[at];
    if (day && !contains(leftOut, part.from)) addSums(day, part.sums);
  }
  return sums;
}
