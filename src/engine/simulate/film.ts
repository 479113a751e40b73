import type { Interval } from '../../core/time/intervals.js';
import type { EpochMs } from '../../core/types.js';
import { merge } from '../../core/time/intervals.js';

/**
 * Time with stretches cut out, in which nothing happens that a watch would write down. On the film, scene follows
 * scene without a break; in the history there is time between them.
 */
export interface Film {
  /** In the history. */
  readonly scenes: readonly Interval[];
  /** From an instant on the film to that of the history. A splice belongs to the scene behind it. */
  readonly outer: (inner: EpochMs) => EpochMs;
  /** From an instant of the history to that on the film; one that was cut out: the splice. */
  readonly inner: (outer: EpochMs) => EpochMs;
}

export interface FilmOptions {
  readonly period: Interval;
  /** Where something happens. */
  readonly moments: readonly Interval[];
  /** What is kept of the time before and behind a moment. */
  readonly beforeMs: number;
  readonly afterMs: number;
  /** What is cut out is a multiple of this: whatever comes again and again comes at the same instants behind it. */
  readonly rhythmMs: number;
}

export function cutFilm({ period, moments, beforeMs, afterMs, rhythmMs }: FilmOptions): Film {
  const kept = merge(
    [{ from: period.from, to: period.from }, ...moments, { from: period.to, to: period.to }].map(
      ({ from, to }) => ({
        from: Math.max(period.from, from - beforeMs),
        to: Math.min(period.to, to + afterMs),
      }),
    ),
  );
  const scenes: Interval[] = [];
  for (const { from, to } of kept) {
    const before = scenes[scenes.length - 1];
    if (!before) scenes.push({ from, to });
    else {
      const cut = Math.floor((from - before.to) / rhythmMs) * rhythmMs;
      scenes.push({ from: before.to + cut, to });
    }
  }
  return filmOf(scenes);
}

function filmOf(scenes: readonly Interval[]): Film {
  let cutBefore = 0;
  const placed = scenes.map((scene, index) => {
    cutBefore += scene.from - (scenes[index - 1]?.to ?? scene.from);
    return { scene, cut: cutBefore, innerFrom: scene.from - cutBefore, innerTo: scene.to - cutBefore };
  });
  const lastWhere = (
    holds: (one: (typeof placed)[number]) => boolean,
  ): (typeof placed)[number] | undefined => {
    // By halves: it is asked for every echo.
    let [low, high] = [0, placed.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const one = placed[middle];
      if (one && holds(one)) low = middle + 1;
      else high = middle;
    }
    return placed[Math.max(0, low - 1)];
  };
  return {
    scenes,
    outer: (inner) => inner + (lastWhere((one) => one.innerFrom <= inner)?.cut ?? 0),
    inner: (outer) => {
      const one = lastWhere(({ scene }) => scene.from <= outer);
      if (!one) return outer;
      return outer > one.scene.to ? one.innerTo : outer - one.cut;
    },
  };
}

/** The least common multiple of whole numbers. */
export function rhythmOf(parts: readonly number[]): number {
  const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
  return parts.reduce((all, part) => (all / divisor(all, part)) * part, 1);
}
