import type { EpochMs } from '../types.js';
import type { Outage } from './outage.js';

/** `to` null: it lasts. */
export interface OutageSpan {
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** As long as it can have been: from the last answered echo before it to the arrival of the first answer after it. */
export const atLongest = ({ start, end }: Pick<Outage, 'start' | 'end'>): OutageSpan => ({
  from: start.earliest,
  to: end === null ? null : end.latest,
});

/** As short as it can have been; so short that it ends before it begins: it may have been nothing. */
export const atShortest = ({ start, end }: Pick<Outage, 'start' | 'end'>): OutageSpan => ({
  from: start.latest,
  to: end === null ? null : end.earliest,
});
