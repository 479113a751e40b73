import type { PacketOutcome } from './packet.js';
import { lost } from './packet.js';
import type { SizeSample } from './round.js';

const isNoRoute = (packet: PacketOutcome): boolean =>
  packet.kind === 'not-sent' && (packet.reason === 'no-route' || packet.reason === 'host-unreachable');

/**
 * "No route" to one target while others answer is the network's fault: sent and lost. With nobody answering it may
 * be the observer that is cut off, and the packets stay outside the sample (rules, section 2).
 */
export function settleNoRoute(sizes: readonly SizeSample[], othersAnswered: boolean): readonly SizeSample[] {
  if (!othersAnswered || !sizes.some((size) => size.packets.some(isNoRoute))) return sizes;
  return sizes.map((size) => ({
    ...size,
    packets: size.packets.map((packet) => (isNoRoute(packet) ? lost : packet)),
  }));
}
