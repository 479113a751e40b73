import { getSystemErrorName } from 'node:util';
import { iovec, mmsghdr, MSG_TRUNC, sockaddrIn6 } from './abi.js';
import type { Libc } from './libc.js';

/** Room for many packets with their senders and control messages, filled by one call of recvmmsg. */
export interface Batch {
  /** How many it takes. */
  readonly count: number;
  /** The longest packet it takes whole. */
  readonly packetBytes: number;
  readonly data: Buffer;
  readonly names: Buffer;
  readonly control: Buffer;
  /** What the kernel is pointed at and nothing here reads: held, or it would be collected under the kernel's hands. */
  readonly pinned: readonly Buffer[];
  /** One call: how many packets came; 0 when none waits. Throws when the call itself was wrong. */
  fill(fd: number, flags: number): number;
  dataStart(index: number): number;
  dataEnd(index: number): number;
  nameStart(index: number): number;
  controlStart(index: number): number;
  controlEnd(index: number): number;
  /** The packet was longer than its room. */
  truncated(index: number): boolean;
}

/** EPERM, EBADF, EFAULT, EINVAL, ENOSYS, ENOTSOCK: others are the network's, and pass. */
const wrongCall = new Set([1, 9, 14, 22, 38, 88]);

const controlBytes = 256;
const nameBytes = sockaddrIn6.bytes + 4;

export function createBatch(libc: Libc, count: number, packetBytes: number): Batch {
  const data = Buffer.alloc(count * packetBytes);
  const names = Buffer.alloc(count * nameBytes);
  const control = Buffer.alloc(count * controlBytes);
  const vectors = Buffer.alloc(count * iovec.bytes);
  const headers = Buffer.alloc(count * mmsghdr.bytes);
  const [dataAt, namesAt, controlAt, vectorsAt] = [data, names, control, vectors].map((buffer) =>
    libc.address(buffer),
  ) as [bigint, bigint, bigint, bigint];
  const place = (base: bigint, index: number, size: number): bigint => base + BigInt(index * size);

  for (let index = 0; index < count; index += 1) {
    const [vector, header] = [index * iovec.bytes, index * mmsghdr.bytes];
    vectors.writeBigUInt64LE(place(dataAt, index, packetBytes), vector + iovec.base);
    vectors.writeBigUInt64LE(BigInt(packetBytes), vector + iovec.length);
    headers.writeBigUInt64LE(place(namesAt, index, nameBytes), header + mmsghdr.name);
    headers.writeBigUInt64LE(place(vectorsAt, index, iovec.bytes), header + mmsghdr.iov);
    headers.writeBigUInt64LE(1n, header + mmsghdr.iovCount);
    headers.writeBigUInt64LE(place(controlAt, index, controlBytes), header + mmsghdr.control);
  }
  // The kernel overwrites these with what it delivered.
  const arm = (used: number): void => {
    for (let header = 0; header < used * mmsghdr.bytes; header += mmsghdr.bytes) {
      headers.writeUInt32LE(nameBytes, header + mmsghdr.nameLength);
      headers.writeUInt32LE(controlBytes, header + mmsghdr.controlLength);
      headers.writeUInt32LE(0, header + mmsghdr.controlLength + 4);
      headers.writeUInt32LE(0, header + mmsghdr.flags);
      headers.writeUInt32LE(0, header + mmsghdr.received);
    }
  };
  let used = count;
  return {
    count,
    packetBytes,
    data,
    names,
    control,
    pinned: [vectors],
    fill(fd, flags) {
      arm(used);
      const came = Math.max(0, libc.recvmmsg(fd, headers, count, flags, null));
      if (came === 0 && wrongCall.has(libc.errno()))
        throw new Error(`recvmmsg: ${getSystemErrorName(-libc.errno())}`);
      // A call that found nothing may have touched the first header.
      used = Math.max(came, 1);
      return came;
    },
    dataStart: (index) => index * packetBytes,
    dataEnd: (index) =>
      index * packetBytes +
      Math.min(headers.readUInt32LE(index * mmsghdr.bytes + mmsghdr.received), packetBytes),
    nameStart: (index) => index * nameBytes,
    controlStart: (index) => index * controlBytes,
    controlEnd: (index) =>
      index * controlBytes +
      Math.min(headers.readUInt32LE(index * mmsghdr.bytes + mmsghdr.controlLength), controlBytes),
    truncated: (index) => (headers.readUInt32LE(index * mmsghdr.bytes + mmsghdr.flags) & MSG_TRUNC) !== 0,
  };
}
