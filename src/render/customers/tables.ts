import type { EnteredItem } from '../../core/customer/entered.js';
import { isoInstant } from '../instant.js';
import { tableLines } from '../table.js';
import {
  customersJson,
  linesJson,
  resaleJson,
  servicesJson,
  sitesJson,
  type BookView,
  type Origin,
} from './json.js';

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
    customersJson(view).map((one) => [one.id, one.name, one.locale, one.timeZone, where(one.origin)]),
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
