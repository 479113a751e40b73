import { monthsBefore, servedIn } from '../../core/credit/caps.js';
import { multiply, parseDecimal, ratio, type Rational, zero } from '../../core/number.js';
import { monthOf, type Plan, type PlanVersion, versionFor } from '../../core/plan.js';
import {
  type Commitment,
  type MonthCase,
  type PastCredit,
  servicesInMonth,
  type ServiceTerms,
} from '../../core/statement/case.js';
import { currentRuleSet } from '../../core/statement/rule-set.js';
import { isMonthName, monthAfter, monthRule } from '../../core/time/calendar.js';
import type { EpochMs, PathId } from '../../core/types.js';
import { type PlanFiles, planFromData, type PlanResult } from '../plan/parse.js';
import { formatProblem } from '../problem.js';
import { dscpRule, readDscp } from '../scalars/dscp.js';
import {
  caseKeys,
  checkCount,
  checkList,
  checkObject,
  checkParsed,
  checkText,
  commitmentKeys,
  historyKeys,
  maintenanceUsedKeys,
  pathKeys,
} from './check.js';
import { checkExclusions } from './exclusions.js';
import {
  childNode,
  collectFaults,
  type Fault,
  type Faults,
  found,
  type Node,
  parseJson,
  pathOf,
  rootNode,
} from './json.js';
import {
  checkAmount,
  checkCurrency,
  checkPath,
  type Known,
  knownIds,
  knownTexts,
  type Rules,
} from './values.js';
import {
  checkBetweenServices,
  checkLineId,
  checkLineIntervals,
  checkLines,
  checkServices,
} from './services.js';
import { checkRounds } from './rounds.js';

const rule = 'must be milliseconds above 0 in quotes, with at most three decimals, as "35.000"';

function checkCommitments(list: Node, faults: Faults): Commitment[] {
  const seen = new Set<string>();
  return checkList(list, faults).flatMap((node) => {
    const at = checkObject(node, commitmentKeys, faults);
    if (!at) return [];
    const path = checkPath(at('path'), faults);
    const latency = checkParsed<{ us: Rational }>(at('latencyMs'), parseLatency, faults);
    if (path !== null && seen.has(path)) {
      faults.add(at('path'), `is committed twice: ${found(path)} stands above`);
    }
    if (path !== null) seen.add(path);
    return path === null || latency === null ? [] : [{ path, latencyUs: latency.us }];
  });
}

/** The code points of paths, for plans with targets by class of traffic. */
function checkPathClasses(list: Node, faults: Faults): ReadonlyMap<PathId, number> {
  const seen = new Map<PathId, number>();
  for (const node of checkList(list, faults)) {
    const at = checkObject(node, pathKeys, faults);
    const path = at && checkPath(at('path'), faults);
    const read = at && readDscp(at('dscp').value);
    if (at && at('dscp').value !== undefined && typeof read !== 'number') {
      faults.add(at('dscp'), `must be ${dscpRule}, found ${found(at('dscp').value)}`);
    }
    if (path === null || typeof read !== 'number') continue;
    if (seen.has(path)) faults.add(node, `is given twice: ${found(path)} stands above`);
    seen.set(path, read);
  }
  return seen;
}

function parseLatency(text: string) {
  const decimal = parseDecimal(text);
  if (!decimal) return { fault: rule };
  if (decimal.value.n <= zero.n) return { fault: `is not above 0: ${rule}` };
  if (decimal.places > 3) return { fault: `has more than three decimals: ${rule}` };
  return { us: multiply(decimal.value, ratio(1000n)) };
}

type CaseResult =
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

