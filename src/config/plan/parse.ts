import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { asPercent, compare, formatShort, ratio } from '../../core/number.js';
import type { Plan } from '../../core/plan.js';
import { type Fault, type KeyPath, type Problem, salvage, shapeFaults } from '../problem.js';
import { notFollowing, parseStrict } from '../strict.js';
import { checkPlan } from './check.js';
import { readPlan } from './codec.js';
import { planSchema, type RawPlan, type RawVersion } from './schema.js';

export type PlanResult =
  | { readonly ok: true; readonly plan: Plan; readonly warnings: readonly Problem[] }
  | { readonly ok: false; readonly problems: readonly Problem[] };

/** The text of a plan file (YAML, and so JSON) → the plan, or everything that is wrong with it. Never throws. */
export function parsePlan(text: string, file: string): PlanResult {
  const parsed = parseStrict({ text, file, schema: planSchema, check: checkPlan, warn: oddities });
  return parsed.ok ? { ok: true, plan: readPlan(parsed.value), warnings: parsed.warnings } : parsed;
}

/**
 * A plan that stands inside another document, already parsed. A case is judged by what its plan says, also where that
 * contradicts itself as a contract: only files are refused for it.
 */
export function planFromData(
  data: unknown,
): { readonly ok: true; readonly plan: Plan } | { readonly ok: false; readonly faults: readonly Fault[] } {
  const parsed = planSchema.safeParse(data, { reportInput: true });
  const faults = parsed.success ? [] : shapeFaults(planSchema, parsed.error.issues, data);
  const isFaulty = (at: KeyPath): boolean =>
    faults.some((fault) => at.every((step, depth) => fault.at[depth] === step));
  const readable = salvage(planSchema, data);
  if (readable !== undefined) {
    const between = checkPlan(readable, isFaulty).filter(({ contradiction }) => contradiction !== true);
    faults.push(...notFollowing(faults, between));
  }
  return parsed.success && faults.length === 0
    ? { ok: true, plan: readPlan(parsed.data) }
    : { ok: false, faults };
}

/** What a good plan says that a contract seldom means: for a person to look at once more. */
function oddities(plan: RawPlan): Fault[] {
  return plan.versions.flatMap((version, index) => {
    const at: KeyPath = ['versions', index];
    return [
      ...oddClasses(version, at),
      ...oddWindows(version, at),
      ...oddCredit(version, at),
      ...(version.availability.excusedBy.length === 0
        ? [
            {
              at: [...at, 'availability', 'excusedBy'],
              what: 'is empty: no maintenance and no act of the customer excuses an outage',
            },
          ]
        : []),
    ];
  });
}

function oddClasses(version: RawVersion, at: KeyPath): Fault[] {
  return version.classes.flatMap((each, index): Fault[] => {
    const here = [...at, 'classes', index];
    const promised = `${formatShort(asPercent(each.commitmentPercent), 15)} %`;
    const odd: Fault[] = [];
    if (compare(each.commitmentPercent, ratio(1n, 2n)) < 0) {
      odd.push({
        at: [...here, 'commitmentPercent'],
        what: `promises ${promised}: a percentage is meant, 99.9 and not 0.999`,
      });
    }
    const [first] = each.steps;
    if (first && compare(first.below, each.commitmentPercent) < 0) {
      odd.push({
        at: [...here, 'steps', 0, 'below'],
        what: `leaves what is below the commitment of ${promised} and not below this without a credit`,
      });
    }
    const paidByCause = version.credit.causes.some(
      ({ classes }) => classes === null || classes.includes(each.id),
    );
    // A ruling on the class says that its silence is meant.
    if (!first && !paidByCause && !version.rulings.some(({ field }) => field === `classes.${each.id}`)) {
      odd.push({ at: here, what: 'has a commitment and no credit: no step, and no cause that holds for it' });
    }
    return odd;
  });
}

function oddWindows({ measurement, availability, credit }: RawVersion, at: KeyPath): Fault[] {
  const windows = [
    ...availability.degradedIsDown.map((window, index) => ({
      window,
      here: [...at, 'availability', 'degradedIsDown', index],
    })),
    ...credit.causes.flatMap((cause, index) =>
      cause.kind === 'failed-windows' ? [{ window: cause, here: [...at, 'credit', 'causes', index] }] : [],
    ),
  ];
  return windows.flatMap(({ window, here }) =>
    window.windowMinutes < measurement.everyMinutes
      ? [
          {
            at: [...here, 'windowMinutes'],
            what: `is shorter than the ${measurement.everyMinutes} minutes between rounds: some windows have no round, and fail never`,
          },
        ]
      : [],
  );
}

function oddCredit({ credit, classes }: RawVersion, at: KeyPath): Fault[] {
  const pays =
    credit.causes.length > 0 || classes.some(({ steps }) => steps.some(({ forEvery }) => forEvery));
  if (credit.caps.length > 0 || !pays) return [];
  return [{ at: [...at, 'credit', 'caps'], what: 'is empty: nothing limits what is credited' }];
}

/** The one place that reads plan files. */
export interface PlanFiles {
  /** Ids of the plans that come with the program, sorted. */
  builtIn(): readonly string[];
  /** A built-in plan; null when there is none of that id. */
  byId(id: string): PlanResult | null;
  /** A plan file of the user's, relative to `folder`. */
  byFile(file: string, folder: string): PlanResult;
}

/** `home` is the folder that has `config/plans`: the same from the source and from the build. */
export function planFiles(home: string): PlanFiles {
  const folder = join(home, 'config', 'plans');
  const builtIn = () =>
    readdirSync(folder)
      .flatMap((name) => (name.endsWith('.yaml') ? [name.slice(0, -'.yaml'.length)] : []))
      .sort();
  return {
    builtIn,
    byId: (id) => (builtIn().includes(id) ? filesReadPlan(join(folder, `${id}.yaml`), `${id}.yaml`) : null),
    byFile: (file, from) => filesReadPlan(resolve(from, file), file),
  };
}

function filesReadPlan(file: string, name: string): PlanResult {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(file));
  } catch (error) {
    return { ok: false, problems: [unreadable(name, error)] };
  }
  return parsePlan(text, name);
}

function unreadable(file: string, error: unknown): Problem {
  const { code } = error as NodeJS.ErrnoException;
  const why = code === 'ERR_ENCODING_INVALID_ENCODED_DATA' ? 'it is not UTF-8' : (code ?? 'it is not a file');
  const what = code === 'ENOENT' ? 'there is no such file' : `can't be read: ${why}`;
  return {
    file,
    line: null,
    column: null,
    path: '',
    value: null,
    what,
    allowed: 'a plan file in YAML or JSON',
  };
}
