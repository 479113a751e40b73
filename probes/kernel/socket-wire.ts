import { readFileSync } from 'node:fs';
import type { Family } from '../shared/echo.js';
import { parseChecksumErrors } from '../shared/socket-drops.js';
import type { PacketOptions } from '../probe.js';
import * as abi from './abi.js';
import type { Batch } from './batch.js';
import { emptyControl, parseControl } from './control.js';
import type { Libc } from './libc.js';
import { afterIpv4Header } from './packet.js';
import { openSocket, type SocketMode } from './socket.js';
import type { Arrival, Wire } from './wire.js';

/** Which stamps the kernel is asked for. */
export type StampRequest = 'tx-rx' | 'rx' | 'none';

export interface SocketWireOptions {
  readonly libc: Libc;
  readonly family: Family;
  readonly packet: PacketOptions;
  readonly stamps: StampRequest;
  /** Shared by all wires of a thread: what a batch holds is used up before the next one is fetched. */
  readonly batches: { readonly replies: () => Batch; readonly errors: () => Batch };
}

export interface SocketWire extends Wire {
  readonly mode: SocketMode;
  /** Why the kernel takes no stamps for it: an errno; 0 when it did not say no. */
  readonly stampErrno: number;
}

const stampFlags = {
  'tx-rx': abi.SOF_TX_SOFTWARE | abi.SOF_RX_SOFTWARE | abi.SOF_SOFTWARE,
  rx: abi.SOF_RX_SOFTWARE | abi.SOF_SOFTWARE,
  none: 0,
} as const;

/**
 * A wire over a socket of this machine. TX stamps come back with the packet they are of, and are told apart by its
 * token: the kernel's counter of sends, the other way, goes wrong after a send that failed. Throws `SocketFault`.
 */
export function openSocketWire(options: SocketWireOptions): SocketWire {
  const { libc, family, batches } = options;
  const { fd, mode, identifier } = openSocket(libc, family, options.packet);
  const stampErrno = askForStamps(libc, fd, options.stamps);

  const rawV4 = mode === 'raw' && family === 4;
  const addressAt = family === 4 ? abi.sockaddrIn.address : abi.sockaddrIn6.address;
  const nothing = Buffer.alloc(0);
  const arrival: Arrival = {
    bytes: nothing,
    start: 0,
    end: 0,
    source: nothing,
    sourceStart: 0,
    control: emptyControl(),
  };
  const read = (batch: Batch, index: number): Arrival => {
    arrival.bytes = batch.data;
    arrival.start = batch.dataStart(index);
    arrival.end = batch.dataEnd(index);
    arrival.source = batch.names;
    arrival.sourceStart = batch.nameStart(index) + addressAt;
    parseControl(batch.control, batch.controlStart(index), batch.controlEnd(index), arrival.control);
    return arrival;
  };
  const meminfo = Buffer.alloc(abi.SK_MEMINFO_BYTES);
  const meminfoLength = abi.int32(meminfo.length);
  return {
    family,
    fd,
    identifier,
    mode,
    stampErrno,
    unchecked: rawV4,
    send(message, to) {
      const sent = libc.sendto(
        fd,
        message,
        message.length,
        abi.MSG_DONTWAIT,
        to.sockaddr,
        to.sockaddr.length,
      );
      return sent < 0 ? libc.errno() : 0;
    },
    batch: Math.min(batches.replies().count, batches.errors().count),
    fetchReplies: () => batches.replies().fill(fd, abi.MSG_DONTWAIT),
    reply(index) {
      const batch = batches.replies();
      read(batch, index);
      const start = rawV4 ? afterIpv4Header(arrival.bytes, arrival.start, arrival.end) : arrival.start;
      if (start < 0 || batch.truncated(index)) arrival.start = arrival.end;
      else arrival.start = start;
      return arrival;
    },
    fetchErrors: () => batches.errors().fill(fd, abi.MSG_DONTWAIT | abi.MSG_ERRQUEUE),
    error: (index) => read(batches.errors(), index),
    drops() {
      meminfoLength.writeInt32LE(meminfo.length);
      if (libc.getsockopt(fd, abi.SOL_SOCKET, abi.SO_MEMINFO, meminfo, meminfoLength) !== 0) return null;
      const drops = meminfo.readUInt32LE(abi.SK_MEMINFO_DROPS * 4);
      return mode === 'raw' && family === 6 ? drops - checksumErrors() : drops;
    },
    close() {
      libc.close(fd);
    },
  };
}

/** Returns 0, or why the kernel refused. */
function askForStamps(libc: Libc, fd: number, stamps: StampRequest): number {
  if (stamps === 'none') return 0;
  const flags = abi.int32(stampFlags[stamps]);
  return libc.setsockopt(fd, abi.SOL_SOCKET, abi.SO_TIMESTAMPING, flags, flags.length) === 0
    ? 0
    : libc.errno();
}

/** A raw IPv6 socket counts packets with a wrong checksum as drops; the kernel counts those separately for the host. */
function checksumErrors(): number {
  try {
    return parseChecksumErrors(readFileSync('/proc/net/snmp6', 'utf8'));
  } catch {
    return 0;
  }
}
