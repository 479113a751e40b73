import type { SizeCounts } from '../../core/measurement/counts.js';
import type { SlotSummary } from '../../core/measurement/summary.js';
import { lossPpm, meanUs } from '../figures.js';
import { isoInstant } from '../instant.js';

/**
 * A round, or a missing slot, as JSON: the same keys always, null where there is nothing to say. Instants are
 * ISO 8601 in UTC; every other unit is in the key's name.
 */
export function roundJson(round: SlotSummary): object {
  const { path, slot, status, reason } = round;
  const head = { path, slot: isoInstant(slot), status, reason };
  if (round.status === 'missing') {
    return {
      ...head,
      startedAt: null,
      endedAt: null,
      address: null,
      lostAfterMs: null,
      provenance: null,
      sizes: [],
    };
  }
  return {
    ...head,
    startedAt: isoInstant(round.startedAt),
    endedAt: isoInstant(round.endedAt),
    address: round.address,
    lostAfterMs: round.lostAfterMs,
    provenance: round.provenance,
    sizes: round.sizes.map(sizeJson),
  };
}

/** `lost` = `sent` − `received`, and so includes `late` and `errors`; `notSent` is no part of `sent`. */
function sizeJson(size: SizeCounts): object {
  const { bytes, sent, received, late, errors, notSent, duplicates, mismatched } = size;
  return {
    bytes,
    sent,
    received,
    lost: sent - received,
    late,
    errors,
    notSent,
    duplicates,
    mismatched,
    lossPpm: lossPpm(size),
    rttMeanUs: meanUs(size),
    rttMinUs: size.rttMinUs,
    rttMaxUs: size.rttMaxUs,
  };
}
