import type { Config } from '../../config/config.js';
import { mergeBook } from '../../config/customers/merge.js';
import { foldRegistryEntries } from '../../core/customer/entered.js';
import type { LedgerEvent } from '../../core/ledger/actions.js';
import { ValidationError } from '../ledger/entries.js';

/** What was entered of the book does not go with the configuration any more, which has changed since. */
export class CustomerConflictError extends ValidationError {}

/** Whether anything of the book was entered. */
export const hasBook = (events: readonly LedgerEvent[]): boolean =>
  events.some(({ action }) => action.type.startsWith('book-'));

/**
 * The configuration with the book in force: what its file says, and what was entered in this history. Throws
 * `BookConflict`.
 */
export function withLedgerEntries<C extends Pick<Config, 'book' | 'bookBase' | 'pops'>>(
  config: C,
  events: readonly LedgerEvent[],
): C {
  const base = config.bookBase;
  if (base === null || !hasBook(events)) return config;
  const pops = config.pops.map(({ id }) => id);
  const merged = mergeBook({ base, pops, entered: foldRegistryEntries(events) });
  if (merged.ok) return { ...config, book: merged.book };
  const named = merged.refusals.map((one) => ({ ...one, field: `entered by hand: ${one.field}` }));
  throw new CustomerConflictError(named);
}
