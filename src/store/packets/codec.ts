import type { PacketOutcome } from '../../core/measurement/packet.js';
import type { SizeSample } from '../../core/measurement/round.js';
import { bitReader, bitWriter, type BitReader, type BitWriter } from './bits.js';
import { PacketsCorrupt } from './corrupt.js';
import { crc16 } from './crc.js';
import { readKinds, writeKinds, type Kind } from './outcomes.js';
import { maxRttUs, readRttBlock, writeRttBlock } from './rice.js';

/**
 * A round's packets in few bytes, without loss: at most 1.6 bytes a packet in rounds of 100 packets a size whose RTTs'
 * standard deviation is up to 0.5 ms (`rice.ts` says why).
 *
 * version (1 byte) · CRC-16 of what follows (2 bytes) · bits: gamma(number of sizes + 1), then for each size
 * gamma(bytes + 1), gamma(duplicates + 1), gamma(mismatched + 1), `1` where it has as many packets as the size before
 * it or else `0` gamma(packets + 1), the kinds, the RTTs of the received, the RTTs of the late.
 */
const version = 1;
const headBytes = 3;

/** Throws `RangeError` where an RTT is not a whole number from 0 to 2^31 µs, or a count not one from 0. */
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

/** Throws `PacketsCorrupt` for anything that `encodePackets` did not give. */
export function decodePackets(bytes: Uint8Array): SizeSample[] {
  if (bytes[0] === undefined) throw new PacketsCorrupt('there are no packed packets');
  if (bytes[0] !== version) {
    throw new PacketsCorrupt(`the packed packets are of version ${bytes[0]}; this program reads ${version}`);
  }
  const body = bytes.subarray(headBytes);
  const sum = ((bytes[1] ?? 0) << 8) | (bytes[2] ?? 0);
  if (bytes.length < headBytes || crc16(body) !== sum) {
    throw new PacketsCorrupt('the packed packets are damaged: their check sum differs');
  }
  return readSizes(bitReader(body));
}

/** The bits behind the check sum, which a wrong file may have by chance: nothing here may hang or take much memory. */
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
  if (from.bitsLeft() >= 8) throw new PacketsCorrupt('the packed packets have bytes behind their end');
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

/** Every size and every packet takes a bit at least: a greater count is damage, found before anything is allocated. */
function atMost(from: BitReader, count: number): number {
  if (count > from.bitsLeft()) throw new PacketsCorrupt('the packed packets end too early');
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
