import { ownNetworkUnsent } from './no-route.js';
import type { NotSentReason, PacketOutcome } from './packet.js';
import type { Provenance, Round, SizeSample } from './round.js';

/** How many of a size's packets have to be sent for it to count, where nothing else is said: nine in ten. */
export const usualMinimumSent = (packets: number): number => Math.ceil((packets * 9) / 10);

/** The sizes that fell short: the contract asks for so many packets, and few of them must not stand for all. */
export function shortSizes<S extends { readonly bytes: number; readonly sent: number }>(
  sizes: readonly S[],
  minimumSent: number,
): S[] {
  return sizes.filter(({ sent }) => sent < minimumSent);
}

/** Why a round was told to end early. */
export type AbortCause = 'overrun' | 'stopping';

/** How a driver's round ended, as far as its status goes. */
export interface Ending {
  readonly ended: 'completed' | 'aborted' | 'failed';
  readonly reason: string | null;
  readonly sizes: readonly SizeSample[];
  readonly provenance: Pick<Provenance, 'socketDrops' | 'sendLagUs' | 'fallbackStamps' | 'stamps'>;
}

export interface SettleContext {
  readonly scheduled: boolean;
  /** Null when nobody told the round to end. */
  readonly abortCause: AbortCause | null;
  /** What befell the own interface while the round was measured; null or absent: nothing. */
  readonly linkFault?: string | null;
  /** A round whose packets left later than this is the observer's fault; null: no limit. */
  readonly lagLimitUs: number | null;
  /** What a round consists of, and how many packets of each size must have been sent. */
  readonly sizes: readonly number[];
  readonly minimumSent: number;
}

export type Settled = Pick<Round, 'status' | 'reason'>;

/** Which status a round deserves (rules, section 2), and why, for people. */
export function settleRound(ending: Ending, context: SettleContext): Settled {
  if (ending.ended === 'failed') return { status: 'failed', reason: ending.reason ?? 'the driver failed' };
  if (ending.ended === 'aborted') {
    return context.abortCause === 'overrun'
      ? { status: 'overrun', reason: 'the round ran into the next slot' }
      : { status: 'aborted', reason: ending.reason ?? 'the daemon was stopping' };
  }
  const unsent = notSentCounts(ending.sizes);
  const ownFault = ownNetworkFault(ending.sizes, unsent, context.linkFault ?? null);
  if (ownFault !== null) return { status: 'invalid', reason: ownFault };
  if (!ending.sizes.some((size) => size.packets.some((packet) => packet.kind !== 'not-sent'))) {
    return { status: 'failed', reason: `nothing could be sent${describe(unsent)}` };
  }
  const { socketDrops, sendLagUs } = ending.provenance;
  if (socketDrops !== null && socketDrops > 0) {
    return {
      status: 'invalid',
      reason: `the socket dropped ${socketDrops} packets: this machine's fault, not loss`,
    };
  }
  if (context.lagLimitUs !== null && sendLagUs !== null && sendLagUs > context.lagLimitUs) {
    return {
      status: 'degraded-observer',
      reason: `packets left up to ${sendLagUs} µs late, more than the limit of ${context.lagLimitUs} µs`,
    };
  }
  const sent = context.sizes.map((bytes) => ({ bytes, sent: sentOf(bytes, ending.sizes) }));
  const short = shortSizes(sent, context.minimumSent);
  if (context.scheduled && short.length > 0) {
    const found = short.map((size) => `${size.sent} of ${size.bytes} bytes`).join(', ');
    const least = `at least ${context.minimumSent} packets of each size have to be sent`;
    return { status: 'partial', reason: `sent only ${found}; ${least}${describe(unsent)}` };
  }
  return { status: context.scheduled ? 'ok' : 'unscheduled', reason: fallbackMark(ending) };
}

/** Why the observer's own network makes a round say nothing of its path; null: it does not. */
function ownNetworkFault(
  sizes: readonly SizeSample[],
  unsent: ReadonlyMap<NotSentReason, number>,
  linkFault: string | null,
): string | null {
  if (linkFault !== null) return `${linkFault}: this machine's fault, not loss`;
  const count = ownNetworkUnsent(sizes);
  if (count === 0) return null;
  return `no packet could leave for a while (${count} not sent${describe(unsent)}): this machine's fault, not loss`;
}
const sentOf = (bytes: number, sizes: readonly SizeSample[]): number =>
  sizes
    .filter((size) => size.bytes === bytes)
    .reduce((all, { packets }) => all + packets.filter(({ kind }) => kind !== 'not-sent').length, 0);

/** A round is marked when more than one in a hundred of its packets had to do with a lesser stamp. */
function fallbackMark({ sizes, provenance: { fallbackStamps, stamps } }: Ending): string | null {
  const packets = sizes.reduce((sum, size) => sum + size.packets.length, 0);
  if (fallbackStamps * 100 <= packets) return null;
  return `marked: ${fallbackStamps} of ${packets} packets had lesser stamps than ${stamps}`;
}

function notSentCounts(sizes: readonly SizeSample[]): ReadonlyMap<NotSentReason, number> {
  const counts = new Map<NotSentReason, number>();
  const note = (packet: PacketOutcome): void => {
    if (packet.kind === 'not-sent') counts.set(packet.reason, (counts.get(packet.reason) ?? 0) + 1);
  };
  for (const size of sizes) size.packets.forEach(note);
  return counts;
}

function describe(counts: ReadonlyMap<NotSentReason, number>): string {
  const parts = [...counts].map(([reason, count]) => `${reason} × ${count}`);
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`;
}
