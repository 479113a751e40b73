import type { Fault, KeyPath } from '../problem.js';
import type { Salvaged } from '../shape/salvage.js';
import { twice } from './check-lists.js';
import type { RawVersion } from './schema/schema.js';

/** Clauses and rulings speak of fields that are there: a typo would leave a rule without its source. */
export function fieldFaults(version: Salvaged<RawVersion>, at: KeyPath): Fault[] {
  const clauses = version.clauses as ReadonlyMap<string, unknown> | undefined;
  const rulings = version.rulings ?? [];
  return [
    ...[...(clauses?.keys() ?? [])].flatMap((field) =>
      noField(version, field, [...at, 'clauses', field], true),
    ),
    ...twice(rulings, [...at, 'rulings']),
    ...rulings.flatMap((ruling, index) =>
      ruling?.field === undefined
        ? []
        : noField(version, ruling.field, [...at, 'rulings', index, 'field'], false),
    ),
  ];
}

function noField(version: Salvaged<RawVersion>, field: string, at: KeyPath, onKey: boolean): Fault[] {
  if (hasField(version, field)) return [];
  const allowed = 'a path such as availability.excusedTime or classes.single.steps';
  return [{ at, onKey, what: 'is no field of this version', allowed }];
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
