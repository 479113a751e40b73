import { fromPercent, parseDecimal } from '../../core/number/decimal.js';
import type { Rational } from '../../core/number/rational.js';
import type { PlanVersion } from '../../core/plan/plan.js';
import type { ServiceTerms } from '../../core/statement/case.js';
import { servicePeriod, type Month } from '../../core/time/month.js';
import { checkList, checkObject, checkOneOf, checkParsed, checkText } from './check.js';
import { found, type Faults, type Node } from './fault.js';
import { serviceKeys } from './keys.js';
import { checkLineId } from './lines.js';
import { checkDate, checkMoney, checkPath } from './values.js';

export interface ServiceContext {
  readonly plan: PlanVersion;
  readonly month: Month;
  readonly lines: ReadonlySet<string>;
}

/** A service with its place, for the checks between services. */
export interface PlacedService {
  readonly terms: ServiceTerms;
  readonly node: Node;
}

export function checkServices(list: Node, context: ServiceContext, faults: Faults): PlacedService[] {
  return checkList(list, faults).flatMap((node) => {
    const terms = checkService(node, context, faults);
    return terms ? [{ terms, node }] : [];
  });
}

function checkService(node: Node, context: ServiceContext, faults: Faults): ServiceTerms | null {
  const { plan, month } = context;
  const at = checkObject(node, serviceKeys, faults);
  if (!at) return null;
  const id = checkText(at('id'), faults);
  const site = checkText(at('site'), faults);
  const customer = checkText(at('customer'), faults);
  const serviceClass = checkOneOf(at('class'), [...plan.classes.keys()], faults);
  const lines = checkServiceLines(at('lines'), serviceClass, context, faults);
  const start = checkDate(at('start'), faults);
  const end = at('end').value === null ? null : checkDate(at('end'), faults);
  const badEnd = end === null && (at('end').value ?? null) !== null;
  if (start !== null && !badEnd) {
    if (end !== null && end <= start) {
      faults.add(
        at('end'),
        `must be a day after "start": it is the first day without the service, found ${found(end)}`,
      );
    } else if (servicePeriod(month, start, end) === null) {
      faults.add(
        node,
        `has no day in ${month.name}: it runs from ${start} to ${end ?? 'no end'}, the end not included`,
      );
    }
  }
  const monthlyRent = checkMoney(at('monthlyRent'), faults);
  const paths = checkPaths(at('paths'), faults);
  const taxRate = checkTax(at('taxPercent'), faults);
  if (needsCustomer(plan) && at('customer').value === undefined) {
    faults.add(at('customer'), 'is missing: the plan has a cap or a minimum per customer');
  }
  if (id === null || site === null || serviceClass === null || lines === null) return null;
  if (start === null || badEnd || monthlyRent === null) return null;
  return { id, site, customer, class: serviceClass, lines, start, end, monthlyRent, paths, taxRate };
}

function needsCustomer({ credit }: PlanVersion): boolean {
  return credit.caps.some(({ per }) => per === 'customer') || credit.minimumPayable?.per === 'customer';
}

function checkServiceLines(
  list: Node,
  classId: string | null,
  { plan, lines }: ServiceContext,
  faults: Faults,
): string[] | null {
  if (list.value === undefined) return null;
  const nodes = checkList(list, faults);
  const ids: string[] = [];
  for (const node of nodes) {
    const id = checkLineId(node, lines, faults);
    if (id === null) continue;
    if (ids.includes(id)) faults.add(node, `is given twice: line ${found(id)} stands before it`);
    ids.push(id);
  }
  const rules = classId === null ? undefined : plan.classes.get(classId);
  if (rules && Array.isArray(list.value)) {
    const { minLines, maxLines } = rules;
    if (nodes.length < minLines || (maxLines !== null && nodes.length > maxLines)) {
      const allowed =
        maxLines === null
          ? `${minLines} or more`
          : minLines === maxLines
            ? `exactly ${minLines}`
            : `${minLines} to ${maxLines}`;
      faults.add(list, `has ${nodes.length} lines: class ${rules.id} has ${allowed}`);
    }
  }
  return ids;
}

function checkPaths(list: Node, faults: Faults): ServiceTerms['paths'] {
  return checkList(list, faults).flatMap((node) => checkPath(node, faults) ?? []);
}

function checkTax(node: Node, faults: Faults): Rational | null {
  const rate = checkParsed<{ value: Rational }>(
    node,
    (text) => {
      const value = parseDecimal(text)?.value;
      if (value === undefined || value.n < 0n || value.n > 100n * value.d) {
        return { fault: 'must be a percentage from 0 to 100 in quotes, as "9"' };
      }
      return { value };
    },
    faults,
  );
  return rate && fromPercent(rate.value);
}
