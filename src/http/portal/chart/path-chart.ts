import { formatInstant, startOfDay } from '../../../core/time/zone.js';
import { addDays } from '../../../core/time/date.js';
import type { EpochMs } from '../../../core/types.js';
import type { Happening } from '../customer/happenings.js';
import { acrossOf, lineOf, upOf, type Line } from './line.js';
import type { DrawnSlot } from './slots.js';

export interface PathChartOptions {
  readonly slots: readonly DrawnSlot[];
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
  readonly zone: string;
  readonly commitmentUs: number | null;
  readonly happenings: readonly Happening[];
}

interface Tick {
  readonly at: number;
  readonly label: string;
}

export interface PathChart {
  readonly width: number;
  readonly height: number;
  readonly plot: {
    readonly left: number;
    readonly top: number;
    readonly width: number;
    readonly height: number;
  };
  readonly loss: { readonly top: number; readonly height: number; readonly mostPercent: number };
  readonly line: Line;
  readonly lost: readonly {
    readonly x: number;
    readonly y: number;
    readonly width: number;
    readonly height: number;
  }[];
  readonly committed: number | null;
  readonly across: readonly Tick[];
  readonly up: readonly Tick[];
  readonly spans: readonly { readonly what: Happening['what']; readonly x: number; readonly width: number }[];
}

/** The latency over its commitment, loss below it, and what happened, on one axis of time; drawn without any script. */
export function pathChart({
  slots,
  from,
  to,
  everyMs,
  zone,
  commitmentUs,
  happenings,
}: PathChartOptions): PathChart {
  const [width, height] = [900, 320];
  const plot = { left: 52, top: 12, width: width - 64, height: 200 };
  const loss = { top: 240, height: 44 };
  const time = { from, to, box: plot };
  const across = acrossOf(time);
  const values = slots.flatMap(({ us }) => us ?? []);
  const all = commitmentUs === null ? values : [...values, commitmentUs];
  const ticks = niceTicks(
    all.length === 0 ? 0 : Math.min(...all),
    all.length === 0 ? 1000 : Math.max(...all),
  );
  const scale = { least: ticks[0] ?? 0, most: ticks.at(-1) ?? 1, box: plot };
  const up = upOf(scale);
  const mostPpm = Math.max(10_000, ...slots.map(({ lossPpm }) => lossPpm ?? 0));
  return {
    ...{ width, height, plot },
    loss: { ...loss, mostPercent: Math.ceil(mostPpm / 10_000) },
    line: lineOf({ slots, value: ({ us }) => us, everyMs, ...time, ...scale }),
    lost: slots.flatMap(({ at, lossPpm }) => {
      if (lossPpm === null || lossPpm === 0) return [];
      const high = Math.max(1, Math.round((loss.height * lossPpm) / (Math.ceil(mostPpm / 10_000) * 10_000)));
      const wide = Math.max(1.5, (plot.width * everyMs) / (to - from) - 1);
      return [
        { x: across(at), y: loss.top + loss.height - high, width: Math.round(wide * 10) / 10, height: high },
      ];
    }),
    committed: commitmentUs === null ? null : up(commitmentUs),
    across: timeTicks(from, to, zone).map(({ at, label }) => ({ at: across(at), label })),
    up: ticks.map((us) => ({ at: up(us), label: String(us / 1000) })),
    spans: happenings.map(({ what, ...one }) => {
      const [start, end] = [across(one.from), across(one.to ?? to)];
      return { what, x: start, width: Math.max(1.5, Math.round((end - start) * 10) / 10) };
    }),
  };
}

/** Round values, in microseconds, that hold both ends; four to eight of them. */
function niceTicks(low: number, high: number): number[] {
  const span = Math.max(high - low, high * 0.1, 200);
  const power = 10 ** Math.floor(Math.log10(span / 4));
  const step = [1, 2, 5, 10].map((one) => one * power).find((one) => span / one <= 6) ?? 10 * power;
  const first = Math.max(0, Math.floor((low - span * 0.1) / step)) * step;
  const ticks: number[] = [];
  for (let tick = first; tick < high + step; tick += step) ticks.push(tick);
  return ticks;
}

/** Hours of a day, else days, by the wall clock there. */
function timeTicks(
  from: EpochMs,
  to: EpochMs,
  zone: string,
): { readonly at: EpochMs; readonly label: string }[] {
  const days = Math.round((to - from) / 86_400_000);
  const ticks: { at: EpochMs; label: string }[] = [];
  const every = days <= 10 ? 1 : 4;
  let count = 0;
  for (let day = formatInstant(from, zone).slice(0, 10); ; day = addDays(day, 1)) {
    const start = startOfDay(day, zone);
    if (start >= to) break;
    if (days > 2) {
      if (start >= from && count++ % every === 0) ticks.push({ at: start, label: day.slice(5) });
    } else {
      for (let hour = 0; hour < 24; hour += 4) {
        const at = start + hour * 3_600_000;
        if (at >= from && at < to) ticks.push({ at, label: formatInstant(at, zone).slice(11, 16) });
      }
    }
  }
  return ticks;
}
