import type { Interval } from '../time/intervals.js';
import type { EpochMs, PopId } from '../types.js';
import { futureFault, intervalFaults, spanText, touches } from './intervals.js';
import { refuse, type Refusal } from './refusal.js';

/** An outage as it counts now: measured or added, corrected or not. */
export interface CountedOutage {
  readonly ref: string;
  readonly port: PopId;
  /** Null: it was added by hand. */
  readonly observer: PopId | null;
  /** `to` null: it lasts. */
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

export interface CorrectionContext {
  readonly now: EpochMs;
  readonly pops: readonly PopId[];
  /** Those that count for something. */
  readonly outages: readonly CountedOutage[];
}

export interface CorrectionText {
  readonly port: PopId;
  /** The outage it is laid over; null: a new one. */
  readonly of: string | null;
  /** Null: it is to count for nothing. */
  readonly interval: Interval | null;
  readonly reason: string;
}

/** Everything that is wrong with an outage that is added, corrected or voided by hand. */
export function correctionFaults(text: CorrectionText, context: CorrectionContext): Refusal[] {
  const { port, of, interval, reason } = text;
  const { now, pops, outages } = context;
  const faults: Refusal[] = [];
  if (!pops.includes(port)) {
    faults.push(
      refuse('port', `is an unknown PoP, ${JSON.stringify(port)}`, pops.join(', '), ['not-known', port]),
    );
  }
  if (reason.trim() === '') faults.push(refuse('reason', 'is missing', 'why, as text', ['missing']));
  if (interval === null) {
    if (!outages.some(({ ref }) => ref === of)) {
      faults.push(
        refuse('of', 'counts for nothing already', 'an outage that counts', ['counts-for-nothing']),
      );
    }
    return faults;
  }
  const shape = intervalFaults([interval]);
  if (shape.length > 0) return [...faults, ...shape];
  const future = futureFault(interval, now, 'an outage');
  if (future) faults.push(future);
  // Two observers see the same outage each in its own row; what one of them says does not stand in the other's way.
  const witness = outages.find(({ ref }) => ref === of)?.observer ?? null;
  const anotherWitness = ({ observer }: CountedOutage): boolean =>
    witness !== null && observer !== null && observer !== witness;
  const other = outages.find(
    (each) =>
      each.port === port &&
      each.ref !== of &&
      !anotherWitness(each) &&
      touches({ from: each.from, to: each.to ?? Infinity }, interval),
  );
  if (other) {
    const span = spanText({ from: other.from, to: other.to ?? now });
    faults.push(
      refuse(
        'from',
        `overlaps the outage ${other.ref}, ${span}`,
        `a time outside of it, or correct ${other.ref}`,
        ['overlaps', other.ref],
      ),
    );
  }
  return faults;
}
