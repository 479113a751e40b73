import { percentile } from '../../../core/measurement/spread.js';
import type { SpelledPacket } from '../../../render/rounds/packets.js';
import type { DrawnSlot, ShownRound } from '../chart/slots.js';
import type { Ask } from '../page.js';

const sorted = (values: readonly number[]): Float64Array => Float64Array.from(values).sort();
const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : Math.round(values.reduce((sum, one) => sum + one, 0) / values.length);

export interface Percentiles {
  readonly count: number;
  readonly minUs: number;
  readonly p50Us: number;
  readonly p95Us: number;
  readonly p99Us: number;
  readonly maxUs: number;
}

function percentilesOf(values: readonly number[]): Percentiles | null {
  if (values.length === 0) return null;
  const all = sorted(values);
  return {
    count: all.length,
    minUs: Math.round(all[0] ?? 0),
    p50Us: Math.round(percentile(all, 50)),
    p95Us: Math.round(percentile(all, 95)),
    p99Us: Math.round(percentile(all, 99)),
    maxUs: Math.round(all.at(-1) ?? 0),
  };
}

/** How the latencies of rounds spread; null: there are none. */
export const spreadOfRounds = (slots: readonly DrawnSlot[]): Percentiles | null =>
  percentilesOf(slots.flatMap(({ us }) => us ?? []));

/** Each size over the rounds held, every round weighing the same. */
export function sizeRows(rounds: readonly ShownRound[]) {
  const held = rounds.filter(({ status }) => status === 'ok').flatMap(({ sizes }) => sizes);
  return [...new Set(held.map(({ bytes }) => bytes))]
    .sort((a, b) => a - b)
    .map((bytes) => {
      const own = held.filter((size) => size.bytes === bytes && size.sent > 0);
      return {
        ...{ bytes, rounds: own.length },
        meanUs: mean(own.flatMap(({ rttMeanUs }) => rttMeanUs ?? [])),
        minUs: least(own.flatMap(({ rttMinUs }) => rttMinUs ?? [])),
        maxUs: most(own.flatMap(({ rttMaxUs }) => rttMaxUs ?? [])),
        lossPpm: mean(own.map(({ sent, lost }) => (lost * 1_000_000) / sent)),
      };
    });
}

const least = (values: readonly number[]): number | null =>
  values.reduce<number | null>((found, one) => (found === null || one < found ? one : found), null);
const most = (values: readonly number[]): number | null =>
  values.reduce<number | null>((found, one) => (found === null || one > found ? one : found), null);

/** The packets of a round by size; null: they are not kept. */
export async function packetSpread(ask: Ask, path: string, slot: string) {
  type Size = { readonly bytes: number; readonly packets: readonly SpelledPacket[] };
  const answer = await ask<{ readonly sizes: readonly Size[] }>('getRoundPackets', { query: { path, slot } });
  if (answer === null) return null;
  const rows = answer.sizes.map(({ bytes, packets }) => {
    const back = packets.filter((one) => typeof one === 'number');
    const sent = packets.filter((one) => typeof one !== 'object' || one === null || !('notSent' in one));
    return { bytes, sent: sent.length, lost: sent.length - back.length, spread: percentilesOf(back) };
  });
  return { slot, rows };
}
