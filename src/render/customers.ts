import type { CustomerRegistry, Service, Terms } from '../core/customer/book.js';
import type { RegistryEntry, EnteredItem } from '../core/customer/entered.js';
import type { RegistryList } from '../core/customer/actions.js';
import { formatAmount } from '../core/money.js';
import { asPercent, formatShort } from '../core/number.js';
import { isoInstant } from './figures.js';
import { tableLines } from './table.js';

/** A book in force, and what of it was entered. */
export interface BookView {
  readonly book: CustomerRegistry;
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
    from,
    plan,
    class: serviceClass,
    lines,
    paths,
    currency,
    rent: formatAmount(minor, currency),
    taxPercent: taxRate && formatShort(asPercent(taxRate)),
  };
}

function originOf(
  { entered, file }: BookView,
  list: RegistryList,
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

const entryJson = ({ at, ...rest }: RegistryEntry) => ({ ...rest, at: isoInstant(at) });

const table = (heads: readonly string[], rows: readonly (readonly string[])[], none: string): string =>
  rows.length === 0
    ? `${none}\n`
    : `${tableLines(
        heads.map((head) => ({ head })),
        rows,
      ).join('\n')}\n`;

const where = ({ file, entry }: Origin): string => entry ?? file ?? '-';

export const customersTable = (view: BookView): string =>
  table(
    ['CUSTOMER', 'NAME', 'LOCALE', 'TIME ZONE', 'FROM'],
    customersJson(view).map((one) => [one.id, one.name, one.locale ?? '-', one.timeZone, where(one.origin)]),
    'no customers',
  );

export const sitesTable = (view: BookView): string =>
  table(
    ['SITE', 'CUSTOMER', 'NAME', 'FROM'],
    sitesJson(view).map((one) => [one.id, one.customer, one.name, where(one.origin)]),
    'no sites',
  );

export const linesTable = (view: BookView): string =>
  table(
    ['LINE', 'POP', 'FROM'],
    linesJson(view).map((one) => [one.id, one.pop, where(one.origin)]),
    'no lines',
  );

export const resaleTable = (view: BookView): string =>
  table(
    ['SELLER', 'BUYER', 'SINCE', 'UNTIL', 'FROM'],
    resaleJson(view).map((one) => [one.seller, one.buyer, one.from, one.to ?? '-', where(one.origin)]),
    'no resale links',
  );

/** A line for each of the terms of a service. */
export const servicesTable = (view: BookView): string =>
  table(
    ['SERVICE', 'CUSTOMER', 'SITE', 'SINCE', 'UNTIL', 'PLAN', 'CLASS', 'LINES', 'RENT', 'FROM'],
    servicesJson(view).flatMap(({ id, customer, site, end, terms, origin }) =>
      terms.map((one, index) => [
        ...[id, customer, site, one.from, terms[index + 1]?.from ?? end ?? '-', one.plan, one.class],
        ...[one.lines.join(' '), `${one.rent} ${one.currency}`, where(origin)],
      ]),
    ),
    'no services',
  );

/** Every word that was entered, in its order. */
export function entriesTable(entered: readonly EnteredItem[]): string {
  const rows = entered
    .flatMap(({ list, item, entries }) => entries.map((entry) => ({ list, item, entry })))
    .sort((a, b) => a.entry.at - b.entry.at || Number(a.entry.id.slice(1)) - Number(b.entry.id.slice(1)))
    .map(({ list, item, entry }) => [
      ...[entry.id, isoInstant(entry.at), entry.actor, entry.does, list],
      ...[nameOf(item), entry.withdrawn ? 'withdrawn' : (entry.of ?? ''), entry.reason ?? ''],
    ]);
  return table(['ENTRY', 'AT', 'BY', 'DOES', 'OF', 'ITEM', '', 'REASON'], rows, 'nothing was entered');
}

function nameOf({ id, seller, buyer }: EnteredItem['item']): string {
  if (typeof id === 'string') return id;
  return [seller, buyer].filter((name) => typeof name === 'string').join(' > ');
}
