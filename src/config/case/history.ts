import { monthsBefore, servedIn } from '../../core/credit/caps.js';
import type { PlanVersion } from '../../core/plan/plan.js';
import type { PastCredit, ServiceTerms } from '../../core/statement/case.js';
import { isMonthName, monthRule } from '../../core/time/month.js';
import { checkCount, checkList, checkObject, checkText } from './check.js';
import { found, type Faults, type Node } from './fault.js';
import { historyKeys, maintenanceUsedKeys } from './keys.js';
import type { Known } from './known.js';
import { checkLineId } from './lines.js';
import { checkAmount, checkCurrency } from './values.js';

/** What services were billed and credited in earlier months: the memory of a cap over more than a month. */
export function checkHistory(list: Node, context: HistoryContext, faults: Faults): PastCredit[] {
  const { month } = context;
  checkGiven(list, context, faults);
  return readHistory(list, month, faults);
}

export interface HistoryContext {
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
export function checkMaintenanceUsed(list: Node, lines: Known, faults: Faults): ReadonlyMap<string, number> {
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
