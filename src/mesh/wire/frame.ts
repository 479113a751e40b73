import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

export const refusals = [
  'unreadable', // no message of ours, or cut off, or altered on the way
  'version', // of a format that this program does not know
  'invalid', // its rows are none
  'forged', // it says that it is another PoP's than the one that may send it
  'refused', // the store can't take its rows, whatever else it is given
] as const;
export type Refusal = (typeof refusals)[number];

/** A message whose rows can not be taken, now or ever, by this program. */
export class WireFormatError extends Error {
  override readonly name = 'Refused';
  constructor(
    readonly reason: Refusal,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * A message's bytes: `PS` · version (1) · how the head is packed (1) · CRC-32 of what follows (4) · length of the packed
 * head (4) · the head, JSON in UTF-8 · the packets of its rounds one after the other, in the bytes of the store, which
 * no packing makes shorter. Numbers are big-endian.
 */
interface Frame {
  readonly version: number;
  readonly head: unknown;
  readonly packets: Uint8Array;
}

const magic = [0x50, 0x53] as const;
const fixedBytes = 12;
const packings = { plain: 0, deflate: 1 } as const;
/** More than any message of ours unpacks to: what is more wants to fill the memory. */
const maxHeadBytes = 16 * 2 ** 20;

/** The same head and packets give the same bytes. */
export function encodeFrame({ version, head, packets }: Frame): Uint8Array {
  const plain = Buffer.from(JSON.stringify(head));
  const packed = deflateRawSync(plain, { level: constants.Z_DEFAULT_COMPRESSION });
  const isShorter = packed.length < plain.length;
  const chosen = isShorter ? packed : plain;
  const bytes = Buffer.allocUnsafe(fixedBytes + chosen.length + packets.length);
  bytes.set([...magic, version, isShorter ? packings.deflate : packings.plain]);
  bytes.writeUInt32BE(chosen.length, 8);
  bytes.set(chosen, fixedBytes);
  bytes.set(packets, fixedBytes + chosen.length);
  bytes.writeUInt32BE(crc32(bytes.subarray(8)), 4);
  return bytes;
}

/** Throws `WireFormatError`: `unreadable`, and `version` where `isKnown` says no. */
export function decodeFrame(given: Uint8Array, isKnown: (version: number) => boolean): Frame {
  const bytes = Buffer.from(given.buffer, given.byteOffset, given.byteLength);
  if (bytes.length < fixedBytes || bytes[0] !== magic[0] || bytes[1] !== magic[1])
    throw new WireFormatError('unreadable', 'these are no rows of an agent');
  const version = bytes.readUInt8(2);
  if (!isKnown(version)) throw new WireFormatError('version', `the format ${version} is not known here`);
  if (crc32(bytes.subarray(8)) !== bytes.readUInt32BE(4))
    throw new WireFormatError('unreadable', 'the check sum differs: cut off or altered');
  const end = fixedBytes + bytes.readUInt32BE(8);
  if (end > bytes.length) throw new WireFormatError('unreadable', 'the head is cut off');
  const head = unpack(bytes.readUInt8(3), bytes.subarray(fixedBytes, end));
  try {
    return { version, head: JSON.parse(head.toString('utf8')), packets: bytes.subarray(end) };
  } catch (error) {
    throw new WireFormatError('unreadable', 'the head is no JSON', { cause: error });
  }
}

function unpack(packing: number, head: Buffer): Buffer {
  if (packing === packings.plain) return head;
  if (packing !== packings.deflate)
    throw new WireFormatError('unreadable', `the packing ${packing} is not known here`);
  try {
    return inflateRawSync(head, { maxOutputLength: maxHeadBytes });
  } catch (error) {
    throw new WireFormatError('unreadable', 'the head can not be unpacked', { cause: error });
  }
}
