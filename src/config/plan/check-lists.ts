import type { Fault, KeyPath } from '../problem.js';

/** Ids that stand twice in a list. */
export function twice(
  items: readonly ({ readonly id?: string | undefined } | undefined)[],
  at: KeyPath,
): Fault[] {
  const seen = new Set<string>();
  return items.flatMap((item, index): Fault[] => {
    if (item?.id === undefined) return [];
    if (seen.has(item.id))
      return [{ at: [...at, index, 'id'], what: 'is given twice', allowed: 'each id once' }];
    seen.add(item.id);
    return [];
  });
}

/** A credit or cap says its part of the rent one way. */
export function shareFaults(
  share: { readonly percent?: unknown; readonly fraction?: unknown } | undefined,
  at: KeyPath,
): Fault[] {
  if (share === undefined) return [];
  const given = [share.percent, share.fraction].filter((each) => each !== undefined).length;
  if (given === 1) return [];
  return [
    {
      at,
      what: given === 0 ? 'says no part of the rent' : 'says its part of the rent twice',
      allowed: 'percent: 5, or fraction: 1/30',
    },
  ];
}
