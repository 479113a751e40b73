import {
  aborted,
  maxIcmpMessageBytes,
  minIcmpMessageBytes,
  type PacketOutcome,
  type StampSource,
} from '../../src/core/measurement/round.js';
import type { RoundRequest, RoundResult } from '../probe.js';
import { ipAddress } from './ip-address.js';

const notMeasured = (stamps: StampSource): RoundResult['provenance'] => ({
  stamps,
  fallbackStamps: 0,
  socketDrops: null,
  sendLagUs: null,
});

/** A round of which nothing is known but why. */
export function failedRound(stamps: StampSource, reason: string): RoundResult {
  return { ended: 'failed', reason, sizes: [], provenance: notMeasured(stamps) };
}

/** A round that was aborted before its first packet. */
export function unsentRound(request: RoundRequest, stamps: StampSource, reason: string): RoundResult {
  return {
    ended: 'aborted',
    reason,
    sizes: request.sizes.map(({ bytes }) => ({
      bytes,
      packets: new Array<PacketOutcome>(request.count).fill(aborted),
      duplicates: 0,
      mismatched: 0,
    })),
    provenance: notMeasured(stamps),
  };
}

/** The longest that a round takes that keeps to its schedule. */
export function roundLengthMs(
  request: Pick<RoundRequest, 'count' | 'intervalMs' | 'lostAfterMs' | 'lateWaitMs'>,
): number {
  return request.count * request.intervalMs + request.lostAfterMs + request.lateWaitMs;
}

/** What no real packet can be made of; null when the request is sound. */
export function requestFault({ address, sizes, count, intervalMs }: RoundRequest): string | null {
  if (!ipAddress(address)) return `"${address}" is not an IP address`;
  if (sizes.length === 0 || !Number.isInteger(count) || count < 1) return 'a round needs a size and a packet';
  if (!(intervalMs > 0)) return `an interval of ${intervalMs} ms is not above 0`;
  const wrong = sizes.find(
    ({ icmpBytes }) =>
      !Number.isInteger(icmpBytes) || icmpBytes < minIcmpMessageBytes || icmpBytes > maxIcmpMessageBytes,
  );
  return wrong
    ? `an ICMP message of ${wrong.icmpBytes} bytes is not ${minIcmpMessageBytes} to ${maxIcmpMessageBytes} long`
    : null;
}
