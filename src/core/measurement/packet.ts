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
