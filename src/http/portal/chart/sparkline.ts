import type { EpochMs } from '../../../core/types.js';
import { lineOf, upOf, type Line } from './line.js';
import type { DrawnSlot } from './slots.js';

export interface Sparkline extends Line {
  readonly width: number;
  readonly height: number;
  /** Where the commitment stands; null: none is promised. */
  readonly committed: number | null;
  readonly held: number;
  readonly due: number;
}

export interface SparklineOptions {
  readonly slots: readonly DrawnSlot[];
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
  readonly commitmentUs: number | null;
}

/** The latency of a day in a few lines' height. */
export function sparklineOf({ slots, from, to, everyMs, commitmentUs }: SparklineOptions): Sparkline {
  const [width, height] = [160, 34];
  const box = { left: 1, top: 3, width: width - 2, height: height - 6 };
  const values = slots.flatMap(({ us }) => us ?? []);
  const all = commitmentUs === null ? values : [...values, commitmentUs];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  // What hardly changes is drawn flat: a twentieth is the least that fills the height.
  const pad = Math.max((high - low) * 0.1, high * 0.025);
  const scale = { least: low - pad, most: high + pad, box };
  const line = lineOf({ slots, value: ({ us }) => us, from, to, everyMs, ...scale });
  return {
    ...{ ...line, width, height, committed: commitmentUs === null ? null : upOf(scale)(commitmentUs) },
    ...{ held: slots.filter(({ held }) => held).length, due: slots.length },
  };
}
