import type { Conditions } from './conditions.js';

/** The fate of a packet that no reply comes to. */
export const noReply = -1;

/** A well-mixed 32-bit hash of `state` and `value` (the finalizer of MurmurHash3). */
const mix = (state: number, value: number): number => {
  let h = Math.imul(state ^ value, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35) + 0x9e3779b9;
  return (h ^ (h >>> 16)) >>> 0;
};

/** What all packets of one size of one round have in common: the start of each one's chances. */
export function streamKey(seed: number, address: string, startedAt: number, bytes: number): number {
  let key = mix(0x706f7073, seed >>> 0);
  for (let index = 0; index < address.length; index += 1) key = mix(key, address.charCodeAt(index));
  key = mix(key, startedAt >>> 0);
  key = mix(key, Math.floor(startedAt / 2 ** 32));
  return mix(key, bytes);
}

/**
 * The RTT in microseconds of the `index`-th packet of a stream, or `noReply`. It depends on the arguments alone, so
 * it is the same however paths interleave.
 *
 * The jitter is the sum of twelve uniforms less 6: mean 0, deviation 1, normal to within 6 deviations; integer
 * arithmetic, so every machine and every version of Node gives the same microsecond.
 */
export function fateOf(key: number, index: number, conditions: Conditions): number {
  let state = mix(key, index);
  if (conditions.down || state < conditions.loss * 2 ** 32) return noReply;
  if (conditions.jitterUs === 0) return Math.max(0, Math.floor(conditions.delayUs + 0.5));
  let sum = 0;
  for (let part = 1; part <= 6; part += 1) {
    state = mix(state, part);
    sum += (state >>> 16) + (state & 0xffff) + 1;
  }
  const deviations = sum / 65_536 - 6;
  return Math.max(0, Math.floor(conditions.delayUs + conditions.jitterUs * deviations + 0.5));
}
