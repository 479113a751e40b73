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
    short: (at) => locale.short(whole(at)),
    clock: (at) => iso(at).slice(11, 16),
  };
}
