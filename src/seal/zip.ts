import { crc32, deflateRawSync, inflateRawSync } from 'node:zlib';

/** A file in a pack. */
export interface Member {
  /** Letters, digits, ".", "-", "_" and "/"; no way out of a folder. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** A file as it lies in the archive. */
export interface PackedMember {
  readonly name: string;
  /** The bytes in the archive: deflated or as they are. */
  readonly packed: Uint8Array;
  readonly deflated: boolean;
  readonly crc: number;
  readonly size: number;
}

/** What is no archive as this program writes them; says where. */
export class ArchiveError extends Error {
  override readonly name = 'ArchiveFault';
}

const nameRule = /^(?!.*(?:^|\/)\.{1,2}(?:\/|$))[A-Za-z0-9._-]+(?:\/[A-Za-z0-9._-]+)*$/;
export const isMemberName = (name: string): boolean => name.length <= 200 && nameRule.test(name);

/** More than any month of one service takes; a small archive can't claim to hold the world. */
const maxMembers = 10_000;
const maxBytes = 1024 * 2 ** 20;

/** Of 10 MB of packets the highest one takes 20 times as long for 6 % less. */
const level = 4;

export function packMember({ name, content }: Member): PackedMember {
  if (!isMemberName(name)) throw new RangeError(`${name} is no name of a file in a pack`);
  const packed = deflateRawSync(content, { level });
  const deflated = packed.length < content.length;
  return { name, packed: deflated ? packed : content, deflated, crc: crc32(content), size: content.length };
}

/** The bytes of a member. Throws `ArchiveError` where they are not what the archive says of them. */
export function unpackMember({ name, packed, deflated, crc, size }: PackedMember): Uint8Array {
  const content = deflated ? inflated(name, packed, size) : packed;
  if (content.length !== size) throw new ArchiveError(`${name} is not as long as the archive says`);
  if (crc32(content) !== crc) throw new ArchiveError(`${name} was changed: its check sum is another`);
  return content;
}

function inflated(name: string, packed: Uint8Array, size: number): Uint8Array {
  try {
    return inflateRawSync(packed, { maxOutputLength: Math.max(1, size) });
  } catch (error) {
    throw new ArchiveError(`${name} was changed: it can't be unpacked`, { cause: error });
  }
}

/** 1 January 1980, midnight: archives are the same whenever they are made. */
const dosDate = 0x21;
const localMark = 0x04034b50;
const centralMark = 0x02014b50;
const endMark = 0x06054b50;

const method = (member: PackedMember): number => (member.deflated ? 8 : 0);

/**
 * The one archive of these members in this order (APPNOTE 6.3.10: local headers with sizes, central directory, end
 * record; no comments, no extra fields, no gaps). Every tool reads it, and there is no byte in it that could be
 * another: whoever reads one back can write it again and compare.
 */
export function writeArchive(members: readonly PackedMember[]): Buffer {
  const local: Buffer[] = [];
  const central: Buffer[] = [];
  let offset = 0;
  for (const member of members) {
    const name = Buffer.from(member.name, 'ascii');
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0); // needed to read it: version 2.0
    common.writeUInt16LE(method(member), 4);
    common.writeUInt16LE(dosDate, 8);
    common.writeUInt32LE(member.crc, 10);
    common.writeUInt32LE(member.packed.length, 14);
    common.writeUInt32LE(member.size, 18);
    common.writeUInt16LE(name.length, 22);
    const head = Buffer.concat([mark(localMark), common, name]);
    local.push(head, Buffer.from(member.packed));
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(offset, 10);
    central.push(mark(centralMark), Buffer.from([20, 0]), common, rest, name);
    offset += head.length + member.packed.length;
  }
  const directory = Buffer.concat(central);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(members.length, 4);
  end.writeUInt16LE(members.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...local, directory, mark(endMark), end]);
}

function mark(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

/** Reads what `writeArchive` wrote, to the last byte. Throws `ArchiveError` for anything else. */
export function readArchive(bytes: Uint8Array): PackedMember[] {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const members: PackedMember[] = [];
  const names = new Set<string>();
  let total = 0;
  let at = 0;
  while (at + 30 <= buffer.length && buffer.readUInt32LE(at) === localMark) {
    const packedSize = buffer.readUInt32LE(at + 18);
    const size = buffer.readUInt32LE(at + 22);
    const nameEnd = at + 30 + buffer.readUInt16LE(at + 26);
    const end = nameEnd + packedSize;
    if (end > buffer.length)
      throw new ArchiveError('the archive ends in the middle of a file: it was cut off');
    const name = buffer.toString('latin1', at + 30, nameEnd);
    if (!isMemberName(name))
      throw new ArchiveError(`the archive has a file with an impossible name at byte ${at}`);
    if (names.has(name)) throw new ArchiveError(`the archive has ${name} twice`);
    names.add(name);
    total += size;
    if (names.size > maxMembers || total > maxBytes)
      throw new ArchiveError('the archive claims to hold too much');
    members.push({
      name,
      size,
      packed: buffer.subarray(nameEnd, end),
      deflated: buffer.readUInt16LE(at + 8) === 8,
      crc: buffer.readUInt32LE(at + 14),
    });
    at = end;
  }
  if (members.length === 0) throw new ArchiveError('this is no archive');
  const again = writeArchive(members);
  const different = firstDifference(buffer, again);
  if (different !== null)
    throw new ArchiveError(`the archive was changed at byte ${different}, or what is around it`);
  return members;
}

function firstDifference(a: Buffer, b: Buffer): number | null {
  if (a.equals(b)) return null;
  const shorter = Math.min(a.length, b.length);
  for (let at = 0; at < shorter; at += 1) if (a[at] !== b[at]) return at;
  return shorter;
}
