import type { IcmpErrorKind } from '../../src/core/measurement/round.js';
import type { Family } from './echo.js';

/** RFC 792, RFC 1122 (3.2.2.1) and RFC 1812 (5.2.7.1): the codes of "destination unreachable", 0 to 15. */
const unreachable4: readonly IcmpErrorKind[] = [
  'net-unreachable',
  'host-unreachable',
  'protocol-unreachable',
  'port-unreachable',
  'packet-too-big',
  'other', // source route failed
  'net-unreachable', // unknown
  'host-unreachable', // unknown
  'host-unreachable', // source isolated
  'admin-prohibited', // network
  'admin-prohibited', // host
  'net-unreachable', // for this type of service
  'host-unreachable', // for this type of service
  'admin-prohibited',
  'admin-prohibited', // precedence violation
  'admin-prohibited', // precedence cut-off
];

/** RFC 4443, 3.1: the codes of "destination unreachable", 0 to 6. */
const unreachable6: readonly IcmpErrorKind[] = [
  'net-unreachable', // no route
  'admin-prohibited',
  'net-unreachable', // beyond the scope of the source address
  'host-unreachable',
  'port-unreachable',
  'admin-prohibited', // the source address failed a policy
  'net-unreachable', // reject route
];

/** What an ICMP message of this type and code says of the packet it quotes; null when the type is no error. */
export function icmpErrorKind(family: Family, type: number, code: number): IcmpErrorKind | null {
  if (family === 4)
    switch (type) {
      case 3:
        return unreachable4[code] ?? 'other';
      case 4:
        return 'source-quench';
      case 5:
        return 'redirect';
      case 11:
        return 'time-exceeded';
      case 12:
        return 'parameter-problem';
      default:
        return null;
    }
  switch (type) {
    case 1:
      return unreachable6[code] ?? 'other';
    case 2:
      return 'packet-too-big';
    case 3:
      return 'time-exceeded';
    case 4:
      return 'parameter-problem';
    case 137:
      return 'redirect';
    default:
      // RFC 4443, 2.1: types below 128 are errors, known or not.
      return type < 128 ? 'other' : null;
  }
}

/** Redirect and source quench say something of the route, not that the packet was lost. */
const advice: readonly IcmpErrorKind[] = ['redirect', 'source-quench'];

export const isAdvice = (kind: IcmpErrorKind): boolean => advice.includes(kind);

/** Which of the errors that came for one packet to keep: the first that is more than advice. */
export function worseError(known: IcmpErrorKind | null, came: IcmpErrorKind): IcmpErrorKind {
  return known === null || isAdvice(known) ? came : known;
}
