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

/**
 * Why a packet was not sent. `no-route` and `host-unreachable` are the network's fault while other targets
 * answer (rules, section 2) and the observer's otherwise; all others are the observer's.
 */
export const notSentReasons = [
  'no-permission', // EPERM, EACCES
  'no-buffer', // ENOBUFS, EAGAIN
  'too-big', // EMSGSIZE
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
