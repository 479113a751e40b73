import {
  AF_INET,
  int32,
  SO_TIMESTAMPING,
  SOCK_CLOEXEC,
  SOCK_DGRAM,
  SOF_RX_SOFTWARE,
  SOL_SOCKET,
} from './abi.js';
import type { Libc } from './libc.js';

/**
 * The kernel stamps what comes in only while some socket asks for it, and begins only after a while: the first packets
 * of a socket that is opened for a round would have none. This one asks, and is used for nothing else. Returns its
 * descriptor, or -1; without it the stamps that are missing are missed one by one.
 */
export function keepStamping(libc: Libc): number {
  const fd = libc.socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd >= 0) libc.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, int32(SOF_RX_SOFTWARE), 4);
  return fd;
}
