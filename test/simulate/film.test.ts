import { describe, expect, test } from 'vitest';
import { cutFilm, rhythmOf } from '../../src/simulate/watch.js';

const second = 1000;
const options = { beforeMs: 20 * second, afterMs: 40 * second, rhythmMs: 10 * second };

describe('a film', () => {
  test('keeps what is around each moment, and cuts out multiples of the rhythm', () => {
    const film = cutFilm({
      ...options,
      period: { from: 0, to: 1_000_000 },
      moments: [{ from: 200_123, to: 230_000 }],
    });
    expect(film.scenes).toEqual([
      { from: 0, to: 40_000 },
      { from: 180_000, to: 270_000 },
      { from: 980_000, to: 1_000_000 },
    ]);
    for (const [index, { from }] of film.scenes.slice(1).entries())
      expect((from - (film.scenes[index]?.to ?? 0)) % options.rhythmMs).toBe(0);
  });

  test('has no splice between moments that are close together', () => {
    const moments = [
      { from: 300_000, to: 300_000 },
      { from: 350_000, to: 350_000 },
    ];
    const { scenes } = cutFilm({ ...options, period: { from: 0, to: 1_000_000 }, moments });
    expect(scenes).toHaveLength(3);
  });

  test('finds each instant of a scene again; what was cut out is the splice', () => {
    const film = cutFilm({
      ...options,
      period: { from: 1_000, to: 1_000_000 },
      moments: [
        { from: 200_000, to: 200_000 },
        { from: 600_500, to: 600_500 },
      ],
    });
    for (const { from, to } of film.scenes)
      for (const at of [from, from + 1, (from + to) / 2, to - 1]) expect(film.outer(film.inner(at))).toBe(at);
    const [first, second] = film.scenes;
    expect(film.inner(100_000)).toBe(film.inner(first?.to ?? NaN));
    expect(film.outer(film.inner(100_000))).toBe(second?.from);
    expect(film.inner(film.scenes[2]?.from ?? NaN) - film.inner(second?.to ?? NaN)).toBe(0);
  });
});

test('a rhythm is what all parts of it fit into', () => {
  expect(rhythmOf([500, 200, 10_000, 50])).toBe(10_000);
  expect(rhythmOf([300, 200])).toBe(600);
  expect(rhythmOf([7])).toBe(7);
});
