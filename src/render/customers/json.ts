import type { Book, Service, Terms } from '../../core/customer/book.js';
import type { BookEntry, BookList, EnteredItem } from '../../core/customer/entered.js';
import { formatAmount } from '../../core/money/money.js';
import { asPercent, formatShort } from '../../core/number/decimal.js';
import { isoInstant } from '../instant.js';

/** A book in force, and what of it was entered. */
export interface BookView {
  readonly book: Book;
  readonly entered: readonly EnteredItem[];
  /** Of the file; null: there is none. */
  readonly file: string | null;
}

/** Where an item comes from: the file, or the entry that added it. */
export interface Origin {
  readonly file: string | null;
  readonly entry: string | null;
}

export interface ServiceJson {
  readonly id: string;
  readonly customer: string;
  readonly site: string;
  readonly start: string;
  readonly end: string | null;
  readonly terms: readonly ReturnType<typeof termsJson>[];
  readonly origin: Origin;
}

export const customersJson = (view: BookView) =>
  view.book.customers.map((one) => ({ ...one, origin: originOf(view, 'customers', { id: one.id }) }));

export const sitesJson = (view: BookView) =>
  view.book.sites.map((one) => ({ ...one, origin: originOf(view, 'sites', { id: one.id }) }));

export const linesJson = (view: BookView) =>
  view.book.lines.map((one) => ({ ...one, origin: originOf(view, 'lines', { id: one.id }) }));

export const resaleJson = (view: BookView) =>
  view.book.resale.map((one) => {
    const { seller, buyer, from } = one;
    return { ...one, origin: originOf(view, 'resale', { seller, buyer, from }) };
  });

export const servicesJson = (view: BookView): ServiceJson[] =>
  view.book.services.map((service) => serviceJson(service, view));

function serviceJson({ id, customer, site, start, end, terms }: Service, view: BookView): ServiceJson {
  const origin = originOf(view, 'services', { id, start });
  return { id, customer, site, start, end, terms: terms.map(termsJson), origin };
}

function termsJson({ from, plan, class: serviceClass, lines, paths, monthlyRent, taxRate }: Terms) {
  const { minor, currency } = monthlyRent;
  return {
    ...{ from, plan, class: serviceClass, lines, paths, currency },
    rent: formatAmount(minor, currency),
    taxPercent: taxRate && formatShort(asPercent(taxRate)),
  };
}

function originOf(
  { entered, file }: BookView,
  list: BookList,
  keys: Readonly<Record<string, string>>,
): Origin {
  const own = entered.find(
    (one) =>
      one.list === list &&
      !one.withdrawn &&
      Object.entries(keys).every(([key, value]) => one.item[key] === value),
  );
  return own ? { file: null, entry: own.entry } : { file, entry: null };
}

/** What was entered, with every word that was said of it. */
export function enteredJson({ entry, list, item, changes, entries, withdrawn }: EnteredItem): object {
  return { entry, list, item, changes, withdrawn, entries: entries.map(entryJson) };
}

const entryJson = ({ at, ...rest }: BookEntry) => ({ ...rest, at: isoInstant(at) });
