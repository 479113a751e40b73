import { compare, ratio, subtract, type Rational } from '../number/rational.js';
import type { DowntimeCause, LongOutagesCause } from '../plan/plan.js';
import { formatInstant } from '../time/zone.js';
import type { CauseInput, Reason } from './cause.js';
import { creditOfFigure, unitsIn } from './units.js';

const minutes = (ms: number): Rational => ratio(BigInt(ms), 60_000n);

/** Downtime beyond an allowance, of the month together or of each outage: by the unit, or by steps. */
export function downtimeReasons(rule: DowntimeCause, { availability, month }: CauseInput): Reason[] {
  const parts =
    rule.over === 'month'
      ? [{ subject: 'service', ms: availability.unavailableMs }]
      : availability.outages.map(({ from, countedMs }) => ({
          subject: formatInstant(from, month.zone),
          ms: countedMs,
        }));
  return parts.flatMap(({ subject, ms }): Reason[] => {
    const figure = subtract(minutes(ms), rule.allowanceMinutes);
    if (figure.n <= 0n) return [];
    const { by } = rule;
    if ('steps' in by) {
      const given = creditOfFigure(by.steps, figure);
      return given === null ? [] : [{ subject, figure, unit: 'minutes', ...given }];
    }
    const units = unitsIn(figure, by.unitMinutes, by.count);
    return units === 0n ? [] : [{ subject, figure, unit: 'minutes', bound: null, units, share: by.credit }];
  });
}

/** Once for each unbroken outage of the service that is longer than the limit. */
export function longOutageReasons(rule: LongOutagesCause, { availability, month }: CauseInput): Reason[] {
  return availability.outages
    .filter(({ countedMs }) => compare(minutes(countedMs), rule.longerThanMinutes) > 0)
    .map(({ from, countedMs }) => ({
      subject: formatInstant(from, month.zone),
      figure: minutes(countedMs),
      unit: 'minutes',
      bound: { is: 'over', value: rule.longerThanMinutes },
      units: 1n,
      share: rule.credit,
    }));
}
