import type { ExclusionScope } from '../../core/exclusion/exclusion.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';

const keys = {
  pop: 'pops',
  path: 'paths',
  line: 'lines',
  service: 'services',
  customer: 'customers',
} as const;
const allowed = 'all, or any of pop:ID, path:SOURCE>DESTINATION, line:ID, service:ID, customer:ID';

/** `['pop:HKG', 'line:L1']`, or `['all']` → the scope. Whether what it names is there, the ledger says. */
export function readScope(
  words: readonly string[],
): { readonly scope: ExclusionScope } | { readonly refusals: Refusal[] } {
  if (words.length === 1 && words[0] === 'all') return { scope: 'all' };
  if (words.length === 0) return { refusals: [refuse('scope', 'is missing', allowed, ['missing'])] };
  const scope = { pops: [], paths: [], lines: [], services: [], customers: [] } as Record<
    (typeof keys)[keyof typeof keys],
    string[]
  >;
  const refusals: Refusal[] = [];
  for (const word of words) {
    const [key = '', ...rest] = word.split(':');
    const name = rest.join(':');
    if (Object.hasOwn(keys, key) && name !== '') {
      const list = scope[keys[key as keyof typeof keys]];
      if (!list.includes(name)) list.push(name);
    } else {
      const what =
        word === 'all' ? 'has all beside others' : `is not known: ${JSON.stringify(word.slice(0, 60))}`;
      refusals.push(refuse('scope', what, allowed, ['not-known', word]));
    }
  }
  return refusals.length > 0 ? { refusals } : { scope };
}

/** What `readScope` reads back. */
export function scopeWords(scope: ExclusionScope): string[] {
  if (scope === 'all') return ['all'];
  return Object.entries(keys).flatMap(([word, key]) => scope[key].map((name) => `${word}:${name}`));
}
