import type { Fault, KeyPath } from './problem.js';

interface GivenTwice {
  /** The list, as the fault names it. */
  readonly list: string;
  readonly at: (index: number) => KeyPath;
  readonly allowed: string;
}

/** The values of a list's items that an earlier item has; undefined: the item has none. */
export function givenTwice(
  values: readonly (string | undefined)[],
  { list, at, allowed }: GivenTwice,
): Fault[] {
  const seen = new Map<string, number>();
  return values.flatMap((value, index): Fault[] => {
    if (value === undefined) return [];
    const first = seen.get(value);
    if (first !== undefined)
      return [{ at: at(index), what: `is given twice: ${list}[${first}] has it`, allowed }];
    seen.set(value, index);
    return [];
  });
}
