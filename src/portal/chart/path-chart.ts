import { addDays, formatInstant, startOfDay } from '../../core/time/calendar.js';
import { slotsBetween } from '../../core/time/slot.js';
import type { EpochMs } from '../../core/types.js';
import type { TimelineEvent } from '../customer/ticket.js';

/** What the API says of a round, as far as it is drawn. */
export interface ShownRound {
  readonly slot: string;
  readonly status: string;
  readonly sizes: readonly {
    readonly bytes: number;
    readonly sent: number;
    readonly lost: number;
    readonly received: number;
    readonly rttMeanUs: number | null;
    readonly rttMinUs: number | null;
    readonly rttMaxUs: number | null;
  }[];
}

/** A due slot as it is drawn; null: not measured, or nothing came back. It decides nothing. */
export interface DrawnSlot {
  readonly at: EpochMs;
  /** Whether a round is held of it. */
  readonly held: boolean;
  readonly us: number | null;
  /** In parts of a million. */
  readonly lossPpm: number | null;
}

const mean = (values: readonly number[]): number | null =>
  values.length === 0 ? null : values.reduce((sum, one) => sum + one, 0) / values.length;

interface SlotsOptions {
  readonly rounds: readonly ShownRound[];
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
}

/** Every slot of a stretch, those without a round too: what nobody measured is a gap, and never a zero. */
export function drawnSlots({ rounds, from, to, everyMs }: SlotsOptions): DrawnSlot[] {
  const found = new Map(rounds.map((round) => [Date.parse(round.slot), round]));
  return slotsBetween(from, to, everyMs).map((at) => {
    const round = found.get(at);
    const sizes = round?.status === 'ok' ? round.sizes.filter(({ sent }) => sent > 0) : [];
    return {
      at,
      held: sizes.length > 0,
      us: mean(sizes.flatMap(({ rttMeanUs }) => rttMeanUs ?? [])),
      lossPpm: mean(sizes.map(({ sent, lost }) => (lost * 1_000_000) / sent)),
    };
  });
}

interface StepsOptions {
  /** Of the API: only the steps that have a round. */
  readonly points: readonly {
    readonly at: string;
    readonly rounds: number;
    readonly latencyUs: number | null;
    readonly lossPpm: number;
  }[];
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly stepMs: number;
}

/** A stretch of slots as one point of a line, with how many rounds are held in it. */
interface DrawnStep extends DrawnSlot {
  readonly rounds: number;
}

/** Every step of a stretch, those without a round too. */
export function drawnSteps({ points, from, to, stepMs }: StepsOptions): DrawnStep[] {
  const found = new Map(points.map((point) => [Date.parse(point.at), point]));
  const steps: DrawnStep[] = [];
  for (let at = from; at < to; at += stepMs) {
    const { rounds = 0, latencyUs = null, lossPpm = null } = found.get(at) ?? {};
    steps.push({ at, held: rounds > 0, rounds, us: latencyUs, lossPpm });
  }
  return steps;
}

/** Where a chart is drawn, in units of its view box. */
interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface LineOptions {
  readonly slots: readonly DrawnSlot[];
  readonly value: (slot: DrawnSlot) => number | null;
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
  /** The value at the upper edge; the lower edge is `least`. */
  readonly least: number;
  readonly most: number;
  readonly box: Box;
}

interface Line {
  /** A path for each stretch without a gap. */
  readonly paths: readonly string[];
  readonly gaps: readonly { readonly x: number; readonly width: number }[];
}

const short = (value: number): number => Math.round(value * 10) / 10;

/** From an instant to where it stands. */
function acrossOf({ from, to, box }: Pick<LineOptions, 'from' | 'to' | 'box'>) {
  return (at: EpochMs): number =>
    short(box.left + (box.width * (Math.min(Math.max(at, from), to) - from)) / Math.max(1, to - from));
}

/** From a value to where it stands; what is over the edge stands at the edge. */
function upOf({ least, most, box }: Pick<LineOptions, 'least' | 'most' | 'box'>) {
  const span = Math.max(1e-9, most - least);
  return (value: number): number =>
    short(box.top + box.height * (1 - Math.min(1, Math.max(0, (value - least) / span))));
}

