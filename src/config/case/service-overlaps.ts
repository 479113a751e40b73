import { servicePeriod, type Month } from '../../core/time/month.js';
import { childNode, found, type Faults } from './fault.js';
import type { PlacedService, ServiceDays } from './services.js';

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
