import type {
  IcmpErrorKind,
  NotSentReason,
  PacketOutcome,
  SizeSample,
} from '../../core/measurement/round.js';
import {
  type BitReader,
  bitReader,
  type BitWriter,
  bitWriter,
  maxRttUs,
  CorruptPacketsError,
  readRttBlock,
  writeRttBlock,
} from './bits.js';

/**
 * The results of packets that were not received, which take few bits when they are few. Each is the distance to the one
 * before it and its kind: `0` lost, `10` late, `110` + 4 bits error, `111` + 4 bits not sent.
 */

/** The numbers are part of the stored format: a new word gets a new number, and existing numbers never change. */
const errorNumbers: Record<IcmpErrorKind, number> = {
  'net-unreachable': 0,
  'host-unreachable': 1,
  'protocol-unreachable': 2,
  'port-unreachable': 3,
  'packet-too-big': 4,
  'admin-prohibited': 5,
  'time-exceeded': 6,
  'parameter-problem': 7,
  'source-quench': 8,
  redirect: 9,
  other: 15,
};
const reasonNumbers: Record<NotSentReason, number> = {
  'no-permission': 0,
  'no-buffer': 1,
  'too-big': 2,
  'interface-down': 3,
  'no-source-address': 4,
  'no-route': 5,
  'host-unreachable': 6,
  aborted: 7,
  'in-flight': 8,
  other: 15,
};
const numberBits = 4;

/** A packet's result; its RTT, where it has one, is in a separate block. */
type Kind =
  | { readonly kind: 'received' | 'late' | 'lost' }
  | Extract<PacketOutcome, { readonly kind: 'error' | 'not-sent' }>;

const received: Kind = { kind: 'received' };

function writeKinds(out: BitWriter, packets: readonly PacketOutcome[]): void {
  out.gamma(packets.reduce((count, packet) => (packet.kind === 'received' ? count : count + 1), 1));
  let before = -1;
  packets.forEach((packet, index) => {
    if (packet.kind === 'received') return;
    out.gamma(index - before);
    before = index;
    switch (packet.kind) {
      case 'lost':
        out.bits(0b0, 1);
        break;
      case 'late':
        out.bits(0b10, 2);
        break;
      case 'error':
        out.bits(0b110, 3);
        out.bits(errorNumbers[packet.error], numberBits);
        break;
      case 'not-sent':
        out.bits(0b111, 3);
        out.bits(reasonNumbers[packet.reason], numberBits);
        break;
    }
  });
}

function readKinds(from: BitReader, count: number): Kind[] {
  const others = from.gamma() - 1;
  if (others > count) throw new CorruptPacketsError('the packed packets hold more outcomes than packets');
  const kinds = new Array<Kind>(count).fill(received);
  let index = -1;
  for (let left = others; left > 0; left -= 1) {
    index += from.gamma();
    if (index >= count) throw new CorruptPacketsError('the packed packets hold more outcomes than packets');
    kinds[index] = readKind(from);
  }
  return kinds;
}

function readKind(from: BitReader): Kind {
  switch (from.ones(3)) {
    case 0:
      return { kind: 'lost' };
    case 1:
      return { kind: 'late' };
    case 2:
      return { kind: 'error', error: word(errorNumbers, from.bits(numberBits)) };
    default:
      return { kind: 'not-sent', reason: word(reasonNumbers, from.bits(numberBits)) };
  }
}

/** A newer program may know more words than this one; the bytes keep them. */
function word<Word extends string>(numbers: Record<Word, number>, number: number): Word | 'other' {
  for (const name in numbers) if (numbers[name] === number) return name;
  return 'other';
}

const polynomial = 0x1021;

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 0x8000 ? ((crc << 1) ^ polynomial) & 0xffff : crc << 1;
  return crc;
});

/** CRC-16/CCITT-FALSE. */
export function crc16(bytes: Uint8Array): number {
  let crc = 0xffff;
  for (const byte of bytes) crc = ((crc << 8) & 0xffff) ^ (table[(crc >>> 8) ^ byte] ?? 0);
  return crc;
}

/**
 * Encodes a round's packets without loss: at most 1.6 bytes per packet in rounds of 100 packets a size whose RTTs have
 * a standard deviation of up to 0.5 ms (`bits.ts` says why). Format: version (1 byte) · CRC-16 of the rest (2 bytes) ·
 * bits: gamma(number of sizes + 1), then for each size gamma(bytes + 1), gamma(duplicates + 1), gamma(mismatched + 1),
 * `1` if it has as many packets as the size before it or else `0` gamma(packets + 1), the kinds, the RTTs of the
 * received, the RTTs of the late.
 */
