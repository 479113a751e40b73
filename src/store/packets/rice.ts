import { bitLength, type BitReader, type BitWriter } from './bits.js';
import { PacketsCorrupt } from './corrupt.js';

/**
 * A block of round-trip times: the median, then each value's distance from it in a Rice code, with the parameter k
 * that makes the block shortest.
 *
 * A distance d takes 1 + k + 2|d| / 2^k bits at most. The mean of |d| about the median is never above the standard
 * deviation, so with 500 µs and k = 9 the mean is below 1 + 9 + 1000/512 < 12 bits, whatever the distribution.
 */
export const maxRttUs = 2 ** 31;

const centreWidthBits = 6; // the width of the median, 0 to 32
const parameterBits = 6; // k, 0 to 33
const maxParameter = 33;
/** From here on the quotient goes on as Elias gamma, so that one outlier can't take millions of bits. */
const maxUnary = 32;
/** Up to this the distances of short quotients are 32-bit integers. */
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
      // Most are short: ones, the zero that ends them, and the rest at once.
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
  if (width > bitLength(maxRttUs)) throw new PacketsCorrupt('the packed packets have an impossible median');
  const centre = from.bits(width);
  const k = from.bits(parameterBits);
  if (k > maxParameter) throw new PacketsCorrupt('the packed packets have an impossible parameter');
  const unit = 2 ** k;
  const values = new Array<number>(count);
  for (let index = 0; index < count; index += 1) {
    const ones = from.ones(maxUnary);
    const distance =
      ones < maxUnary && k <= smallParameter
        ? unfoldSmall((ones << k) | from.bits(k))
        : unfold((ones < maxUnary ? ones : maxUnary + from.gamma() - 1) * unit + from.bits(k));
    const value = centre + distance;
    if (value < 0 || value > maxRttUs) throw new PacketsCorrupt('the packed packets have an impossible time');
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

/** The same, of 32-bit integers: nearly all there ever are, and several times as fast. */
const unfoldSmall = (folded: number): number => (folded >>> 1) ^ -(folded & 1);

/** The smallest of those that make the shortest block. */
function bestParameter(folded: readonly number[]): number {
  let total = 0;
  for (const value of folded) total += value;
  // Near the mean is the best one, or nearly: others give up as soon as they take more.
  let best = Math.min(maxParameter, Math.max(0, bitLength(total / folded.length) - 1));
  let bestCost = costOf(folded, best, Infinity);
  for (let k = 0; k <= maxParameter; k += 1) {
    // Every code has its k bits and the one that ends the quotient: no longer k can win from here on.
    if (folded.length * (k + 1) > bestCost) break;
    if (k === best) continue;
    const cost = costOf(folded, k, bestCost);
    if (cost < bestCost || (cost === bestCost && k < best)) [best, bestCost] = [k, cost];
  }
  return best;
}

/** The bits of a block without its head; any number above `most` where it takes more than that. */
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
