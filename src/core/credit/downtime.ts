import { ceil, compare, divide, floor, ratio, subtract, type Rational } from '../number/rational.js';
import type { CauseRule } from '../plan/plan.js';
import { formatInstant } from '../time/zone.js';
import type { CauseInput, Reason } from './cause.js';

const minutes = (ms: number): Rational => ratio(BigInt(ms), 60_000n);

/** Started or full units of downtime beyond an allowance: of the month together, or of each outage. */
export function downtimeReasons(
  rule: Extract<CauseRule, { kind: 'downtime' }>,
  { availability, month }: CauseInput,
): Reason[] {
  const parts =
    rule.over === 'month'
      ? [{ subject: 'service', ms: availability.unavailableMs }]
      : availability.unavailable.map(({ from, to }) => ({
          subject: formatInstant(from, month.zone),
          ms: to - from,
        }));
  return parts.flatMap(({ subject, ms }) => {
    const figure = subtract(minutes(ms), rule.allowanceMinutes);
    if (figure.n <= 0n) return [];
    const exact = divide(figure, rule.unitMinutes);
    const units = rule.count === 'started' ? ceil(exact) : floor(exact);
    return units === 0n ? [] : [{ subject, figure, unit: 'minutes', bound: null, units, share: rule.credit }];
  });
}

/** Once for each unbroken outage of the service that is longer than the limit. */
export function longOutageReasons(
  rule: Extract<CauseRule, { kind: 'long-outages' }>,
  { availability, month }: CauseInput,
): Reason[] {
  return availability.unavailable
    .filter(({ from, to }) => compare(minutes(to - from), rule.longerThanMinutes) > 0)
    .map(({ from, to }) => ({
      subject: formatInstant(from, month.zone),
      figure: minutes(to - from),
      unit: 'minutes',
      bound: { is: 'over', value: rule.longerThanMinutes },
      units: 1n,
      share: rule.credit,
    }));
}
