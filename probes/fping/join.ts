import { lost, type PacketOutcome } from '../../src/core/measurement/packet.js';
import type { SizeSample } from '../../src/core/measurement/round.js';
import type { RoundRequest, SizeRequest } from '../probe.js';
import { wholeMicroseconds } from '../shared/packet-record.js';
import type { FpingRtts } from './parse.js';

const aborted: PacketOutcome = { kind: 'not-sent', reason: 'aborted' };

/**
 * One size's packets from fping's figures. It says neither which packets it could not send, nor of ICMP errors,
 * duplicates and forgeries: those are lost here, or counted nowhere. Of a round that was broken off, packets that had
 * not been waited for are not lost.
 */
export function joinSize(
  request: Pick<RoundRequest, 'count' | 'intervalMs' | 'lostAfterMs' | 'lateWaitMs'>,
  size: SizeRequest,
  rtts: FpingRtts,
  brokenOff: boolean,
): SizeSample {
  const { count, intervalMs, lostAfterMs, lateWaitMs } = request;
  const undecided = brokenOff ? rtts.length - Math.ceil(lostAfterMs / intervalMs) : Infinity;
  const outcome = (rttNs: number | null | undefined, index: number): PacketOutcome => {
    if (rttNs === undefined) return aborted;
    if (rttNs === null || rttNs > (lostAfterMs + lateWaitMs) * 1e6)
      return index >= undecided ? aborted : lost;
    return { kind: rttNs <= lostAfterMs * 1e6 ? 'received' : 'late', rttUs: wholeMicroseconds(rttNs) };
  };
  const packets = Array.from({ length: count }, (_, index) => outcome(rtts[index], index));
  return { bytes: size.bytes, packets, duplicates: 0, mismatched: 0 };
}
