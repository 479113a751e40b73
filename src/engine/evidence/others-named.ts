import type { EvidenceRows } from './contents.js';
import { isOpen } from './contents.js';

/** Customers, services and lines that the open entries of a pack's ledger name, and that are not its customer's own. */
export function othersNamed({ ledger, terms }: Pick<EvidenceRows, 'ledger' | 'terms'>): string[] {
  const { services, lines } = terms.book;
  const own = {
    customers: new Set(services.map(({ customer }) => customer)),
    services: new Set(services.map(({ id }) => id)),
    lines: new Set(lines.map(({ id }) => id)),
  };
  const named = ledger.filter(isOpen).flatMap(({ action }) => {
    if (action.type !== 'exclusion-proposed' || action.scope === 'all') return [];
    const { scope } = action;
    return (['customers', 'services', 'lines'] as const).flatMap((list) =>
      scope[list].filter((name) => !own[list].has(name)),
    );
  });
  return [...new Set(named)].sort();
}
