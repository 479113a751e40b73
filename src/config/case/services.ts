import type { Money } from '../../core/money.js';
import { fromPercent, parseDecimal, type Rational } from '../../core/number.js';
import { isPopId, popIdRule } from '../../core/path.js';
import { linesAllowed, type PlanVersion } from '../../core/plan.js';
import type { Line, LineInterval, ServiceTerms } from '../../core/statement/case.js';
import { type LocalDate, type Month, servicePeriod } from '../../core/time/calendar.js';
import {
  checkList,
  checkObject,
  checkOneOf,
  checkParsed,
  checkText,
  lineIntervalKeys,
  lineKeys,
  outageKeys,
  serviceKeys,
} from './check.js';
import { childNode, type Faults, found, type Node, quoted } from './json.js';
import {
  checkDate,
  checkInstant,
  checkMoney,
  checkOrder,
  checkPath,
  type Known,
  type Rules,
} from './values.js';

export function checkLines(list: Node, faults: Faults): Line[] {
  const lines: Line[] = [];
  const seen = new Set<string>();
  for (const node of checkList(list, faults)) {
    const at = checkObject(node, lineKeys, faults);
    if (!at) continue;
    const id = checkText(at('id'), faults);
    const pop = checkText(at('pop'), faults);
    if (pop !== null && !isPopId(pop)) faults.add(at('pop'), `must be ${popIdRule}, found ${found(pop)}`);
    if (id === null) continue;
    if (seen.has(id)) faults.add(at('id'), `is given twice: a line ${quoted(id)} stands above`);
    seen.add(id);
    if (pop !== null) lines.push({ id, pop });
  }
  return lines;
}

/** A reference to a line of the case. */
export function checkLineId(node: Node, known: Known, faults: Faults): string | null {
  const id = checkText(node, faults);
  if (id === null || known.has(id)) return id;
  faults.add(node, `is an unknown line ${found(id)}: it must stand in "lines"`);
  return null;
}

/** Outages, which may be open, and unobserved intervals, which may not. */
export function checkLineIntervals(
  list: Node,
  known: Known,
  mayBeOpen: boolean,
  faults: Faults,
): LineInterval[] {
  return checkList(list, faults).flatMap((node) => {
    const at = checkObject(node, mayBeOpen ? outageKeys : lineIntervalKeys, faults);
    if (!at) return [];
    const line = checkLineId(at('line'), known, faults);
    const from = checkInstant(at('from'), faults);
    const open = mayBeOpen && at('to').value === null;
    const to = open ? Infinity : checkInstant(at('to'), faults);
    checkOrder(node, from, to, faults);
    const reportedAt = at('reportedAt').value === null ? null : checkInstant(at('reportedAt'), faults);
    if (reportedAt !== null && to !== null && reportedAt >= to) {
      faults.add(at('reportedAt'), 'is not before "to": the outage was over by then');
    }
    if (line === null || from === null || to === null) return [];
    return [{ line, from, to, ...(reportedAt !== null && { reportedAt }) }];
  });
}

interface ServiceContext {
  readonly rules: Rules | null;
  readonly lines: Known;
}

/** A service with its place: what could be read of it, for the checks between services. */
interface PlacedService {
  readonly node: Node;
  readonly id: string | null;
  readonly site: string | null;
  readonly currency: string | null;
  readonly lines: readonly (string | null)[];
  readonly days: ServiceDays | null;
  /** All of it; null where something has a fault. */
  readonly terms: ServiceTerms | null;
}

