import type { EpochMs, PathId } from '../types.js';

/** Kinds of ICMP error messages that answer an echo request (RFC 792, RFC 4443), named after their type and code. */
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

/** The number of ICMP error messages of one kind received for the packets of one size of a round. */
export interface IcmpErrorCount {
  /** The size of the packets that they refer to, as the plan names it. */
  readonly bytes: number;
  /** The kind by name; `type` and `code` are the exact values. */
  readonly error: IcmpErrorKind;
  /** The ICMP type and code: RFC 792 for IPv4, RFC 4443 for IPv6. */
  readonly type: number;
  readonly code: number;
  /** The address of the router or host that sent them; null where the probe driver can't tell. */
  readonly from: string | null;
  /** The next-hop MTU in a `packet-too-big` message, bytes; null when the message has none. */
  readonly mtu: number | null;
  readonly count: number;
}

/**
 * Why a packet was not sent. `no-route` and `host-unreachable` count against the network while other targets answer
 * (rules, section 2) and against the observer otherwise; all other reasons are the observer's.
 */
export const notSentReasons = [
  'no-permission', // EPERM, EACCES
  'no-buffer', // ENOBUFS, EAGAIN
  'too-big', // EMSGSIZE: longer than the local interface's MTU; a router reports `packet-too-big` instead
  'interface-down', // ENETDOWN, ENODEV
  'no-source-address', // EADDRNOTAVAIL
  'no-route', // ENETUNREACH
  'host-unreachable', // EHOSTUNREACH: the next hop did not answer
  'aborted', // the round ended before its turn came
  'in-flight', // it left, and the round was ended before it was answered or could count as lost
  'other',
] as const;
export type NotSentReason = (typeof notSentReasons)[number];

/** The result of one echo request. RTTs are whole microseconds, rounded half-up from the measured value. */
export type PacketOutcome =
  | { readonly kind: 'received'; readonly rttUs: number }
  | { readonly kind: 'late'; readonly rttUs: number }
  | { readonly kind: 'lost' }
  | { readonly kind: 'error'; readonly error: IcmpErrorKind }
  | { readonly kind: 'not-sent'; readonly reason: NotSentReason };

export const lost: PacketOutcome = { kind: 'lost' };
export const aborted: PacketOutcome = { kind: 'not-sent', reason: 'aborted' };
export const inFlight: PacketOutcome = { kind: 'not-sent', reason: 'in-flight' };

/**
 * Only `ok` rounds count for a month. `unscheduled` rounds were started by hand or at start-up; they are shown and
 * belong to no month. `missing` is a due slot without a round. All others are stored and shown, and count as missing
 * for the month.
 */
export const roundStatuses = [
  'ok',
  'unscheduled',
  'aborted', // the daemon was stopping, or its path was removed
  'overrun', // the round would have run into the next slot
  'invalid', // the socket dropped packets, or the local interface was down: the observer's fault
  'partial', // too few packets of a size could be sent
  'failed', // name resolution, driver, or nothing could be sent
  'degraded-observer', // the observer was too busy for its time stamps to be trusted
  'missing',
] as const;
export type RoundStatus = (typeof roundStatuses)[number];

/** Where the two time stamps of an RTT were taken. */
export const stampSources = ['kernel-tx-rx', 'kernel-rx', 'user', 'simulated'] as const;
export type StampSource = (typeof stampSources)[number];

/** Every packet of one size, in sending order. */
export interface SizeSample {
  /** The packet length that the plan names, in the plan's length basis. */
  readonly bytes: number;
  readonly packets: readonly PacketOutcome[];
  /** Repeated replies to the same request; only the first one counts. */
  readonly duplicates: number;
  /** Packets that looked like a reply and failed a check: wrong source, token, length or checksum. */
  readonly mismatched: number;
}

/** How a round was measured. It is stored with the figures, so that a statement can state it. */
export interface Provenance {
  /** The probe driver. */
  readonly driver: string;
  readonly stamps: StampSource;
  /** Packets whose RTT had to use a less exact stamp source than `stamps`. */
  readonly fallbackStamps: number;
  /** Packets dropped by the receiving socket, from the kernel's counter; null where it can't be read. */
  readonly socketDrops: number | null;
  /**
   * The longest delay of the prober behind its own schedule, sending or reading, microseconds; null where not measured.
   */
  readonly sendLagUs: number | null;
  /** The part of an RTT that this machine adds, by the current calibration, microseconds; null before the first one. */
  readonly calibration: { readonly p50Us: number; readonly p99Us: number } | null;
}

/** One measured round with every packet. (path, slot) identifies it. */
export interface Round {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly startedAt: EpochMs;
  readonly endedAt: EpochMs;
  readonly status: Exclude<RoundStatus, 'missing'>;
  /** Why the round has its status, for people; for an `ok` or `unscheduled` round a remark on its quality, or null. */
  readonly reason: string | null;
  /** The probed address; null when the name did not resolve. */
  readonly address: string | null;
  readonly lostAfterMs: number;
  readonly provenance: Provenance;
  readonly sizes: readonly SizeSample[];
  /**
   * Every kind of ICMP error message received for its packets, whatever their result; absent when none was received.
   */
  readonly icmpErrors?: readonly IcmpErrorCount[];
}