/** The plan of a case: a built-in one by its id, a file, or the whole of it. */
function checkPlanOf(node: Node, files: PlanFiles, folder: string, faults: Faults): Plan | null {
  const { value } = node;
  if (value === undefined) return null;
  if (typeof value === 'string') {
    const result = files.byId(value);
    if (result === null) {
      faults.add(
        node,
        `is no built-in plan: must be one of ${files.builtIn().join(', ')}, found ${found(value)}`,
      );
      return null;
    }
    return planOrFaults(result, node, faults);
  }
  if (typeof value === 'object' && value !== null && Object.hasOwn(value, 'file')) {
    const at = checkObject(node, { required: ['file'] }, faults);
    const file = at && checkText(at('file'), faults, 4096);
    return at && file !== null ? planOrFaults(files.byFile(file, folder), at('file'), faults) : null;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    faults.add(node, `must be the id of a built-in plan, a plan, or {"file": "path"}, found ${found(value)}`);
    return null;
  }
  const result = planFromData(value);
  if (result.ok) return result.plan;
  for (const fault of result.faults) {
    const at = fault.at.reduce<Node>((parent, key) => childNode(parent, key, undefined), node);
    faults.addAt(
      pathOf(at),
      fault.allowed === undefined ? fault.what : `${fault.what}; allowed: ${fault.allowed}`,
    );
  }
  return null;
}

function planOrFaults(result: PlanResult, node: Node, faults: Faults): Plan | null {
  if (result.ok) return result.plan;
  for (const problem of result.problems)
    faults.add(node, `is a plan with a fault: ${formatProblem(problem)}`);
  return null;
}

/** What services were billed and credited in earlier months: the memory of a cap over more than a month. */
function checkHistory(list: Node, context: HistoryContext, faults: Faults): PastCredit[] {
  const { month } = context;
  checkGiven(list, context, faults);
  return readHistory(list, month, faults);
}

interface HistoryContext {
  readonly month: string | null;
  readonly plan: PlanVersion | null;
  readonly terms: readonly ServiceTerms[];
}

/** A cap over a longer time without the months before would be one over this month, and nobody would see it. */
function checkGiven(list: Node, { month, plan, terms }: HistoryContext, faults: Faults): void {
  if (list.value !== undefined || month === null) return;
  for (const { over } of plan?.credit.caps ?? []) {
    const there = terms.find((term) =>
      monthsBefore(over, month, [term.start]).some((name) => servedIn({ served: [term] }, name)),
    );
    if (!there) continue;
    const before = over === 'rolling-year' ? 'the eleven months before' : 'the earlier months of it';
    faults.add(
      list,
      `is missing: the plan has a cap over a ${over.replace('-', ' ')}, and service ${found(there.id)} was there before ${month}; it must be a list of what was billed and credited in ${before}, [] where nothing is known`,
    );
    return;
  }
}

function readHistory(list: Node, month: string | null, faults: Faults): PastCredit[] {
  const seen = new Set<string>();
  return checkList(list, faults).flatMap((node) => {
    const at = checkObject(node, historyKeys, faults);
    if (!at) return [];
    const name = checkPastMonth(at('month'), month, faults);
    const service = checkText(at('service'), faults);
    const site = checkText(at('site'), faults);
    const customer = checkText(at('customer'), faults);
    const currency = checkCurrency(at('currency'), faults);
    const rent = checkAmount(at('rent'), currency, faults);
    const credit = checkAmount(at('credit'), currency, faults);
    if (name === null || service === null || site === null) return [];
    if (currency === null || rent === null || credit === null) return [];
    const key = JSON.stringify([name, service]);
    if (seen.has(key)) faults.add(node, `is given twice: ${found(service)} in ${name}`);
    seen.add(key);
    return [{ month: name, service, site, customer, rent: { minor: rent, currency }, credit }];
  });
}

function checkPastMonth(node: Node, month: string | null, faults: Faults): string | null {
  const name = checkText(node, faults);
  if (name === null) return null;
  if (isMonthName(name) && (month === null || name < month)) return name;
  faults.add(node, `must be ${monthRule}, before ${month ?? 'the month of the case'}, found ${found(name)}`);
  return null;
}

/** Planned maintenance of the calendar year before this month, by line: the memory of a yearly allowance. */
function checkMaintenanceUsed(list: Node, lines: Known, faults: Faults): ReadonlyMap<string, number> {
  const used = new Map<string, number>();
  for (const node of checkList(list, faults)) {
    const at = checkObject(node, maintenanceUsedKeys, faults);
    if (!at) continue;
    const line = checkLineId(at('line'), lines, faults);
    const ms = checkCount(at('ms'), faults);
    if (line === null || ms === null) continue;
    if (used.has(line)) faults.add(at('line'), `is given twice: ${found(line)}`);
    used.set(line, ms);
  }
  return used;
}
