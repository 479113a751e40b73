import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import type * as Koffi from 'koffi';

type SetOption = (fd: number, level: number, name: number, value: Buffer, length: number) => number;

const ipprotoTcp = 6;
const tcpUserTimeout = 18;
const limitMs = 20_000;

let setOption: SetOption | null | undefined;

/**
 * Sets TCP_USER_TIMEOUT (RFC 5482): a connection whose other end acknowledges nothing for 20 s breaks, instead of
 * after the system's own 15 minutes of retransmissions. Keep-alive probes don't do that: they are sent while a
 * connection is idle. Node has no call for it; where the system's can't be reached the socket stays as it is.
 */
export function limitUnacknowledged(socket: Socket): void {
  const { fd } = (socket as unknown as { readonly _handle?: { readonly fd?: number } | null })._handle ?? {};
  if (fd === undefined || fd < 0) return;
  setOption ??= loadSetOption();
  const value = Buffer.alloc(4);
  value.writeUInt32LE(limitMs);
  setOption?.(fd, ipprotoTcp, tcpUserTimeout, value, value.length);
}

function loadSetOption(): SetOption | null {
  if (process.platform !== 'linux') return null;
  try {
    const koffi = createRequire(import.meta.url)('koffi') as typeof Koffi;
    // The program itself is linked with a C library, whichever it is.
    return koffi.load(null).func('int setsockopt(int, int, int, const void *, uint32_t)') as SetOption;
  } catch {
    return null;
  }
}
