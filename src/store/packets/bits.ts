/** Stored packets can't be decoded: they are truncated, altered, or written by a newer version. */
export class CorruptPacketsError extends Error {
  override readonly name = 'PacketsCorrupt';
}

/** Writes bits into bytes, most significant first. Values are integers from 0 below 2^53. */
export interface BitWriter {
  /** The low `width` bits of `value`; `width` may be 0 to 53. */
  bits(value: number, width: number): void;
  /** `count` ones. */
  ones(count: number): void;
  /** Elias gamma: `value` ≥ 1 in 2·⌊log2 value⌋ + 1 bits. Small numbers are short, and none is too long. */
  gamma(value: number): void;
  /** The written bits, the last byte padded with zeros. */
  bytes(): Uint8Array;
}

const byteValues = 256;

export function bitWriter(): BitWriter {
  let buffer = new Uint8Array(512);
  let length = 0;
  let pending = 0; // fewer than 8 bits, which do not fill a byte yet
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

/** Reads what `BitWriter` wrote. Every method throws a `CorruptPacketsError` at the end of the bytes. */
export interface BitReader {
  bits(width: number): number;
  /** Counts ones, up to `most`, and reads the zero that ends them; there is no zero after `most` ones. */
  ones(most: number): number;
  gamma(): number;
  bitsLeft(): number;
}

export function bitReader(bytes: Uint8Array): BitReader {
  const total = bytes.length * 8;
  // Padded, so that a whole word can be read at the end as well.
  const padded = new Uint8Array(bytes.length + 8);
  padded.set(bytes);
  const words = new DataView(padded.buffer);
  let at = 0;
  const end = (): CorruptPacketsError => new CorruptPacketsError('the packed packets end too early');
  /** At least the first 25 bits of it are the bits that come next. */
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
  /** The number of equal bits that follow, up to `most`, reading the bit that ends them; there is none after `most`. */
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
      if (zeros > 52) throw new CorruptPacketsError('the packed packets hold a number that is too large');
      return 2 ** zeros + bits(zeros);
    },
    bitsLeft: () => total - at,
  };
}

/** How many bits `value` takes: 0 for 0, 1 for 1, 2 for 2 and 3. */
function bitLength(value: number): number {
  if (value < 2 ** 32) return 32 - Math.clz32(value);
  let width = 0;
  for (let rest = value; rest >= 1; rest = Math.floor(rest / 2)) width += 1;
  return width;
}

/**
 * A block of round-trip times: the median, then each value's distance from it in a Rice code, with the parameter k
 * that makes the block shortest.
 *
 * A distance d takes 1 + k + 2|d| / 2^k bits at most. The mean of |d| about the median is never above the standard
 * deviation, so with 500 µs and k = 9 the mean is below 1 + 9 + 1000/512 < 12 bits, whatever the distribution.
 */
export const maxRttUs = 2 ** 31;

const centreWidthBits = 6;
// the width of the median, 0 to 32
const parameterBits = 6;
// k, 0 to 33
const maxParameter = 33;
/** A longer quotient continues as Elias gamma, so that one outlier can't take millions of bits. */
const maxUnary = 32;
/** Up to this parameter the distances of short quotients are 32-bit integers. */
const smallParameter = 24;

export function writeRttBlock(out: BitWriter, values: readonly number[]): void {
  if (values.length === 0) return;
  const centre = median(values);
  const folded = values.map((value) => fold(value - centre));
  const k = bestParameter(folded);
  const width = bitLength(centre);
  out.bits(width, centreWidthBits);
  out.bits(centre, width);
  out.bits(k, parameterBits);
  const unit = 2 ** k;
  for (const value of folded) {
    const quotient = Math.floor(value / unit);
    const rest = value - quotient * unit;
    if (quotient + 1 + k <= 16) {
      // Most codes are short: the ones, the zero that ends them and the remainder are written at once.
      out.bits((((1 << quotient) - 1) << (k + 1)) | rest, quotient + 1 + k);
      continue;
    }
    if (quotient < maxUnary) {
      out.ones(quotient);
      out.bits(0, 1);
    } else {
      out.ones(maxUnary);
      out.gamma(quotient - maxUnary + 1);
    }
    out.bits(rest, k);
  }
}

export function readRttBlock(from: BitReader, count: number): number[] {
  if (count === 0) return [];
  const width = from.bits(centreWidthBits);
  if (width > bitLength(maxRttUs))
    throw new CorruptPacketsError('the packed packets have an impossible median');
  const centre = from.bits(width);
  const k = from.bits(parameterBits);
  if (k > maxParameter) throw new CorruptPacketsError('the packed packets have an impossible parameter');
  const unit = 2 ** k;
  const values = new Array<number>(count);
  for (let index = 0; index < count; index += 1) {
    const ones = from.ones(maxUnary);
    const distance =
      ones < maxUnary && k <= smallParameter
        ? unfoldSmall((ones << k) | from.bits(k))
        : unfold((ones < maxUnary ? ones : maxUnary + from.gamma() - 1) * unit + from.bits(k));
    const value = centre + distance;
    if (value < 0 || value > maxRttUs)
      throw new CorruptPacketsError('the packed packets have an impossible time');
    values[index] = value;
  }
  return values;
}

function median(values: readonly number[]): number {
  const sorted = new Float64Array(values).sort();
  return sorted[sorted.length >>> 1] ?? 0;
}

/** 0, −1, 1, −2, 2 … ↔ 0, 1, 2, 3, 4 … */
const fold = (distance: number): number => (distance >= 0 ? 2 * distance : -2 * distance - 1);
const unfold = (folded: number): number => (folded % 2 === 0 ? folded / 2 : -(folded + 1) / 2);

/** The same for 32-bit integers, which nearly all values are: several times as fast. */
const unfoldSmall = (folded: number): number => (folded >>> 1) ^ -(folded & 1);

/** The smallest parameter with the shortest block. */
function bestParameter(folded: readonly number[]): number {
  let total = 0;
  for (const value of folded) total += value;
  // The best parameter is near that of the mean; the cost of others is abandoned as soon as it exceeds the best.
  let best = Math.min(maxParameter, Math.max(0, bitLength(total / folded.length) - 1));
  let bestCost = costOf(folded, best, Infinity);
  for (let k = 0; k <= maxParameter; k += 1) {
    // Every code takes at least its k bits and the one that ends the quotient, so no larger k can be better.
    if (folded.length * (k + 1) > bestCost) break;
    if (k === best) continue;
    const cost = costOf(folded, k, bestCost);
    if (cost < bestCost || (cost === bestCost && k < best)) [best, bestCost] = [k, cost];
  }
  return best;
}

/** The bits of a block without its header; some number above `most` when it takes more than that. */
function costOf(folded: readonly number[], k: number, most: number): number {
  const perUnit = 2 ** -k;
  let cost = folded.length * (k + 1);
  for (const value of folded) {
    const quotient = Math.floor(value * perUnit);
    cost += quotient < maxUnary ? quotient : maxUnary + 2 * bitLength(quotient - maxUnary + 1) - 2;
    if (cost > most) return cost;
  }
  return cost;
}