/** A line with its gaps: each slot is drawn in the middle of its time. */
function lineOf(options: LineOptions): Line {
  const { slots, value, everyMs } = options;
  const [across, up] = [acrossOf(options), upOf(options)];
  const paths: string[] = [];
  const gaps: { x: number; width: number }[] = [];
  let run: string[] = [];
  let gap: EpochMs | null = null;
  const endRun = (): void => {
    // One alone is a dot: the line has round ends.
    if (run.length > 0) paths.push(run.length === 1 ? `M${run[0] ?? ''}h.01` : `M${run.join('L')}`);
    run = [];
  };
  const endGap = (at: EpochMs): void => {
    if (gap !== null) gaps.push({ x: across(gap), width: short(across(at) - across(gap)) });
    gap = null;
  };
  for (const slot of slots) {
    const one = value(slot);
    if (one === null) {
      endRun();
      gap ??= slot.at;
    } else {
      endGap(slot.at);
      run.push(`${across(slot.at + everyMs / 2)} ${up(one)}`);
    }
  }
  endRun();
  endGap((slots.at(-1)?.at ?? 0) + everyMs);
  return { paths, gaps };
}

interface PathChartOptions {
  readonly slots: readonly DrawnSlot[];
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly everyMs: number;
  readonly zone: string;
  readonly commitmentUs: number | null;
  readonly happenings: readonly TimelineEvent[];
}

interface Tick {
  readonly at: number;
  readonly label: string;
}

interface PathChart {
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
  readonly spans: readonly {
    readonly what: TimelineEvent['what'];
    readonly x: number;
    readonly width: number;
  }[];
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
  const mostPercent = lossTop(Math.max(0, ...slots.map(({ lossPpm }) => lossPpm ?? 0)));
  return {
    width,
    height,
    plot,
    loss: { ...loss, mostPercent },
    line: lineOf({ slots, value: ({ us }) => us, everyMs, ...time, ...scale }),
    lost: slots.flatMap(({ at, lossPpm }) => {
      if (lossPpm === null || lossPpm === 0) return [];
      const high = Math.max(1, Math.round((loss.height * lossPpm) / (mostPercent * 10_000)));
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

/** A round figure over the most that was lost, in percent; of a hundred packets no more than all can be. */
const lossTop = (ppm: number): number => [1, 2, 5, 10, 20, 50].find((most) => most * 10_000 >= ppm) ?? 100;

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

export interface Sparkline extends Line {
  readonly width: number;
  readonly height: number;
  /** Where the commitment stands; null: none is promised. */
  readonly committed: number | null;
  readonly held: number;
  readonly due: number;
}

interface SparklineOptions {
  readonly points: readonly DrawnStep[];
  readonly from: EpochMs;
  readonly to: EpochMs;
  readonly stepMs: number;
  /** How often the path is measured. */
  readonly everyMs: number;
  readonly commitmentUs: number | null;
}

/** The latency of a day in a few lines' height. */
export function sparklineOf({
  points,
  from,
  to,
  stepMs,
  everyMs,
  commitmentUs,
}: SparklineOptions): Sparkline {
  const [width, height] = [160, 34];
  const box = { left: 1, top: 3, width: width - 2, height: height - 6 };
  const values = points.flatMap(({ us }) => us ?? []);
  const all = commitmentUs === null ? values : [...values, commitmentUs];
  const [low, high] = [Math.min(...all), Math.max(...all)];
  // What hardly changes is drawn flat: a twentieth is the least that fills the height.
  const pad = Math.max((high - low) * 0.1, high * 0.025);
  const scale = { least: low - pad, most: high + pad, box };
  const line = lineOf({ slots: points, value: ({ us }) => us, from, to, everyMs: stepMs, ...scale });
  return {
    ...line,
    width,
    height,
    committed: commitmentUs === null ? null : upOf(scale)(commitmentUs),
    held: points.reduce((sum, { rounds }) => sum + rounds, 0),
    due: slotsBetween(from, to, everyMs).length,
  };
}
