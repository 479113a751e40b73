import type { EpochMs, PathId } from '../types.js';

/** What an ICMP error message said of an echo request (RFC 792, RFC 4443), by the words of its type and code. */
export const icmpErrorKinds = [
  'net-unreachable',
  'host-unreachable',
  'protocol-unreachable',
  'port-unreachable',
  'packet-too-big',
  'admin-prohibited',
  'time-exceeded',
  'parameter-problem',
  'source-quench',
  'redirect',
  'other',
] as const;
export type IcmpErrorKind = (typeof icmpErrorKinds)[number];

/** ICMP error messages of one kind that came for the packets of one size of a round. */
export interface IcmpErrorCount {
  /** The size that the packets are of. */
  readonly bytes: number;
  /** In words; `type` and `code` say exactly. */
  readonly error: IcmpErrorKind;
  /** Of RFC 792 (IPv4) or RFC 4443 (IPv6). */
  readonly type: number;
  readonly code: number;
  /** The address of the router or host that sent them; null where the probe kind can't tell. */
  readonly from: string | null;
  /** The MTU of the next hop that a `packet-too-big` named; null: none was named. */
  readonly mtu: number | null;
  readonly count: number;
}

/**
 * Why a packet was not sent. `no-route` and `host-unreachable` are the network's fault while other targets
 * answer (rules, section 2) and the observer's otherwise; all others are the observer's.
 */
export const notSentReasons = [
  'no-permission', // EPERM, EACCES
  'no-buffer', // ENOBUFS, EAGAIN
  'too-big', // EMSGSIZE: longer than the own interface's MTU; what a router reports is the error `packet-too-big`
  'interface-down', // ENETDOWN, ENODEV
  'no-source-address', // EADDRNOTAVAIL
  'no-route', // ENETUNREACH
  'host-unreachable', // EHOSTUNREACH
  'aborted', // the round ended before its turn came
  'other',
] as const;
export type NotSentReason = (typeof notSentReasons)[number];

/** What became of one echo request. RTTs are whole microseconds, rounded half-up from what was measured. */
export type PacketOutcome =
  | { readonly kind: 'received'; readonly rttUs: number }
  | { readonly kind: 'late'; readonly rttUs: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'error'; readonly error: IcmpErrorKind }
  | { readonly kind: 'not-sent'; readonly reason: NotSentReason };

export const lost: PacketOutcome = { kind: 'lost' };

/**
 * `ok` is the only status that a month holds. `unscheduled` rounds were asked for by hand or run at start: shown,
 * part of no month. `missing` is a due slot without a round. The others are kept and shown, and missing for the month.
 */
export const roundStatuses = [
  'ok',
  'unscheduled',
  'aborted', // the daemon was told to stop, or its path was removed
  'overrun', // it would have run into the next slot
  'invalid', // the socket dropped packets, or the own interface was down: the observer's fault
  'partial', // too few packets of a size could be sent
  'failed', // name resolution, driver, or nothing could be sent
  'degraded-observer', // the observer was too busy for its stamps to be trusted
  'missing',
] as const;
export type RoundStatus = (typeof roundStatuses)[number];

/** Where the two instants of an RTT were taken. */
export const stampSources = ['kernel-tx-rx', 'kernel-rx', 'user', 'simulated'] as const;
export type StampSource = (typeof stampSources)[number];

/** Every packet of one size, in the order of sending. */
export interface SizeSample {
  /** The length the plan names, in its own length basis. */
  readonly bytes: number;
  readonly packets: readonly PacketOutcome[];
  /** Replies that came again; the first one counted. */
  readonly duplicates: number;
  /** Packets that claimed to be a reply and were not: wrong source, token, length or checksum. */
  readonly mismatched: number;
}

/** How a round's figures were taken: travels with them, so that a statement can say it. */
export interface Provenance {
  /** The probe kind. */
  readonly driver: string;
  readonly stamps: StampSource;
  /** Packets whose RTT fell back to a lesser stamp source than `stamps`. */
  readonly fallbackStamps: number;
  /** Packets the receiving socket dropped, by the kernel's counter; null where it can't be read. */
  readonly socketDrops: number | null;
  /** Worst lateness of the prober against its own schedule, sending or reading, microseconds; null where it isn't measured. */
  readonly sendLagUs: number | null;
  /** What of an RTT is this machine itself, by the calibration in force, microseconds; null before the first. */
  readonly calibration: { readonly p50Us: number; readonly p99Us: number } | null;
}

/** One round as measured, complete with every packet. Its identity is (path, slot). */
export interface Round {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  readonly status: Exclude<RoundStatus, 'missing'>;
  /** Why the status is what it is, for people; of an `ok` or `unscheduled` round what it is marked with, else null. */
  readonly reason: string | null;
  /** The address that was probed; null when the name did not resolve. */
  readonly address: string | null;
  readonly lostAfterMs: number;
  readonly provenance: Provenance;
  readonly sizes: readonly SizeSample[];
  /** Every kind of ICMP error message that came for its packets, whatever became of them; absent: none came. */
  readonly icmpErrors?: readonly IcmpErrorCount[];
}

/** Why a due slot has no round, where it is known. */
export const missingReasons = [
  'stopped',
  'crashed',
  'asleep', // the machine was
  'paused', // the process was stopped, or its virtual machine was
  'clock-stepped',
  'overrun',
  'store',
  'unknown',
] as const;
export type MissingReason = (typeof missingReasons)[number];

/** A due slot that never ran. */
export interface MissingRound {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly reason: MissingReason;
}

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
function ownNetworkUnsent(sizes: readonly SizeSample[]): number {
  return sizes.reduce(
    (sum, size) =>
      sum +
      size.packets.filter((packet) => packet.kind === 'not-sent' && ownNetworkReasons.includes(packet.reason))
        .length,
    0,
  );
}

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
/** What a size's number of bytes counts: the ICMP message (as `ping` prints it), the IP packet, or the payload. */
export const lengthBases = ['icmp', 'ip', 'payload'] as const;
export type LengthBasis = (typeof lengthBases)[number];

const icmpHeaderBytes = 8;
const ipHeaderBytes = { 4: 20, 6: 40 } as const;

/** The length of the ICMP message, header included, of a packet that is `bytes` long by `basis`. */
export function icmpMessageBytes(bytes: number, basis: LengthBasis, family: 4 | 6): number {
  switch (basis) {
    case 'icmp':
      return bytes;
    case 'ip':
      return bytes - ipHeaderBytes[family];
    case 'payload':
      return bytes + icmpHeaderBytes;
  }
}

/** 8 bytes of ICMP header and the 8-byte token that tells a reply from a forgery. */
export const minIcmpMessageBytes = 16;
/** What an IPv4 packet of 65,535 bytes has room for behind its 20-byte header. */
export const maxIcmpMessageBytes = 65_515;

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
