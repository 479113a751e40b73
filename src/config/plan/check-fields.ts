import type { Fault, KeyPath } from '../problem.js';
import type { Salvaged } from '../shape/salvage.js';
import type { RawVersion } from './schema/schema.js';

/** Clauses and rulings speak of fields that are there: a typo would leave a rule without its source. */
export function fieldFaults(version: Salvaged<RawVersion>, at: KeyPath): Fault[] {
  return (['clauses', 'rulings'] as const).flatMap((key) => {
    const texts = version[key] as ReadonlyMap<string, unknown> | undefined;
    return [...(texts?.keys() ?? [])].flatMap((field) =>
      hasField(version, field)
        ? []
        : [
            {
              at: [...at, key, field],
              onKey: true,
              what: 'is no field of this version',
              allowed: 'a path such as availability.excusedTime or classes.single.steps',
            },
          ],
    );
  });
}

/** Walks keys, list positions (`caps[0]`) and ids of list items (`classes.single`). */
function hasField(version: unknown, field: string): boolean {
  let here = version;
  for (const step of field.replace(/\[(\d+)\]/g, '.$1').split('.')) {
    if (Array.isArray(here)) {
      const items = here as readonly ({ readonly id?: unknown } | undefined)[];
      here = /^\d+$/.test(step) ? items[Number(step)] : items.find((item) => item?.id === step);
    } else if (typeof here === 'object' && here !== null && Object.hasOwn(here, step)) {
      here = (here as Record<string, unknown>)[step];
    } else {
      return false;
    }
    if (here === undefined) return false;
  }
  return true;
}
