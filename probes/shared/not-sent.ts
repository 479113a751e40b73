import type { NotSentReason } from '../../src/core/measurement/round.js';

const reasons: Readonly<Record<string, NotSentReason>> = {
  EPERM: 'no-permission',
  EACCES: 'no-permission',
  ENOBUFS: 'no-buffer',
  ENOMEM: 'no-buffer',
  EAGAIN: 'no-buffer',
  EMSGSIZE: 'too-big',
  ENETDOWN: 'interface-down',
  ENODEV: 'interface-down',
  ENXIO: 'interface-down',
  EADDRNOTAVAIL: 'no-source-address',
  ENETUNREACH: 'no-route',
  EHOSTUNREACH: 'host-unreachable',
  EHOSTDOWN: 'host-unreachable',
};

/** Why a send that failed with this errno (by its name, `ENETUNREACH`) failed. */
export function notSentReason(errno: string): NotSentReason {
  return (Object.hasOwn(reasons, errno) ? reasons[errno] : undefined) ?? 'other';
}
