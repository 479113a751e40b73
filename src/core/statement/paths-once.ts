import { dueSlots } from '../quality/path-month.js';
import { daysOf } from '../time/days.js';
import type { DueDay } from './day-figures.js';
import type { PathPart } from './document-parts.js';
import type { MonthFacts, PlanMonth } from './facts.js';
import { pathPart } from './path-part.js';
import { pathRounds, type PathRounds } from './round-digest.js';

/** A path as every statement that names it says it. */
export interface PathOnce {
  readonly part: PathPart;
  readonly rounds: PathRounds;
}

/** Each path of each plan's month, worked out when the first statement needs it. */
export function pathsOnce(facts: MonthFacts): (planMonth: PlanMonth, path: string) => PathOnce | null {
  const known = new Map<PlanMonth, ReturnType<typeof planPaths>>();
  return (planMonth, path) => {
    const paths = known.get(planMonth) ?? planPaths(planMonth, facts);
    known.set(planMonth, paths);
    return paths(path);
  };
}

function planPaths(planMonth: PlanMonth, facts: MonthFacts): (path: string) => PathOnce | null {
  const { case: monthCase, paths } = planMonth.judgement;
  const byId = new Map<string, (typeof paths)[number]>(paths.map((path) => [path.path, path]));
  const days = dueDays(planMonth, facts.asOf);
  const made = new Map<string, PathOnce>();
  return (id) => {
    const path = byId.get(id);
    if (!path) return null;
    const own = made.get(id) ?? {
      part: pathPart(path, planMonth, days),
      rounds: pathRounds(path.path, daysOf(monthCase.month), planMonth.partsOf(path.path), facts.digest),
    };
    made.set(id, own);
    return own;
  };
}

/** The days that have begun, with what was due in them until now. */
function dueDays({ judgement }: PlanMonth, asOf: number): DueDay[] {
  const { month, plan } = judgement.case;
  const slots = dueSlots(month, plan).filter((slot) => slot < asOf);
  return daysOf(month)
    .filter(({ from }) => from < asOf)
    .map((day) => ({ ...day, slots: slots.filter((slot) => day.from <= slot && slot < day.to) }));
}
