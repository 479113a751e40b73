import { quantity, wrong, type Wrong } from './scalar.js';

/** From the longest to the shortest, in microseconds. */
const units: readonly (readonly [string, number])[] = [
  ['d', 86_400_000_000],
  ['h', 3_600_000_000],
  ['m', 60_000_000],
  ['s', 1_000_000],
  ['ms', 1_000],
  ['us', 1],
];
const term = /^(\d{1,15})(?:\.(\d{1,6}))? ?([a-zµ]+) ?/;
const example = 'units: ms, s, m, h, d';

/** `30m`, `2000ms`, `1.5s`, `1h30m` → whole microseconds, exactly. */
export function parseDurationUs(text: string): number | Wrong {
  let rest = text.trim();
  if (/^[\d.]+$/.test(rest)) return wrong('has no unit');
  if (rest === '') return wrong('is not a duration');
  if (rest.startsWith('-')) return wrong('is negative');
  let totalUs = 0;
  let from = 0;
  while (rest !== '') {
    const match = term.exec(rest);
    if (!match?.[1] || !match[3]) return wrong('is not a duration');
    const word = match[3] === 'µs' ? 'us' : match[3] === 'min' ? 'm' : match[3];
    const at = units.findIndex(([unit]) => unit === word);
    const unitUs = units[at]?.[1];
    if (unitUs === undefined) return wrong(`has an unknown unit, ${JSON.stringify(match[3])}`);
    if (at < from) return wrong('is not a duration');
    const fraction = match[2] ?? '';
    const parts = (BigInt(match[1] + fraction) * BigInt(unitUs) * 10n) / 10n ** BigInt(fraction.length);
    if (parts % 10n !== 0n) return wrong('is finer than a microsecond');
    totalUs += Number(parts / 10n);
    from = at + 1;
    rest = rest.slice(match[0].length);
  }
  return Number.isSafeInteger(totalUs) ? totalUs : wrong('is too long');
}

/** The shortest exact way to write it: `30m`, `1m40s`, `0s`. */
export function formatDurationUs(us: number): string {
  if (us === 0) return '0s';
  let rest = us;
  let text = '';
  for (const [unit, unitUs] of units.slice(1)) {
    const count = Math.floor(rest / unitUs);
    rest -= count * unitUs;
    if (count > 0) text += `${count}${unit}`;
  }
  return text;
}

export const formatDuration = (ms: number): string => formatDurationUs(ms * 1000);

/** A duration in whole milliseconds, from `leastMs` to `mostMs`. */
export const duration = (leastMs: number, mostMs: number) =>
  quantity(`a duration from ${formatDuration(leastMs)} to ${formatDuration(mostMs)} (${example})`, (text) => {
    const us = parseDurationUs(text);
    if (typeof us !== 'number') return us;
    if (us % 1000 !== 0) return wrong('is not a whole number of milliseconds');
    return us < leastMs * 1000 || us > mostMs * 1000 ? wrong('is out of range') : us / 1000;
  });

/** A duration in whole microseconds, up to `mostMs`. */
export const fineDuration = (mostMs: number) =>
  quantity(`a duration from 0s to ${formatDuration(mostMs)} (units: us, ms, s, m)`, (text) => {
    const us = parseDurationUs(text);
    return typeof us === 'number' && us > mostMs * 1000 ? wrong('is out of range') : us;
  });
