import { compare, type Rational } from '../../core/number/rational.js';
import type { Fault, KeyPath } from '../problem.js';
import type { Salvaged } from '../shape/salvage.js';
import { shareFaults, twice } from './check-lists.js';
import type { RawCause } from './schema/credit.js';
import type { RawVersion } from './schema/schema.js';

type DraftCause = Salvaged<RawCause>;

/** Which keys belong to which kind of cause, beside kind, id, name and classes. */
const keysOfKind: Record<
  RawCause['kind'],
  { readonly required: readonly string[]; readonly optional: readonly string[] }
> = {
  latency: { required: ['measure', 'steps'], optional: ['decimals', 'paths'] },
  loss: { required: ['measure', 'steps'], optional: ['decimals', 'paths'] },
  downtime: {
    required: ['unitMinutes', 'count'],
    optional: ['over', 'allowanceMinutes', 'percent', 'fraction'],
  },
  'failed-days': { required: ['metric'], optional: ['belowPercent', 'overPercent', 'percent', 'fraction'] },
  'long-outages': { required: ['longerThanMinutes'], optional: ['percent', 'fraction'] },
};
const common = ['kind', 'id', 'name', 'classes'];

export function causeFaults(version: Salvaged<RawVersion>, at: KeyPath): Fault[] {
  const causes = version.credit?.causes ?? [];
  const where = [...at, 'credit', 'causes'];
  const classIds = (version.classes ?? []).flatMap((each) => each?.id ?? []);
  const faults = twice(causes, where);
  for (const [index, cause] of causes.entries()) {
    if (cause === undefined) continue;
    const here = [...where, index];
    if (cause.id === 'availability') {
      faults.push({
        at: [...here, 'id'],
        what: 'is taken by the steps of the classes',
        allowed: 'another id',
      });
    }
    faults.push(
      ...keyFaults(cause, here),
      ...stepFaults(cause, here),
      ...unknownClasses(cause, classIds, here),
    );
  }
  return faults;
}

function keyFaults(cause: DraftCause, at: KeyPath): Fault[] {
  if (cause.kind === undefined) return [];
  const { kind } = cause;
  const { required, optional } = keysOfKind[kind];
  const given = Object.entries(cause).flatMap(([key, value]) => (value === undefined ? [] : [key]));
  const known = [...common, ...required, ...optional];
  const faults: Fault[] = [
    ...given
      .filter((key) => !known.includes(key))
      .map((key) => ({
        at: [...at, key],
        onKey: true,
        what: `does not belong to a cause of kind ${kind}`,
        allowed: known.join(', '),
      })),
    ...required
      .filter((key) => !given.includes(key))
      .map((key) => ({
        at: [...at, key],
        what: 'is missing',
        allowed: `a cause of kind ${kind} needs ${required.join(', ')}`,
      })),
  ];
  if (kind !== 'latency' && kind !== 'loss') faults.push(...shareFaults(cause, at));
  if (kind === 'downtime' && (cause.unitMinutes as Rational | undefined)?.n === 0n) {
    faults.push({ at: [...at, 'unitMinutes'], what: 'is 0', allowed: 'a time above 0' });
  }
  if (kind === 'failed-days' && cause.metric !== undefined) {
    const [needed, other] =
      cause.metric === 'availability'
        ? (['belowPercent', 'overPercent'] as const)
        : (['overPercent', 'belowPercent'] as const);
    if (cause[needed] === undefined) {
      faults.push({
        at: [...at, needed],
        what: 'is missing',
        allowed: `days of ${cause.metric} fail by ${needed}`,
      });
    }
    if (cause[other] !== undefined) {
      faults.push({
        at: [...at, other],
        onKey: true,
        what: `does not go with the metric ${cause.metric}`,
        allowed: needed,
      });
    }
  }
  return faults;
}

function stepFaults(cause: DraftCause, at: KeyPath): Fault[] {
  const faults: Fault[] = [];
  let before: Rational | undefined;
  for (const [index, step] of (cause.steps ?? []).entries()) {
    if (step === undefined) continue;
    const here = [...at, 'steps', index];
    faults.push(...shareFaults(step, here));
    const bounds = [step.over, step.from].filter((bound) => bound !== undefined) as Rational[];
    const [bound] = bounds;
    if (bounds.length !== 1 || bound === undefined) {
      faults.push({
        at: here,
        what: 'has no bound, or two',
        allowed: 'over: 10 (10 itself not in the step), or from: 10 (10 in it)',
      });
      continue;
    }
    if (before !== undefined && compare(bound, before) <= 0) {
      faults.push({
        at: here,
        what: 'is not beyond the step before it',
        allowed: 'steps from the mildest to the deepest',
      });
    }
    before = bound;
  }
  return faults;
}

function unknownClasses(cause: DraftCause, classIds: readonly string[], at: KeyPath): Fault[] {
  return (cause.classes ?? []).flatMap((id, index) =>
    id === undefined || classIds.includes(id)
      ? []
      : [
          {
            at: [...at, 'classes', index],
            what: 'is no class of this version',
            allowed: classIds.join(', '),
          },
        ],
  );
}
