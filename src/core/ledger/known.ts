import type { Book } from '../customer/book.js';
import type { ExclusionScope } from '../exclusion/exclusion.js';
import { refuse, type Refusal } from './refusal.js';

/** The names that a scope may use. */
export interface KnownNames {
  readonly pops: readonly string[];
  readonly paths: readonly string[];
  readonly lines: readonly string[];
  readonly services: readonly string[];
  readonly customers: readonly string[];
}

export const scopeKeys = ['pops', 'paths', 'lines', 'services', 'customers'] as const;

/** What the configuration knows: its PoPs, every path between them, and its book. */
export function knownNames(pops: readonly string[], book: Book): KnownNames {
  const between = pops.flatMap((a) => pops.filter((b) => b !== a).map((b) => `${a}>${b}`));
  return {
    pops,
    paths: between,
    lines: book.lines.map(({ id }) => id),
    services: [...new Set(book.services.map(({ id }) => id))],
    customers: book.customers.map(({ id }) => id),
  };
}

const mostListed = 12;

export function scopeFaults(scope: ExclusionScope, known: KnownNames): Refusal[] {
  if (scope === 'all') return [];
  if (scopeKeys.every((key) => scope[key].length === 0)) {
    const allowed = `all, or at least one of ${scopeKeys.join(', ')}`;
    return [refuse('scope', 'names nothing', allowed, ['missing'])];
  }
  return scopeKeys.flatMap((key) =>
    scope[key]
      .filter((name) => !known[key].includes(name))
      .map((name) =>
        refuse(
          'scope',
          `names ${JSON.stringify(name)}, which is none of the ${key}`,
          listed(known[key], key),
          ['not-known', name],
        ),
      ),
  );
}

function listed(names: readonly string[], key: string): string {
  if (names.length === 0) return `nothing: there are no ${key}`;
  const more = names.length > mostListed ? `, … (${names.length} in all)` : '';
  return `${names.slice(0, mostListed).join(', ')}${more}`;
}
