import type { Node } from './fault.js';

/** What a reference may name. */
export interface Known {
  has(name: string): boolean;
}

const anything: Known = { has: () => true };

/**
 * The names that a list gives under a key, also those of items with a fault: what refers to them is no fault of its
 * own. Where one can't be read, or the list itself, nothing is called unknown: it may be the one that is meant.
 */
export function knownIds(list: Node, key: string): Known {
  const values = valuesOf(list, key);
  return values?.every(isText) === true ? new Set(values) : anything;
}

/** The same for a key that may be left out. */
export function knownTexts(list: Node, key: string): Known {
  const values = valuesOf(list, key)?.filter((value) => value !== undefined);
  return values?.every(isText) === true ? new Set(values) : anything;
}

const isText = (value: unknown): value is string => typeof value === 'string';

function valuesOf({ value }: Node, key: string): unknown[] | null {
  if (!Array.isArray(value)) return null;
  return (value as unknown[]).map((item) =>
    typeof item === 'object' && item !== null && Object.hasOwn(item, key)
      ? (item as Record<string, unknown>)[key]
      : undefined,
  );
}