/** Why a due slot has no round, where the reason is known. */
export const missingReasons = [
  'stopped',
  'crashed',
  'asleep', // the machine was suspended
  'paused', // the process was stopped, or its virtual machine was paused
  'clock-stepped',
  'overrun',
  'store',
  'unknown',
] as const;
export type MissingReason = (typeof missingReasons)[number];

/** A due slot for which no round was run. */
export interface MissingRound {
  readonly path: PathId;
  readonly slot: EpochMs;
  readonly reason: MissingReason;
}

const noRouteReasons: readonly NotSentReason[] = ['no-route', 'host-unreachable'];

/** Reasons within the observer's own network: meanwhile its measurements are no evidence about any path. */
const ownNetworkReasons: readonly NotSentReason[] = [...noRouteReasons, 'interface-down'];

const isNoRoute = (packet: PacketOutcome): boolean =>
  packet.kind === 'not-sent' && noRouteReasons.includes(packet.reason);

/** Whether a packet was not sent for want of a route; then `settleNoRoute` has to decide whose fault that is. */
export const hasNoRoute = (sizes: readonly SizeSample[]): boolean =>
  sizes.some((size) => size.packets.some(isNoRoute));

/**
 * Decides whose fault "no route" is. While other targets answer it is the network's: the packet counts as sent and
 * lost. When no target answers, the observer itself is cut off and the packets stay out of the sample (rules, section
 * 2).
 */
export function settleNoRoute(
  sizes: readonly SizeSample[],
  /** Whether the network is at fault that this packet (its stream and its index in it) was not sent. */
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

/** The number of packets that the observer's own network kept from being sent; call it after `settleNoRoute`. */
function ownNetworkUnsent(sizes: readonly SizeSample[]): number {
  return sizes.reduce(
    (sum, size) =>
      sum +
      size.packets.filter((packet) => packet.kind === 'not-sent' && ownNetworkReasons.includes(packet.reason))
        .length,
    0,
  );
}

/** The default minimum of packets of a size that have to be sent for the size to count: nine in ten. */
export const usualMinimumSent = (packets: number): number => Math.ceil((packets * 9) / 10);

/** The sizes that sent too few packets: the contract requires a number of packets, and a few can't represent them. */
export function shortSizes<S extends { readonly bytes: number; readonly sent: number }>(
  sizes: readonly S[],
  minimumSent: number,
): S[] {
  return sizes.filter(({ sent }) => sent < minimumSent);
}

/** Why a round was ended early. */
export type AbortCause = 'overrun' | 'stopping';

/** How a driver's round ended, as far as it decides the status. */
export interface Ending {
  readonly ended: 'completed' | 'aborted' | 'failed';
  readonly reason: string | null;
  readonly sizes: readonly SizeSample[];
  readonly provenance: Pick<Provenance, 'socketDrops' | 'sendLagUs' | 'fallbackStamps' | 'stamps'>;
}

export interface SettleContext {
  readonly scheduled: boolean;
  /** Null when the round was not ended early. */
  readonly abortCause: AbortCause | null;
  /** What happened to the local interface during the round; null or absent when nothing did. */
  readonly linkFault?: string | null;
  /** A round that sends with a longer delay than this is the observer's fault, microseconds; null: no limit. */
  readonly lagLimitUs: number | null;
  /** The packet sizes of a round, and how many packets of each size have to be sent. */
  readonly sizes: readonly number[];
  readonly minimumSent: number;
}

export type Settled = Pick<Round, 'status' | 'reason'>;

/** The status of a round (rules, section 2), and the reason for people. */
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

/** Why the observer's own network makes the round no evidence about its path; null when it does not. */
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

/** A remark for a round in which more than 1 % of the packets used a less exact stamp source; else null. */
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
/** What a packet length counts: the ICMP message (as `ping` prints it), the IP packet, or the payload. */
export const lengthBases = ['icmp', 'ip', 'payload'] as const;
export type LengthBasis = (typeof lengthBases)[number];

const icmpHeaderBytes = 8;
const ipHeaderBytes = { 4: 20, 6: 40 } as const;

/** The length in bytes of the ICMP message, header included, of a packet that is `bytes` long by `basis`. */
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

/** 8 bytes of ICMP header and the 8-byte token that tells a genuine reply from a forged one. */
export const minIcmpMessageBytes = 16;
/** The room that an IPv4 packet of 65,535 bytes has after its 20-byte header. */
export const maxIcmpMessageBytes = 65_515;

/**
 * One size of one round as integers, which is all that a month's arithmetic needs. `sent` does not count packets that
 * were not sent (rules, section 2); `lost` = `sent` − `received`, and so includes `late` and `errors`.
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
  /** The sum over the received packets, microseconds; 0 when none was received. */
  readonly rttSumUs: number;
  /** Null when none was received. */
  readonly rttMinUs: number | null;
  readonly rttMaxUs: number | null;
}

/** Counts the packets of a size by result. */
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
