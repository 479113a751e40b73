import { PacketsCorrupt } from './corrupt.js';

/** Bits into bytes, most significant first. Values are whole numbers from 0 below 2^53. */
export interface BitWriter {
  /** The low `width` bits of `value`; `width` may be 0 to 53. */
  bits(value: number, width: number): void;
  /** `count` ones. */
  ones(count: number): void;
  /** Elias gamma: `value` ≥ 1 in 2·⌊log2 value⌋ + 1 bits. Small numbers are short, and none is too long. */
  gamma(value: number): void;
  /** What was written, the last byte filled with zeros. */
  bytes(): Uint8Array;
}

const byteValues = 256;

export function bitWriter(): BitWriter {
  let buffer = new Uint8Array(512);
  let length = 0;
  let pending = 0; // fewer than 8 bits that don't fill a byte yet
  let pendingWidth = 0;

  const byte = (value: number): void => {
    if (length === buffer.length) {
      const grown = new Uint8Array(length * 2);
      grown.set(buffer);
      buffer = grown;
    }
    buffer[length] = value;
    length += 1;
  };
  /** At most 16 bits at a time, so that no operator on 32-bit integers overflows. */
  const chunk = (value: number, width: number): void => {
    pending = (pending << width) | value;
    pendingWidth += width;
    while (pendingWidth >= 8) {
      pendingWidth -= 8;
      byte((pending >>> pendingWidth) & 0xff);
    }
    pending &= (1 << pendingWidth) - 1;
  };
  const bits = (value: number, width: number): void => {
    if (width <= 16) {
      if (width > 0) chunk(value, width);
      return;
    }
    for (let left = width; left > 0;) {
      const take = Math.min(16, left);
      left -= take;
      chunk(Math.floor(value / 2 ** left) % 2 ** take, take);
    }
  };
  return {
    bits,
    ones(count) {
      for (let left = count; left > 0; left -= 16)
        chunk(0xffff >>> (16 - Math.min(16, left)), Math.min(16, left));
    },
    gamma(value) {
      const width = bitLength(value);
      bits(0, width - 1);
      bits(value, width);
    },
    bytes() {
      const whole = new Uint8Array(pendingWidth === 0 ? length : length + 1);
      whole.set(buffer.subarray(0, length));
      if (pendingWidth > 0) whole[length] = (pending << (8 - pendingWidth)) % byteValues;
      return whole;
    },
  };
}

/** The mirror of `BitWriter`. Every method throws `PacketsCorrupt` at the end of the bytes. */
export interface BitReader {
  bits(width: number): number;
  /** Counts ones, up to `most`; the zero that ends them is read, and there is none after `most` ones. */
  ones(most: number): number;
  gamma(): number;
  bitsLeft(): number;
}

export function bitReader(bytes: Uint8Array): BitReader {
  const total = bytes.length * 8;
  // Read a word at a time, also where the bytes end.
  const padded = new Uint8Array(bytes.length + 8);
  padded.set(bytes);
  const words = new DataView(padded.buffer);
  let at = 0;
  const end = (): PacketsCorrupt => new PacketsCorrupt('the packed packets end too early');
  /** 25 bits of it at least are those that come next. */
  const word = (): number => words.getInt32(at >>> 3) << (at & 7);
  const few = (width: number): number => {
    const value = width === 0 ? 0 : word() >>> (32 - width);
    at += width;
    return value;
  };
  const bits = (width: number): number => {
    if (width > total - at) throw end();
    if (width <= 24) return few(width);
    let value = 0;
    for (let left = width; left > 0; left -= 24) {
      const take = Math.min(24, left);
      value = value * (1 << take) + few(take);
    }
    return value;
  };
  /** How many bits like this follow, up to `most`; the one that ends them is read, and there is none after `most`. */
  const run = (of: 0 | 1, most: number): number => {
    let count = 0;
    while (count < most) {
      const next = word();
      const known = 32 - (at & 7);
      const same = Math.min(Math.clz32(of === 1 ? ~next : next), known);
      const take = Math.min(same, most - count);
      count += take;
      at += take;
      if (at > total || (at === total && count < most)) throw end();
      if (same === known || count === most) continue;
      at += 1;
      return count;
    }
    return count;
  };
  return {
    bits,
    ones: (most) => run(1, most),
    gamma() {
      const zeros = run(0, 53);
      if (zeros > 52) throw new PacketsCorrupt('the packed packets hold a number that is too large');
      return 2 ** zeros + bits(zeros);
    },
    bitsLeft: () => total - at,
  };
}

/** How many bits `value` takes: 0 for 0, 1 for 1, 2 for 2 and 3. */
export function bitLength(value: number): number {
  if (value < 2 ** 32) return 32 - Math.clz32(value);
  let width = 0;
  for (let rest = value; rest >= 1; rest = Math.floor(rest / 2)) width += 1;
  return width;
}
