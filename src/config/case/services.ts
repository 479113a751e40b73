import { fromPercent, parseDecimal } from '../../core/number/decimal.js';
import type { Money } from '../../core/money/money.js';
import type { Rational } from '../../core/number/rational.js';
import type { PlanVersion } from '../../core/plan/plan.js';
import type { ServiceTerms } from '../../core/statement/case.js';
import type { LocalDate } from '../../core/time/date.js';
import { checkList, checkObject, checkOneOf, checkParsed, checkText } from './check.js';
import { found, type Faults, type Node } from './fault.js';
import { serviceKeys } from './keys.js';
import type { Known } from './known.js';
import { checkLineId } from './lines.js';
import type { Rules } from './rules.js';
import { checkDate, checkMoney, checkPath } from './values.js';
import { linesAllowed } from '../../core/plan/lines-allowed.js';

export interface ServiceContext {
  readonly rules: Rules | null;
  readonly lines: Known;
}

/** A service with its place: what could be read of it, for the checks between services. */
export interface PlacedService {
  readonly node: Node;
  readonly id: string | null;
  readonly site: string | null;
  readonly currency: string | null;
  readonly lines: readonly (string | null)[];
  readonly days: ServiceDays | null;
  /** All of it; null where something has a fault. */
  readonly terms: ServiceTerms | null;
}

export interface ServiceDays {
  readonly start: LocalDate;
  readonly end: LocalDate | null;
}

export function checkServices(list: Node, context: ServiceContext, faults: Faults): PlacedService[] {
  return checkList(list, faults).flatMap((node) => checkService(node, context, faults) ?? []);
}

function checkService(node: Node, context: ServiceContext, faults: Faults): PlacedService | null {
  const { rules } = context;
  const at = checkObject(node, serviceKeys, faults);
  if (!at) return null;
  const id = checkText(at('id'), faults);
  const site = checkText(at('site'), faults);
  const customer = checkText(at('customer'), faults);
  const serviceClass = rules
    ? checkOneOf(at('class'), [...rules.plan.classes.keys()], faults)
    : checkText(at('class'), faults);
  const lines = checkServiceLines(at('lines'), serviceClass, context, faults);
  const days = checkDays(at, faults);
  const monthlyRent = checkMoney(at('monthlyRent'), faults);
  const paths = checkPaths(at('paths'), faults);
  const taxRate = checkTax(at('taxPercent'), faults);
  const agreedStart = at('agreedStart').value === null ? null : checkDate(at('agreedStart'), faults);
  const installationCharge = checkCharge(at('installationCharge'), monthlyRent, faults);
  if (rules && needsCustomer(rules.plan) && at('customer').value === undefined) {
    faults.add(at('customer'), 'is missing: the plan has a cap or a minimum per customer');
  }
  const read = { node, id, site, currency: monthlyRent?.currency ?? null, lines, days };
  if (id === null || site === null || serviceClass === null || days === null || monthlyRent === null) {
    return { ...read, terms: null };
  }
  const lineIds = lines.filter((line) => line !== null);
  const terms = {
    id,
    site,
    customer,
    class: serviceClass,
    lines: lineIds,
    ...days,
    monthlyRent,
    paths,
    taxRate,
    ...(agreedStart !== null && { agreedStart }),
    ...(installationCharge !== null && { installationCharge }),
  };
  return { ...read, terms };
}

/** Start and end; null where one has a fault, or where there is no day between them. */
function checkDays(at: (key: string) => Node, faults: Faults): ServiceDays | null {
  const start = checkDate(at('start'), faults);
  const end = at('end').value === null ? null : checkDate(at('end'), faults);
  const badEnd = end === null && (at('end').value ?? null) !== null;
  if (start === null || badEnd) return null;
  if (end !== null && end <= start) {
    faults.add(
      at('end'),
      `must be a day after "start": it is the first day without the service, found ${found(end)}`,
    );
    return null;
  }
  return { start, end };
}

function needsCustomer({ credit }: PlanVersion): boolean {
  return credit.caps.some(({ per }) => per === 'customer') || credit.minimumPayable?.per === 'customer';
}

function checkServiceLines(
  list: Node,
  classId: string | null,
  { rules, lines }: ServiceContext,
  faults: Faults,
): (string | null)[] {
  const nodes = checkList(list, faults);
  const ids: (string | null)[] = [];
  for (const node of nodes) {
    const id = checkLineId(node, lines, faults);
    if (id !== null && ids.includes(id)) {
      faults.add(node, `is given twice: line ${found(id)} stands before it`);
    }
    ids.push(id);
  }
  const serviceClass = classId === null ? undefined : rules?.plan.classes.get(classId);
  if (serviceClass && Array.isArray(list.value)) {
    const { minLines, maxLines } = serviceClass;
    if (nodes.length < minLines || (maxLines !== null && nodes.length > maxLines)) {
      const allowed = linesAllowed(serviceClass);
      faults.add(list, `has ${nodes.length} lines: class ${serviceClass.id} has ${allowed}`);
    }
  }
  return ids;
}

function checkPaths(list: Node, faults: Faults): ServiceTerms['paths'] {
  return checkList(list, faults).flatMap((node) => checkPath(node, faults) ?? []);
}

/** What its installation cost, in the currency of its rent. */
function checkCharge(node: Node, rent: Money | null, faults: Faults): Money | null {
  if (node.value === null) return null;
  const charge = checkMoney(node, faults);
  if (charge !== null && rent !== null && charge.currency !== rent.currency) {
    faults.add(
      node,
      `must be in the currency of the rent, ${rent.currency}, found ${found(charge.currency)}`,
    );
    return null;
  }
  return charge;
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
