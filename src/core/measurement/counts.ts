import type { SizeSample } from './round.js';

/**
 * One size of one round in integers: all that a month's arithmetic needs. `sent` leaves out what was not sent
 * (rules, section 2); `lost` = `sent` − `received` and so includes `late` and `errors`.
 */
export interface SizeCounts {
  readonly bytes: number;
  readonly sent: number;
  readonly received: number;
  readonly late: number;
  readonly errors: number;
  readonly notSent: number;
  readonly duplicates: number;
  readonly mismatched: number;
  /** Over the received packets; 0 when none was. */
  readonly rttSumUs: number;
  /** Null when none was received. */
  readonly rttMinUs: number | null;
  readonly rttMaxUs: number | null;
}

/** Counts a size's packets. */
export function countSize(sample: SizeSample): SizeCounts {
  let received = 0;
  let late = 0;
  let errors = 0;
  let notSent = 0;
  let rttSumUs = 0;
  let rttMinUs: number | null = null;
  let rttMaxUs: number | null = null;
  for (const packet of sample.packets) {
    switch (packet.kind) {
      case 'received':
        received += 1;
        rttSumUs += packet.rttUs;
        if (rttMinUs === null || packet.rttUs < rttMinUs) rttMinUs = packet.rttUs;
        if (rttMaxUs === null || packet.rttUs > rttMaxUs) rttMaxUs = packet.rttUs;
        break;
      case 'late':
        late += 1;
        break;
      case 'error':
        errors += 1;
        break;
      case 'not-sent':
        notSent += 1;
        break;
      case 'lost':
        break;
    }
  }
  return {
    bytes: sample.bytes,
    sent: sample.packets.length - notSent,
    received,
    late,
    errors,
    notSent,
    duplicates: sample.duplicates,
    mismatched: sample.mismatched,
    rttSumUs,
    rttMinUs,
    rttMaxUs,
  };
}
