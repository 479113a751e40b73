import { formatInstant } from '../../core/time/zone.js';
import type { EpochMs } from '../../core/types.js';
import { nothing, type Locale } from '../../render/report/locale.js';

/** An instant as the API answers it, or as it is reckoned with. */
type Instant = string | EpochMs;

/** How a page writes what it shows, in one language and zone. */
export interface Forms extends Omit<Locale, 'words' | 'instant' | 'short' | 'span'> {
  readonly zone: string;
  /** `2026-10-11T08:00:00+08:00`, for machines. */
  readonly iso: (at: Instant) => string;
  /** In full, with its offset. */
  readonly instant: (at: Instant) => string;
  /** From one to another, what both have in common once; whole days without their times. */
  readonly span: (from: Instant, to: Instant) => string;
  /** `2026-10-11 08:00:30`, for tables whose lines are compared. */
  readonly stamp: (at: Instant) => string;
  /** Day and time. */
  readonly short: (at: Instant) => string;
  /** `08:00`. */
  readonly clock: (at: Instant) => string;
  readonly nothing: string;
  /** What is a minute long or longer in whole seconds, rounded down: statements have it exactly. */
  readonly duration: (ms: number) => string;
}

export function formsOf(locale: Locale, zone: string): Forms {
  const iso = (at: Instant): string => formatInstant(typeof at === 'string' ? Date.parse(at) : at, zone);
  // What happened is told to the second; a table has its thousandths elsewhere.
  const whole = (at: Instant): string =>
    iso(Math.floor((typeof at === 'string' ? Date.parse(at) : at) / 1000) * 1000);
  return {
    ...{ ...locale, zone, iso, nothing },
    duration: (ms) => locale.duration(ms < 60_000 ? ms : Math.floor(ms / 1000) * 1000),
    instant: (at) => locale.instant(whole(at)),
    span: (from, to) => spanOf(locale, whole(from), whole(to)),
    stamp: (at) => whole(at).slice(0, 19).replace('T', ' '),
    short: (at) => locale.short(whole(at)),
    clock: (at) => iso(at).slice(11, 16),
  };
}

/** `2 October 2026 17:28:02 – 17:30:09 (UTC+08:00)`. */
function spanOf(locale: Locale, from: string, to: string): string {
  const text = locale.span({ from, to });
  const [first, last] = [locale.instant(from), locale.instant(to)];
  // Whole days are short already.
  if (!text.startsWith(first) || !text.endsWith(last)) return text;
  const dash = text.slice(first.length, text.length - last.length);
  const offset = / \(UTC[^)]*\)$/;
  const [day, sameDay] = [locale.day(from.slice(0, 10)), from.slice(0, 10) === to.slice(0, 10)];
  const short = offset.exec(first)?.[0] === offset.exec(last)?.[0] ? first.replace(offset, '') : first;
  return `${short}${dash}${sameDay ? last.slice(day.length + 1) : last}`;
}
