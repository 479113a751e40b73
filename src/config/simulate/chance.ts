/** Chances that come again with the same seed and name, whatever else was drawn. */
export interface Chance {
  /** In [0, 1). */
  share(): number;
  /** A whole number in [from, to]. */
  whole(from: number, to: number): number;
  /** A number in [from, to). */
  between(from: number, to: number): number;
  pick<T>(of: readonly T[]): T;
  /** Some of them, each at most once, in an order of chance. */
  some<T>(of: readonly T[], count: number): T[];
}

/** A 32-bit generator (mulberry32), begun by the seed and the name (FNV-1a). */
export function chanceOf(seed: number, name: string): Chance {
  let state = 0x811c9dc5 ^ seed;
  for (const letter of `${seed}/${name}`) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  const share = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number): number => from + Math.floor(share() * (to - from + 1));
  const pick = <T>(of: readonly T[]): T => {
    const chosen = of[whole(0, of.length - 1)];
    if (chosen === undefined) throw new RangeError('there is nothing to pick from');
    return chosen;
  };
  return {
    share,
    whole,
    between: (from, to) => from + share() * (to - from),
    pick,
    some: (of, count) => {
      const left = [...of];
      return Array.from({ length: Math.min(count, of.length) }, () => {
        const [taken] = left.splice(whole(0, left.length - 1), 1);
        return taken as (typeof of)[number];
      });
    },
  };
}
