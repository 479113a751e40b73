import type { Plan } from '../../core/plan/plan.js';
import { monthOf, versionFor } from '../../core/plan/version.js';
import type { MonthCase } from '../../core/statement/case.js';
import { isMonthName, monthRule } from '../../core/time/month.js';
import type { PlanFiles } from '../plan/files.js';
import { checkObject, checkParsed } from './check.js';
import { checkCommitments } from './commitments.js';
import { checkExclusions } from './exclusions.js';
import { collectFaults, rootNode, type Fault, type Faults, type Node } from './fault.js';
import { checkHistory, checkMaintenanceUsed } from './history.js';
import { parseJson } from './json.js';
import { caseKeys } from './keys.js';
import { checkLineIntervals, checkLines } from './lines.js';
import { checkPlanOf } from './plan-of-case.js';
import { checkRounds } from './rounds.js';
import { checkBetweenServices } from './service-overlaps.js';
import { checkServices } from './services.js';

export type CaseResult =
  { readonly ok: true; readonly case: MonthCase } | { readonly ok: false; readonly faults: readonly Fault[] };

/** The text of a case → the case, or every fault of it. `folder`: what a plan file's name is relative to. */
export function readCase(text: string, files: PlanFiles, folder: string): CaseResult {
  const parsed = parseJson(text);
  if ('faults' in parsed) return { ok: false, faults: parsed.faults };
  const faults = collectFaults();
  const monthCase = checkCase(rootNode(parsed.value), files, folder, faults);
  if (monthCase === null || faults.count > 0) return { ok: false, faults: faults.list() };
  return { ok: true, case: monthCase };
}

function checkCase(root: Node, files: PlanFiles, folder: string, faults: Faults): MonthCase | null {
  const at = checkObject(root, caseKeys, faults);
  if (!at) return null;
  const name = checkParsed<{ text: string }>(
    at('month'),
    (text) => (isMonthName(text) ? { text } : { fault: `must be ${monthRule}` }),
    faults,
  );
  const whole = checkPlanOf(at('plan'), files, folder, faults);
  // Everything else is checked against the plan and the month.
  if (whole === null || name === null) return null;
  const plan = versionFor(whole, name.text);
  if (plan === null) {
    faults.add(at('month'), noVersion(whole, name.text));
    return null;
  }
  const month = monthOf(plan, name.text);
  const lines = checkLines(at('lines'), faults);
  const lineIds = new Set(listedIds(at('lines')));
  const services = checkServices(at('services'), { plan, month, lines: lineIds }, faults);
  checkBetweenServices(services, faults);
  const exclusions = checkExclusions(
    at('exclusions'),
    {
      plan,
      lines: lineIds,
      services: new Set(listedIds(at('services'))),
      customers: new Set(services.flatMap(({ terms }) => terms.customer ?? [])),
    },
    faults,
  );
  return {
    planId: whole.id,
    plan,
    month,
    lines,
    services: services.map(({ terms }) => terms),
    outages: checkLineIntervals(at('outages'), lineIds, true, faults),
    unobserved: checkLineIntervals(at('unobserved'), lineIds, false, faults),
    exclusions,
    commitments: checkCommitments(at('commitments'), faults),
    rounds: checkRounds(at('rounds'), { plan, month }, faults),
    history: checkHistory(at('history'), month, faults),
    maintenanceUsed: checkMaintenanceUsed(at('maintenanceUsed'), lineIds, faults),
  };
}

/** The ids that a list gives, also those of items with a fault: what refers to them is no fault of its own. */
function listedIds({ value }: Node): string[] {
  if (!Array.isArray(value)) return [];
  return (value as unknown[]).flatMap((item) => {
    const id = typeof item === 'object' && item !== null ? (item as { id?: unknown }).id : undefined;
    return typeof id === 'string' ? [id] : [];
  });
}

function noVersion(plan: Plan, month: string): string {
  const first = plan.versions[0]?.effectiveFrom ?? '';
  return `has no version of plan ${plan.id} in force: the first comes into force on ${first}, found ${month}`;
}
