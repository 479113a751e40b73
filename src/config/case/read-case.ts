import type { Plan } from '../../core/plan/plan.js';
import { monthOf, versionFor } from '../../core/plan/version.js';
import { servicesInMonth, type MonthCase } from '../../core/statement/case.js';
import { currentRuleSet } from '../../core/statement/rule-set.js';
import { isMonthName, monthAfter, monthRule } from '../../core/time/month.js';
import type { EpochMs } from '../../core/types.js';
import type { PlanFiles } from '../plan/files.js';
import { checkObject, checkParsed } from './check.js';
import { checkCommitments, checkPathClasses } from './commitments.js';
import { checkExclusions } from './exclusions.js';
import { childNode, collectFaults, rootNode, type Fault, type Faults, type Node } from './fault.js';
import { checkHistory, checkMaintenanceUsed } from './history.js';
import { parseJson } from './json.js';
import { caseKeys } from './keys.js';
import { knownIds, knownTexts } from './known.js';
import { checkLineIntervals, checkLines } from './lines.js';
import { checkPlanOf } from './plan-of-case.js';
import { checkRounds } from './rounds.js';
import type { Rules } from './rules.js';
import { checkBetweenServices } from './service-overlaps.js';
import { checkServices } from './services.js';

export type CaseResult =
  | { readonly ok: true; readonly case: MonthCase; readonly notes: readonly Fault[] }
  | { readonly ok: false; readonly faults: readonly Fault[] };

/** The text of a case → the case with what is odd in it, or every fault of it. `folder`: what a plan file's name is relative to. */
export function readCase(text: string, files: PlanFiles, folder: string): CaseResult {
  const parsed = parseJson(text);
  if ('faults' in parsed) return { ok: false, faults: parsed.faults };
  const faults = collectFaults();
  const monthCase = checkCase(rootNode(parsed.value), files, folder, faults);
  if (monthCase === null || faults.count > 0) return { ok: false, faults: faults.list() };
  noteOutside(rootNode(parsed.value), monthCase, faults);
  return { ok: true, case: monthCase, notes: faults.notes() };
}

/** What lies in another month counts for nothing: a slip of the year should not pass in silence. */
function noteOutside(
  root: Node,
  { month, services, outages, unobserved, exclusions }: MonthCase,
  faults: Faults,
): void {
  const from = Math.min(month.from, ...services.map(({ period }) => period.from));
  const at = (key: string): Node => childNode(root, key, (root.value as Record<string, unknown>)[key]);
  for (const [key, intervals] of Object.entries({ outages, unobserved, exclusions })) {
    for (const [index, interval] of intervals.entries()) {
      if (interval.from < month.to && interval.to > from) continue;
      faults.note(childNode(at(key), index, null), `lies outside of ${month.name}, and counts for nothing`);
    }
  }
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
  const rules = whole && name && rulesOf(whole, name.text, at('month'), faults);
  const lines = checkLines(at('lines'), faults);
  const lineIds = knownIds(at('lines'), 'id');
  const services = checkServices(at('services'), { rules, lines: lineIds }, faults);
  checkBetweenServices(services, rules && rules.month, faults);
  const exclusions = checkExclusions(
    at('exclusions'),
    {
      rules,
      lines: lineIds,
      services: knownIds(at('services'), 'id'),
      customers: knownTexts(at('services'), 'customer'),
    },
    faults,
  );
  const terms = services.flatMap((service) => service.terms ?? []);
  const facts = {
    lines,
    pathOrder: terms.flatMap(({ paths }) => paths),
    services: whole && rules ? servicesInMonth(terms, rules.month, { joinsAt: joinOf(whole, rules) }) : [],
    outages: checkLineIntervals(at('outages'), lineIds, true, faults),
    unobserved: checkLineIntervals(at('unobserved'), lineIds, false, faults),
    exclusions,
    commitments: checkCommitments(at('commitments'), faults),
    dscp: checkPathClasses(at('paths'), faults),
    rounds: checkRounds(at('rounds'), rules, faults),
    history: checkHistory(
      at('history'),
      { month: name?.text ?? null, plan: rules && rules.plan, terms },
      faults,
    ),
    maintenanceUsed: checkMaintenanceUsed(at('maintenanceUsed'), lineIds, faults),
  };
  return whole && rules && { ruleSet: currentRuleSet, planId: whole.id, ...rules, ...facts };
}

/** When the month before ended, where a version with another time zone judged it; null: in the same one, or in none. */
function joinOf(plan: Plan, { month }: Rules): EpochMs | null {
  const before = versionFor(plan, monthAfter(month.name, -1));
  if (before === null || before.timeZone === month.zone) return null;
  return monthOf(before, monthAfter(month.name, -1)).to;
}

/** The version that judges the month, and the month in its time zone; null, with its fault, where there is none. */
function rulesOf(plan: Plan, month: string, node: Node, faults: Faults): Rules | null {
  const version = versionFor(plan, month);
  if (version !== null) return { plan: version, month: monthOf(version, month) };
  faults.add(node, noVersion(plan, month));
  return null;
}

function noVersion(plan: Plan, month: string): string {
  const first = plan.versions[0]?.effectiveFrom ?? '';
  return `has no version of plan ${plan.id} in force: the first comes into force on ${first}, found ${month}`;
}
