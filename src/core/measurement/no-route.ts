import type { NotSentReason, PacketOutcome } from './packet.js';
import { lost } from './packet.js';
import type { SizeSample } from './round.js';

const noRouteReasons: readonly NotSentReason[] = ['no-route', 'host-unreachable'];

/** Reasons that are the observer's own network: whatever is measured meanwhile says nothing of a path. */
const ownNetworkReasons: readonly NotSentReason[] = [...noRouteReasons, 'interface-down'];

const isNoRoute = (packet: PacketOutcome): boolean =>
  packet.kind === 'not-sent' && noRouteReasons.includes(packet.reason);

/** Whether any packet could not leave for want of a route: then it has to be told whose fault that is. */
export const hasNoRoute = (sizes: readonly SizeSample[]): boolean =>
  sizes.some((size) => size.packets.some(isNoRoute));

/**
 * "No route" to one target while others answer is the network's fault: sent and lost. With nobody answering it is the
 * observer that is cut off, and the packets stay outside the sample (rules, section 2).
 */
export function settleNoRoute(
  sizes: readonly SizeSample[],
  /** Whether it is the network's fault that this packet (its stream and its place in that) could not leave. */
  isNetworks: (stream: number, index: number, reason: NotSentReason) => boolean,
): readonly SizeSample[] {
  if (!hasNoRoute(sizes)) return sizes;
  return sizes.map((size, stream) => ({
    ...size,
    packets: size.packets.map((packet, index) =>
      packet.kind === 'not-sent' && isNoRoute(packet) && isNetworks(stream, index, packet.reason)
        ? lost
        : packet,
    ),
  }));
}

/** How many packets the observer's own network kept from leaving; to be asked after `settleNoRoute`. */
export function ownNetworkUnsent(sizes: readonly SizeSample[]): number {
  return sizes.reduce(
    (sum, size) =>
      sum +
      size.packets.filter((packet) => packet.kind === 'not-sent' && ownNetworkReasons.includes(packet.reason))
        .length,
    0,
  );
}
