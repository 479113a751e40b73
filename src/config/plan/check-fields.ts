import { compare, ratio, type Rational } from '../../core/number.js';
import type { Share } from '../../core/share.js';
import type { Fault, KeyPath, Salvaged } from '../problem.js';
import type { RawVersion } from './schema.js';

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

/** A share as it was read: `percent` is that number, `fraction` a part of 1. */
interface DraftShare {
  readonly percent?: unknown;
  readonly fraction?: unknown;
}

/** A credit or cap says its part of the rent one way, and it is some of it. */
export function shareFaults(share: DraftShare | undefined, at: KeyPath, mostPercent = 100): Fault[] {
  if (share === undefined) return [];
  const given = (['percent', 'fraction'] as const).filter((key) => share[key] !== undefined);
  const [key] = given;
  if (given.length !== 1 || key === undefined) {
    return [
      {
        at,
        what: given.length === 0 ? 'says no part of the rent' : 'says its part of the rent twice',
        allowed: 'percent: 5, or fraction: 1/30',
      },
    ];
  }
  const of = sizeOf(share);
  if (of === null) return [];
  const where = [...at, key];
  if (of.n === 0n) {
    return [{ at: where, what: 'is nothing', allowed: 'a part of the rent above 0', contradiction: true }];
  }
  if (compare(of, ratio(BigInt(mostPercent), 100n)) > 0) {
    return [
      {
        at: where,
        what: 'is more than all of the rent that it is a part of',
        allowed: `at most ${mostPercent} %`,
        contradiction: true,
      },
    ];
  }
  return [];
}

/** The part of 1 that a share is; null where it can't be read, or is said twice. */
function sizeOf({ percent, fraction }: DraftShare): Rational | null {
  if ((fraction === undefined) === (percent === undefined)) return null;
  if (fraction !== undefined) return (fraction as Share).of;
  const { n, d } = percent as Rational;
  return ratio(n, d * 100n);
}

interface DraftStep extends DraftShare {
  readonly over?: unknown;
  readonly from?: unknown;
  readonly forEvery?: unknown;
  readonly count?: unknown;
  readonly atMostPercent?: unknown;
  readonly atMostFraction?: unknown;
}

/** `atMost…` says what it says one way, and has something to bound: in a step only with `forEvery`. */
export function atMostFaults(draft: DraftStep | object, at: KeyPath, always: boolean): Fault[] {
  const step = draft as DraftStep;
  const faults: Fault[] = [];
  const given = (['atMostPercent', 'atMostFraction'] as const).filter((key) => step[key] !== undefined);
  if (given.length === 2) {
    faults.push({
      at: [...at, 'atMostFraction'],
      onKey: true,
      what: 'says again what atMostPercent says',
      allowed: 'one of them',
    });
  }
  const bound = sizeOf({ percent: step.atMostPercent, fraction: step.atMostFraction });
  const [key] = given;
  if (bound?.n === 0n && key !== undefined) {
    faults.push({ at: [...at, key], what: 'is nothing', allowed: 'a part of the rent above 0' });
  }
  if (always || step.forEvery !== undefined) return faults;
  return [
    ...faults,
    ...(['count', ...given] as const).flatMap((each) =>
      step[each] === undefined
        ? []
        : [
            {
              at: [...at, each],
              onKey: true,
              what: 'goes with forEvery only',
              allowed: 'forEvery: 0.1 beside it',
            },
          ],
    ),
  ];
}

/** Steps over a figure: each has one bound, beyond the one before it, and gives no less. */
export function stepFaults(steps: readonly (DraftStep | undefined)[], at: KeyPath): Fault[] {
  if (steps.length === 0) return [{ at, what: 'is empty', allowed: 'at least one step' }];
  const faults: Fault[] = [];
  let before: DraftStep | undefined;
  for (const [index, step] of steps.entries()) {
    if (step === undefined) continue;
    const here = [...at, index];
    faults.push(...shareFaults(step, here), ...atMostFaults(step, here, false));
    const bound = boundOf(step);
    if (bound === null) {
      faults.push({
        at: here,
        what: 'has no bound, or two',
        allowed: 'over: 10 (10 itself not in the step), or from: 10 (10 in it)',
      });
      continue;
    }
    const last = before && boundOf(before);
    // The same bound twice is two steps only as `from` and then `over`, which begins just above it.
    const order = last ? compare(bound, last) : 1;
    const follows = order > 0 || (order === 0 && before?.from !== undefined && step.over !== undefined);
    if (!follows) {
      faults.push({
        at: here,
        what: 'is not beyond the step before it',
        allowed: 'steps from the mildest to the deepest',
      });
    }
    if (before) faults.push(...paysLess(before, step, here));
    before = step;
  }
  return faults;
}

function boundOf({ over, from }: DraftStep): Rational | null {
  const given = [over, from].filter((bound) => bound !== undefined) as Rational[];
  return given.length === 1 ? (given[0] ?? null) : null;
}

/** A deeper step that pays less than a milder one contradicts it. By the unit, only what one unit gives is compared. */
export function paysLess(
  before: DraftShare,
  step: DraftShare & { readonly forEvery?: unknown },
  at: KeyPath,
): Fault[] {
  const [milder, deeper] = [sizeOf(before), sizeOf(step)];
  const perUnit = step.forEvery !== undefined || (before as DraftStep).forEvery !== undefined;
  if (perUnit || milder === null || deeper === null || compare(deeper, milder) >= 0) return [];
  // More than all of the rent is a fault of the milder step itself.
  if (compare(milder, ratio(1n)) > 0) return [];
  return [
    {
      at: [...at, step.fraction === undefined ? 'percent' : 'fraction'],
      what: 'gives less than the milder step before it',
      allowed: 'a deeper step gives no less',
      contradiction: true,
    },
  ];
}

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
