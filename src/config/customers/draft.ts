import type { Plan } from '../../core/plan.js';
import type { LocalDate } from '../../core/time/calendar.js';
import type { PlanFiles, PlanResult } from '../plan/parse.js';
import { type Fault, formatProblem, type KeyPath, type Salvaged } from '../problem.js';
import type { RawCustomers } from './schema.js';

/** What can be read of the file; the faults of its single keys are reported already. */
export type Draft = Salvaged<RawCustomers>;
type DraftService = NonNullable<NonNullable<Draft['services']>[number]>;

/** What the file is checked against. */
export interface Surroundings {
  readonly pops: readonly string[];
  /** By id; those the file brings with it among them. */
  readonly plans: ReadonlyMap<string, Plan>;
}

type TermKey = 'plan' | 'class' | 'lines' | 'paths' | 'rent' | 'currency' | 'taxPercent';

/** The terms that hold from one day to the next change, and where each of them was written. */
export interface DraftTerms {
  readonly service: string | undefined;
  readonly site: string | undefined;
  readonly at: KeyPath;
  readonly from: LocalDate | undefined;
  readonly to: LocalDate | undefined;
  readonly values: { readonly [K in TermKey]?: DraftService[K] };
  /** Where a value stands: in the change, or where it was said last. */
  readonly placeOf: (key: TermKey) => KeyPath;
  /** The values that this change itself says. */
  readonly givenKeys: readonly TermKey[];
}

const termKeys: readonly TermKey[] = ['plan', 'class', 'lines', 'paths', 'rent', 'currency', 'taxPercent'];

/** A service through its changes; what a change leaves out stays as it was. */
function termsOfDraft(service: DraftService, at: KeyPath): DraftTerms[] {
  const changes = service.changes ?? [];
  const steps = [
    { at, from: service.start, given: service },
    ...changes.map((change, index) => ({
      at: [...at, 'changes', index],
      from: change?.from,
      given: change ?? {},
    })),
  ];
  const places = new Map<TermKey, KeyPath>();
  let values: Record<string, unknown> = {};
  return steps.map((step, index) => {
    const givenKeys = termKeys.filter((key) => step.given[key] !== undefined);
    for (const key of givenKeys) places.set(key, [...step.at, key]);
    values = { ...values, ...Object.fromEntries(givenKeys.map((key) => [key, step.given[key]])) };
    const here = new Map(places);
    return {
      service: service.id,
      site: service.site,
      at: step.at,
      from: step.from,
      to: steps[index + 1]?.from ?? service.end,
      values,
      placeOf: (key) => here.get(key) ?? [...step.at, key],
      givenKeys,
    };
  });
}

/** Every service of the file through its changes. */
export function allTerms(draft: Draft): DraftTerms[][] {
  return (draft.services ?? []).map((service, index) =>
    service === undefined ? [] : termsOfDraft(service, ['services', index]),
  );
}

interface Days {
  readonly from?: LocalDate | undefined;
  readonly to?: LocalDate | undefined;
}

/** Half-open days with a day in common; false where a first day can't be read. */
export function overlap(a: Days, b: Days): boolean {
  if (a.from === undefined || b.from === undefined) return false;
  return (a.to === undefined || b.from < a.to) && (b.to === undefined || a.from < b.to);
}

/** Where plans come from: those built in, and files beside the file of customers. */
export interface PlanSource {
  builtIn(): readonly string[];
  byId(id: string): PlanResult | null;
  byFile(file: string): PlanResult;
}

/** Plan files whose names start at `folder`. */
export const plansFrom = (files: PlanFiles, folder: string): PlanSource => ({
  builtIn: () => files.builtIn(),
  byId: (id) => files.byId(id),
  byFile: (file) => files.byFile(file, folder),
});

/** Every plan that services may name; one of a file may not have the id of another. */
export function planFilesOf(
  draft: Draft,
  source: PlanSource,
): { readonly plans: ReadonlyMap<string, Plan>; readonly faults: Fault[] } {
  const plans = new Map<string, Plan>();
  for (const id of source.builtIn()) {
    const result = source.byId(id);
    if (result?.ok === true) plans.set(id, result.plan);
  }
  const faults = (draft.plans ?? []).flatMap((file, index): Fault[] => {
    if (file === undefined) return [];
    const at = ['plans', index];
    const result = source.byFile(file);
    if (!result.ok) return result.problems.map((one) => ({ at, what: `is no plan: ${formatProblem(one)}` }));
    if (plans.has(result.plan.id)) {
      return [
        {
          at,
          what: `has the id of another plan, ${result.plan.id}`,
          allowed: 'an id of its own for each plan',
        },
      ];
    }
    plans.set(result.plan.id, result.plan);
    return [];
  });
  return { plans, faults };
}
