import type { Customer, CustomerRegistry, Service, Terms } from '../../core/customer/book.js';
import { currencyDecimals, type Money, parseAmount } from '../../core/money.js';
import type { Plan } from '../../core/plan.js';
import type { Fault, Problem } from '../problem.js';
import { buildParty } from '../sections/billing.js';
import { parseStrict } from '../strict.js';
import { checkBook } from './check.js';
import { type Draft, planFilesOf, type PlanSource } from './draft.js';
import { customersSchema, type RawCustomers, type RawService } from './schema.js';

/** A file that passed every check → the book. */
export function buildBook(raw: RawCustomers, plans: ReadonlyMap<string, Plan>): CustomerRegistry {
  const services = raw.services.map(buildService);
  const named = new Set(services.flatMap(({ terms }) => terms.map(({ plan }) => plan)));
  return {
    customers: raw.customers.map(buildCustomer),
    resale: raw.resale.map(({ to = null, ...rest }) => ({ ...rest, to })),
    sites: raw.sites.map(({ name, ...rest }) => ({ ...rest, name: name ?? rest.id })),
    lines: raw.lines,
    services,
    plans: new Map([...plans].filter(([id]) => named.has(id))),
  };
}

function buildCustomer(raw: RawCustomers['customers'][number]): Customer {
  const { id, name = id, locale = null, timeZone, billTo = null, ...party } = raw;
  const known = billTo !== null || Object.values(party).some((value) => value !== undefined);
  return { id, name, locale, timeZone, ...(known && { billing: { ...buildParty(party), billTo } }) };
}

function buildService(raw: RawService): Service {
  const { id, customer, site, start, end = null } = raw;
  let now: Written = raw;
  const terms = [{ from: start, ...raw }, ...raw.changes].map((change) => {
    now = {
      ...now,
      ...Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)),
    };
    return buildTerms(change.from, now);
  });
  const { agreedStart = null, installationCharge, currency } = raw;
  return {
    id,
    customer,
    site,
    start,
    end,
    terms,
    agreedStart,
    installationCharge: installationCharge === undefined ? null : money(installationCharge, currency),
  };
}

type Written = Pick<RawService, 'plan' | 'class' | 'lines' | 'paths' | 'rent' | 'currency' | 'taxPercent'>;

function buildTerms(from: string, written: Written): Terms {
  const { plan, class: serviceClass, lines, paths, rent, currency, taxPercent = null } = written;
  return {
    from,
    plan,
    class: serviceClass,
    lines,
    paths,
    monthlyRent: money(rent, currency),
    taxRate: taxPercent,
  };
}

function money(text: string, currency: string): Money {
  const read = parseAmount(text, currencyDecimals(currency) ?? 2);
  if ('fault' in read) throw new Error(`the rent ${text} passed the checks`);
  return { minor: read.minor, currency };
}

/** What a file says, to lay what was entered beside it. */
export interface BookBase {
  /** In problems, and for people who look for what it says. */
  readonly file: string | null;
  readonly raw: RawCustomers;
  /** Every plan that a service may name, by id. */
  readonly plans: () => ReadonlyMap<string, Plan>;
}

export type BookResult =
  | { readonly ok: true; readonly book: CustomerRegistry; readonly base: BookBase }
  | { readonly ok: false; readonly problems: readonly Problem[] };

interface CustomersContext {
  /** What the file is called in problems. */
  readonly file: string;
  /** The PoPs of the configuration. */
  readonly pops: readonly string[];
  readonly plans: PlanSource;
}

/** The text of a file of customers → the book, or everything that is wrong with it, in its order. Never throws. */
export function parseCustomers(text: string, { file, pops, plans: source }: CustomersContext): BookResult {
  let plans: ReadonlyMap<string, Plan> = new Map();
  const check = (draft: Draft): Fault[] => {
    const own = planFilesOf(draft, source);
    plans = own.plans;
    return [...own.faults, ...checkBook(draft, { pops, plans })];
  };
  const parsed = parseStrict({ text, file, schema: customersSchema, check });
  if (!parsed.ok) return parsed;
  const base = { file, raw: parsed.value, plans: () => plans };
  return { ok: true, book: buildBook(parsed.value, plans), base };
}