const version = 1;
const headBytes = 3;

/** Throws a `RangeError` when an RTT is not an integer from 0 to 2^31 µs, or a count is negative or not an integer. */
export function encodePackets(sizes: readonly SizeSample[]): Uint8Array {
  const out = bitWriter();
  out.gamma(sizes.length + 1);
  let packetsBefore = 0;
  for (const size of sizes) {
    out.gamma(whole('bytes', size.bytes, maxCount) + 1);
    out.gamma(whole('duplicates', size.duplicates, maxCount) + 1);
    out.gamma(whole('mismatched', size.mismatched, maxCount) + 1);
    writeLength(out, size.packets.length, packetsBefore);
    packetsBefore = size.packets.length;
    writeKinds(out, size.packets);
    writeRttBlock(out, rtts(size.packets, 'received'));
    writeRttBlock(out, rtts(size.packets, 'late'));
  }
  const body = out.bytes();
  const bytes = new Uint8Array(headBytes + body.length);
  bytes[0] = version;
  new DataView(bytes.buffer).setUint16(1, crc16(body));
  bytes.set(body, headBytes);
  return bytes;
}

/** Throws a `CorruptPacketsError` for bytes that `encodePackets` did not produce. */
export function decodePackets(bytes: Uint8Array): SizeSample[] {
  if (bytes[0] === undefined) throw new CorruptPacketsError('there are no packed packets');
  if (bytes[0] !== version) {
    throw new CorruptPacketsError(
      `the packed packets are of version ${bytes[0]}; this program reads ${version}`,
    );
  }
  const body = bytes.subarray(headBytes);
  const sum = ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
  if (bytes.length < headBytes || crc16(body) !== sum) {
    throw new CorruptPacketsError('the packed packets are damaged: their check sum differs');
  }
  return readSizes(bitReader(body));
}

/**
 * Reads the bits after the checksum, which a wrong file can match by chance: nothing here may hang or allocate much
 * memory.
 */
function readSizes(from: BitReader): SizeSample[] {
  const count = atMost(from, from.gamma() - 1);
  const sizes: SizeSample[] = [];
  for (let index = 0; index < count; index += 1) {
    const bytes = from.gamma() - 1;
    const duplicates = from.gamma() - 1;
    const mismatched = from.gamma() - 1;
    const length = readLength(from, sizes[index - 1]?.packets.length ?? 0);
    const kinds = readKinds(from, atMost(from, length));
    const inTime = readRttBlock(from, kinds.filter(({ kind }) => kind === 'received').length);
    const late = readRttBlock(from, kinds.filter(({ kind }) => kind === 'late').length);
    sizes.push({ bytes, packets: withTimes(kinds, inTime, late), duplicates, mismatched });
  }
  if (from.bitsLeft() >= 8) throw new CorruptPacketsError('the packed packets have bytes behind their end');
  return sizes;
}

function withTimes(
  kinds: readonly Kind[],
  received: readonly number[],
  late: readonly number[],
): PacketOutcome[] {
  let [nextReceived, nextLate] = [0, 0];
  return kinds.map((outcome) => {
    switch (outcome.kind) {
      case 'received':
        return { kind: 'received', rttUs: received[nextReceived++] ?? 0 };
      case 'late':
        return { kind: 'late', rttUs: late[nextLate++] ?? 0 };
      case 'lost':
        return { kind: 'lost' };
      case 'error':
      case 'not-sent':
        return outcome;
    }
  });
}

function writeLength(out: BitWriter, length: number, before: number): void {
  out.bits(length === before ? 1 : 0, 1);
  if (length !== before) out.gamma(length + 1);
}

function readLength(from: BitReader, before: number): number {
  return from.bits(1) === 1 ? before : from.gamma() - 1;
}

/**
 * Every size and packet takes at least one bit: a greater count is corrupt, and is rejected before anything is
 * allocated.
 */
function atMost(from: BitReader, count: number): number {
  if (count > from.bitsLeft()) throw new CorruptPacketsError('the packed packets end too early');
  return count;
}

function rtts(packets: readonly PacketOutcome[], kind: 'received' | 'late'): number[] {
  const values: number[] = [];
  for (const packet of packets)
    if (packet.kind === kind) values.push(whole('an RTT', packet.rttUs, maxRttUs));
  return values;
}

const maxCount = 2 ** 32;

function whole(what: string, value: number, most: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw new RangeError(`${what} must be a whole number from 0 to ${most}, not ${value}`);
}
