import { minorOf } from '../../core/money.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { Answer } from '../page.js';
import { byService, type ServiceMonth, statementsOf } from './statement.js';

export const shows = ['all', 'draft', 'sealed', 'revised', 'changed', 'incomplete', 'credit'] as const;
export type Show = (typeof shows)[number];
export const sorts = ['service', 'customer', 'availability', 'credit'] as const;
export type Sort = (typeof sorts)[number];

type Named = readonly { readonly id: string; readonly name: string }[];

interface MonthRow extends ServiceMonth {
  readonly customerName: string;
  readonly siteName: string;
}

/** What stands for each service of a month, with its figures and the names of its customer and site. */
export async function monthRows(
  api: Api,
  caller: Caller,
  month: string,
  { customers, sites }: { readonly customers: Named; readonly sites: Named },
): Promise<MonthRow[]> {
  const namesOf = (named: Named) => new Map(named.map(({ id, name }) => [id, name]));
  const [names, siteNames] = [namesOf(customers), namesOf(sites)];
  const months = byService(await statementsOf(api, caller, { month, figures: 'true' }));
  return months.map((row) => ({
    ...row,
    customerName: names.get(row.latest.customer) ?? row.latest.customer,
    siteName: siteNames.get(row.latest.site) ?? row.latest.site,
  }));
}

export const isOwed = ({ latest }: ServiceMonth): boolean => /[1-9]/.test(latest.credit);

interface Filter {
  readonly show: Show;
  /** A percentage; empty: whatever the availability is. */
  readonly below: string;
}

/** The services of a month that a filter leaves; null: all. */
export async function filteredServices(
  api: Api,
  caller: Caller,
  month: string,
  { show, below }: Filter,
): Promise<ReadonlySet<string> | null> {
  if (show === 'all' && below === '') return null;
  const found = await statementsOf(api, caller, {
    month,
    standing: 'true',
    ...(show === 'credit' ? { credited: 'true' as const } : show === 'all' ? {} : { state: show }),
    ...(below !== '' && { availabilityBelow: below }),
  });
  return new Set(found.map(({ service }) => service));
}

interface Wanted {
  /** Null: all. */
  readonly services: ReadonlySet<string> | null;
  readonly search: string;
  readonly sort: Sort;
}

/** Those that are asked for, in the order that is asked for. */
export function chosenRows(rows: readonly MonthRow[], { services, search, sort }: Wanted): MonthRow[] {
  const words = search.trim().toLowerCase();
  const found = rows.filter(
    (row) =>
      (services?.has(row.service) ?? true) &&
      [row.service, row.latest.site, row.siteName, row.latest.customer, row.customerName].some((text) =>
        text.toLowerCase().includes(words),
      ),
  );
  return found.sort(orders[sort]);
}

type Order = (a: MonthRow, b: MonthRow) => number;
const text = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
const byName: Order = (a, b) => text(a.service, b.service);
const orders: Record<Sort, Order> = {
  service: byName,
  customer: (a, b) => text(a.customerName, b.customerName) || byName(a, b),
  // The lowest first; all have four decimals.
  availability: (a, b) => scaled(a) - scaled(b) || byName(a, b),
  // The largest first, of each currency by itself.
  credit: (a, b) => text(a.latest.currency, b.latest.currency) || Number(owed(b) - owed(a)) || byName(a, b),
};

const scaled = ({ latest }: MonthRow): number =>
  Number((latest.figures?.availabilityPercent ?? '101').replace('.', '').padEnd(7, '0'));
const owed = ({ latest }: MonthRow): bigint => minorOf(latest.credit, latest.currency);

type CreditRow = Answer<'listCredits'>['credits'][number];

const creditsAtOnce = 1000;

/** Every credit of a month, however many there are. */
export async function creditsOf(
  api: Pick<Api, 'listCredits'>,
  caller: Caller,
  month: string,
): Promise<CreditRow[]> {
  const all: CreditRow[] = [];
  for (;;) {
    const last = all.at(-1);
    const query = { month, limit: String(creditsAtOnce), ...(last && { after: last.id }) };
    const { credits } = await api.listCredits(caller, { query });
    all.push(...credits);
    if (credits.length < creditsAtOnce) return all;
  }
}

/** How far a month is on its way; null: nothing is to be done at that step. */
interface Steps {
  readonly over: boolean;
  readonly drafts: number;
  readonly sealed: number;
  readonly services: number;
  readonly exported: number;
  readonly settled: number;
  readonly owed: number;
}

export function stepsOf(rows: readonly MonthRow[], credits: readonly CreditRow[], over: boolean): Steps {
  const owing = credits.filter(({ status }) => !['draft', 'dropped', 'reversed'].includes(status));
  const of = (...statuses: CreditRow['status'][]): number =>
    owing.filter(({ status }) => statuses.includes(status)).length;
  const sealed = rows.filter(({ latest }) => latest.state === 'sealed').length;
  return {
    over,
    services: rows.length,
    drafts: rows.length - sealed,
    sealed,
    owed: owing.length,
    exported: of('exported', 'settled'),
    settled: of('settled'),
  };
}