interface ServiceDays {
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

/**
 * What may not happen at the same time: one id twice, one line on two services. One site has one currency, and a
 * service stays at its site. And of the terms of an id at least one has a day in the month.
 */
export function checkBetweenServices(
  services: readonly PlacedService[],
  month: Month | null,
  faults: Faults,
): void {
  checkSites(services, faults);
  if (month !== null) checkMonth(services, month, faults);
  const byId = new Map<string, PlacedService[]>();
  const byLine = new Map<string, PlacedService[]>();
  const currencies = new Map<string, string>();
  for (const service of services) {
    if (service.id !== null) checkId(service, service.id, byId, faults);
    for (const [index, line] of service.lines.entries()) {
      if (line !== null) checkLine(service, line, index, byLine, faults);
    }
    if (service.site !== null && service.currency !== null) {
      checkCurrencyOf(service, service.site, service.currency, currencies, faults);
    }
  }
}

/** Entries of one id are that service's terms; moved to another site it is another service. */
function checkSites(services: readonly PlacedService[], faults: Faults): void {
  const sites = new Map<string, string>();
  for (const { id, site, node } of services) {
    if (id === null || site === null) continue;
    const known = sites.get(id);
    if (known === undefined) sites.set(id, site);
    else if (known !== site) {
      faults.add(
        childNode(node, 'site', site),
        `is a second site of service ${found(id)}: ${found(site)} beside ${found(known)}, and a service stays at its site`,
      );
    }
  }
}

/** A term without a day in the month is passed over, as long as another one of its service has one. */
function checkMonth(services: readonly PlacedService[], month: Month, faults: Faults): void {
  const byId = new Map<string | PlacedService, PlacedService[]>();
  for (const service of services) {
    const key = service.id ?? service;
    byId.set(key, [...(byId.get(key) ?? []), service]);
  }
  for (const terms of byId.values()) {
    const [first] = terms;
    // A term whose days can't be read may be the one that has a day in it.
    if (!first || terms.some(({ days }) => days === null || inMonth(days, month))) continue;
    const runs = terms.map(({ days }) => `from ${days?.start ?? ''} to ${days?.end ?? 'no end'}`);
    faults.add(first.node, `has no day in ${month.name}: it runs ${runs.join(', ')}, the end not included`);
  }
}

const inMonth = ({ start, end }: ServiceDays, month: Month): boolean =>
  servicePeriod(month, start, end) !== null;

function checkId(
  service: PlacedService,
  id: string,
  byId: Map<string, PlacedService[]>,
  faults: Faults,
): void {
  const twin = atTheSameTime(service, byId.get(id));
  if (twin) {
    faults.add(
      childNode(service.node, 'id', id),
      `is given twice at the same time: ${found(id)} from ${twin.start} is not over by ${service.days?.start ?? ''}`,
    );
  }
  note(byId, id, service);
}

function checkLine(
  service: PlacedService,
  line: string,
  index: number,
  byLine: Map<string, PlacedService[]>,
  faults: Faults,
): void {
  // The same id at the same time is one fault, not one more for each of its lines.
  const others = byLine.get(line)?.filter(({ id }) => id === null || id !== service.id);
  const other = atTheSameTime(service, others);
  if (other) {
    faults.add(
      childNode(childNode(service.node, 'lines', null), index, line),
      `is on two services at the same time: ${found(line)} is on ${other.id === null ? 'another' : found(other.id)} from ${other.start}`,
    );
  }
  note(byLine, line, service);
}

function checkCurrencyOf(
  { node }: PlacedService,
  site: string,
  currency: string,
  currencies: Map<string, string>,
  faults: Faults,
): void {
  const known = currencies.get(site);
  if (known !== undefined && known !== currency) {
    faults.add(
      childNode(childNode(node, 'monthlyRent', null), 'currency', currency),
      `is a second currency on site ${found(site)}: ${currency} beside ${known}, and a site has one`,
    );
  }
  if (known === undefined) currencies.set(site, currency);
}

function note(groups: Map<string, PlacedService[]>, key: string, service: PlacedService): void {
  const group = groups.get(key);
  if (group) group.push(service);
  else groups.set(key, [service]);
}

/** The first of the others that has a day in common with the service. */
function atTheSameTime(
  service: PlacedService,
  others: readonly PlacedService[] = [],
): { readonly id: string | null; readonly start: string } | null {
  for (const other of others) {
    if (other !== service && service.days && other.days && overlap(service.days, other.days)) {
      return { id: other.id, start: other.days.start };
    }
  }
  return null;
}

/** Half-open days: one may start on the day that the other ends. */
function overlap(a: ServiceDays, b: ServiceDays): boolean {
  return (a.end === null || b.start < a.end) && (b.end === null || a.start < b.end);
}
