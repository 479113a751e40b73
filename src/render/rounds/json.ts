import type { SizeCounts } from '../../core/measurement/counts.js';
import type { SlotSummary } from '../../core/measurement/summary.js';
import { lossPpm, meanUs } from '../figures.js';
import { isoInstant } from '../instant.js';

/**
 * A round, or a missing slot, as JSON: the same keys always, null where there is nothing to say. Instants are
 * ISO 8601 in UTC; every other unit is in the key's name.
 */
export function roundJson(round: SlotSummary): object {
  const measured = round.status === 'missing' ? null : round;
  // Each key by its name: spreading one object into another takes a hundred times as long, and a page has a thousand.
  return {
    path: round.path,
    slot: isoInstant(round.slot),
    status: round.status,
    reason: round.reason,
    startedAt: measured && isoInstant(measured.startedAt),
    endedAt: measured && isoInstant(measured.endedAt),
    address: measured && measured.address,
    lostAfterMs: measured && measured.lostAfterMs,
    provenance: measured && measured.provenance,
    sizes: measured ? measured.sizes.map(sizeJson) : [],
    icmpErrors: measured?.icmpErrors ?? [],
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
