import type { Part } from '../../core/statement/document.js';
import { formatUnits } from '../../core/number.js';
import type { Tone } from './blocks.js';
import type { Locale } from '../../i18n/locale.js';

/** How much of the period (of a month that is not over: of the time so far) all lines were watched, rounded down. */
export function observedPercent({ period, removedMs, unobservedMs, toDate }: Part): string {
  if (toDate !== undefined) return toDate.observedPercent;
  const wholeMs = BigInt(period.totalMs + removedMs);
  if (wholeMs === 0n) return '100.00';
  const observedMs = wholeMs - BigInt(unobservedMs);
  return formatUnits(((observedMs > 0n ? observedMs : 0n) * 10_000n) / wholeMs, 2);
}

/** The availability with what it is at least and how much was observed, a line each. */
export function availabilityLines(part: Part, { words, percent }: Locale): string[] {
  const { availabilityPercent, availabilityLowerBoundPercent: bound, toDate } = part;
  // Statements that were sealed before it was known have no lower bound.
  const atLeast = bound === undefined ? [] : [words.atLeast(percent(bound))];
  const observed = words.observedOf(percent(observedPercent(part)));
  if (toDate === undefined) return [percent(availabilityPercent), ...atLeast, observed];
  return [
    `${words.soFar}: ${percent(toDate.availabilityPercent)}`,
    words.atLeast(percent(toDate.availabilityLowerBoundPercent)),
    `${words.wholeMonthShort}: ${percent(availabilityPercent)}`,
    ...atLeast,
    observed,
  ];
}

/** Whether a commitment is met; null: not shown, and never taken for met. */
export function resultOf(
  met: boolean | null,
  { words }: Locale,
): { readonly text: string; readonly tone: Tone } {
  if (met === null) return { text: words.notShown, tone: 'warn' };
  return met ? { text: words.met, tone: 'good' } : { text: words.notMet, tone: 'bad' };
}

/** Of several parts: not met where one is not; met where all are. */
export function metOfAll(parts: readonly Part[]): boolean | null {
  if (parts.some(({ met }) => met === false)) return false;
  return parts.some(({ met }) => met === null) ? null : true;
}
