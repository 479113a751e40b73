import type { NotSentReason } from '../../src/core/measurement/round.js';
import { notSentReason } from '../shared/not-sent.js';

/** raw-socket tells an error by the C library's words for it: those of glibc, and of musl where they differ. */
const errnoByWords: Readonly<Record<string, string>> = {
  'Operation not permitted': 'EPERM',
  'Permission denied': 'EACCES',
  'No buffer space available': 'ENOBUFS',
  'Cannot allocate memory': 'ENOMEM',
  'Out of memory': 'ENOMEM',
  'Resource temporarily unavailable': 'EAGAIN',
  'Message too long': 'EMSGSIZE',
  'Message too large': 'EMSGSIZE',
  'Network is down': 'ENETDOWN',
  'No such device': 'ENODEV',
  'No such device or address': 'ENXIO',
  'Cannot assign requested address': 'EADDRNOTAVAIL',
  'Address not available': 'EADDRNOTAVAIL',
  'Network is unreachable': 'ENETUNREACH',
  'Network unreachable': 'ENETUNREACH',
  'No route to host': 'EHOSTUNREACH',
  'Host is unreachable': 'EHOSTUNREACH',
  'Host is down': 'EHOSTDOWN',
};

const errnoOf = (error: Error): string =>
  (Object.hasOwn(errnoByWords, error.message) ? errnoByWords[error.message] : undefined) ?? error.message;

/** Why a send failed. */
export const sendFailure = (error: Error): NotSentReason => notSentReason(errnoOf(error));

/** True when a raw socket was refused for want of CAP_NET_RAW. */
export const isPermission = (error: Error): boolean => ['EPERM', 'EACCES'].includes(errnoOf(error));

/** True for "nothing to read": poll woke us for a packet that another turn had taken. */
export const isNothingThere = (error: Error): boolean => errnoOf(error) === 'EAGAIN';
