import { notSentReasons, type StampSource } from '../../src/core/measurement/round.js';
import type { RoundResult } from '../probe.js';
import { dropsSince } from '../shared/socket-drops.js';
import { wholeMicroseconds } from '../shared/packet-record.js';
import type { Flight } from './flight.js';
import { kindOf, type PackedSizes } from './packed.js';
import type { RttSource } from './rtt.js';

/** A round's result without its packets: how it ended, and how it was measured. */
export function roundResult(
  flight: Flight,
  ended: 'completed' | 'aborted',
  reason: string | null,
): Omit<RoundResult, 'sizes'> {
  const { rttsBySource } = flight;
  const stamps = bestSource(rttsBySource);
  const all = rttsBySource['kernel-tx-rx'] + rttsBySource['kernel-rx'] + rttsBySource.user;
  return {
    ended,
    reason,
    icmpErrors: flight.icmpErrors.counts(),
    provenance: {
      stamps,
      fallbackStamps: all - rttsBySource[stamps],
      socketDrops: dropsSince(flight.dropsBefore),
      sendLagUs: Math.ceil(flight.lagNs / 1000),
    },
  };
}

/** The best source that gave any figure; that of the kind when there is none. */
function bestSource(rttsBySource: Flight['rttsBySource']): RttSource & StampSource {
  if (rttsBySource['kernel-tx-rx'] > 0) return 'kernel-tx-rx';
  if (rttsBySource['kernel-rx'] > 0) return 'kernel-rx';
  return rttsBySource.user > 0 ? 'user' : 'kernel-tx-rx';
}

const aborted = notSentReasons.indexOf('aborted');
const inFlight = notSentReasons.indexOf('in-flight');

/**
 * What became of every packet of a round that ends at `nowNs`, straight from its columns. The rules are those of
 * `outcomeOf`, which the other kinds use: a test holds the two together.
 */
export function packedSizesOf(flight: Flight, nowNs: number): PackedSizes {
  const { plan, packets, request, lostAfterNs } = flight;
  const { count } = request;
  const endedNs = nowNs - flight.startNs;
  const packed = {
    bytes: request.sizes.map((size) => size.bytes),
    duplicates: [...flight.duplicates],
    mismatched: [...flight.mismatched],
    kinds: new Uint8Array(flight.total),
    values: new Float64Array(flight.total),
  };
  for (let turn = 0; turn < flight.total; turn += 1) {
    const stream = turn % plan.streams;
    const place = stream * count + (turn - stream) / plan.streams;
    const notSent = packets.notSent[turn] ?? 0;
    const error = packets.error[turn] ?? 0;
    const rttNs = packets.rttNs[turn] ?? NaN;
    const sentNs = packets.sentNs[turn] ?? NaN;
    let [kind, value]: [number, number] = [kindOf.lost, 0];
    if (notSent > 0) [kind, value] = [kindOf.notSent, notSent - 1];
    else if (Number.isNaN(sentNs)) [kind, value] = [kindOf.notSent, aborted];
    else if (!Number.isNaN(rttNs)) {
      kind = rttNs <= lostAfterNs ? kindOf.received : kindOf.late;
      value = wholeMicroseconds(rttNs);
    } else if (error > 0) [kind, value] = [kindOf.error, error - 1];
    else if (endedNs - sentNs < lostAfterNs) [kind, value] = [kindOf.notSent, inFlight];
    packed.kinds[place] = kind;
    packed.values[place] = value;
  }
  return packed;
}
