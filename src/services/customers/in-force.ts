import type { Config } from '../../config/config.js';
import { mergeBook } from '../../config/customers/merge.js';
import { foldRegistryEntries } from '../../core/customer/entered.js';
import type { Names } from '../../core/statement/names.js';
import type { LedgerEvent } from '../../core/ledger/actions.js';
import { ValidationError } from '../ledger/entries.js';

/** Ledger entries about customers no longer fit the configuration file, which was changed since. */
export class CustomerConflictError extends ValidationError {}

/** What the ids of statements are called. */
export function namesOf({ book, pops }: Pick<Config, 'book' | 'pops'>): Names {
  const byId = (named: readonly { readonly id: string; readonly name: string }[]) =>
    new Map(named.map(({ id, name }) => [id, name]));
  return { customers: byId(book.customers), sites: byId(book.sites), pops: byId(pops) };
}

/** Whether the ledger contains any entry about customers. */
export const hasBook = (events: readonly LedgerEvent[]): boolean =>
  events.some(({ action }) => action.type.startsWith('book-'));

/**
 * The configuration with its customers in force: those of the file, with the ledger's entries applied. Throws a
 * `CustomerConflictError` where they contradict each other.
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
