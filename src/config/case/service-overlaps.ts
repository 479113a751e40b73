import { childNode, found, type Faults } from './fault.js';
import type { PlacedService, ServiceDays } from './services.js';

/** What may not happen at the same time: one id twice, one line on two services. And one site has one currency. */
export function checkBetweenServices(services: readonly PlacedService[], faults: Faults): void {
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
