import type { ServiceTerms } from '../../core/statement/case.js';
import { found, type Faults } from './fault.js';
import { childNode } from './fault.js';
import type { PlacedService } from './services.js';

/** What may not happen at the same time: one id twice, one line on two services. And one site has one currency. */
export function checkBetweenServices(services: readonly PlacedService[], faults: Faults): void {
  const byId = new Map<string, ServiceTerms[]>();
  const byLine = new Map<string, ServiceTerms[]>();
  const currencies = new Map<string, string>();
  for (const { terms, node } of services) {
    const twin = byId.get(terms.id)?.find((other) => overlap(other, terms));
    if (twin) {
      faults.add(
        childNode(node, 'id', terms.id),
        `is given twice at the same time: ${found(terms.id)} from ${twin.start} is not over by ${terms.start}`,
      );
    }
    note(byId, terms.id, terms);
    for (const [index, line] of terms.lines.entries()) {
      const other = byLine.get(line)?.find((each) => each !== terms && overlap(each, terms));
      // The same id at the same time is one fault, not one more for each of its lines.
      if (other && other.id !== terms.id) {
        faults.add(
          childNode(childNode(node, 'lines', terms.lines), index, line),
          `is on two services at the same time: ${found(line)} is on ${found(other.id)} from ${other.start}`,
        );
      }
      note(byLine, line, terms);
    }
    const { currency } = terms.monthlyRent;
    const known = currencies.get(terms.site);
    if (known !== undefined && known !== currency) {
      faults.add(
        childNode(childNode(node, 'monthlyRent', terms.monthlyRent), 'currency', currency),
        `is a second currency on site ${found(terms.site)}: ${currency} beside ${known}, and a site has one`,
      );
    }
    if (known === undefined) currencies.set(terms.site, currency);
  }
}

function note<K>(groups: Map<K, ServiceTerms[]>, key: K, terms: ServiceTerms): void {
  const group = groups.get(key);
  if (group) group.push(terms);
  else groups.set(key, [terms]);
}

/** Half-open days: one may start on the day that the other ends. */
function overlap(a: ServiceTerms, b: ServiceTerms): boolean {
  return (a.end === null || b.start < a.end) && (b.end === null || a.start < b.end);
}
