import type { Book, Service, Terms } from '../../core/customer/book.js';
import { currencyDecimals } from '../../core/money/currency.js';
import { parseAmount, type Money } from '../../core/money/money.js';
import type { Plan } from '../../core/plan/plan.js';
import type { RawCustomers, RawService } from './schema.js';

/** A file that passed every check → the book. */
export function buildBook(raw: RawCustomers, plans: ReadonlyMap<string, Plan>): Book {
  const services = raw.services.map(buildService);
  const named = new Set(services.flatMap(({ terms }) => terms.map(({ plan }) => plan)));
  return {
    customers: raw.customers.map(({ name, ...rest }) => ({ ...rest, name: name ?? rest.id })),
    resale: raw.resale.map(({ to = null, ...rest }) => ({ ...rest, to })),
    sites: raw.sites.map(({ name, ...rest }) => ({ ...rest, name: name ?? rest.id })),
    lines: raw.lines,
    services,
    plans: new Map([...plans].filter(([id]) => named.has(id))),
  };
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
    ...{ id, customer, site, start, end, terms, agreedStart },
    installationCharge: installationCharge === undefined ? null : money(installationCharge, currency),
  };
}

type Written = Pick<RawService, 'plan' | 'class' | 'lines' | 'paths' | 'rent' | 'currency' | 'taxPercent'>;

function buildTerms(from: string, written: Written): Terms {
  const { plan, class: serviceClass, lines, paths, rent, currency, taxPercent = null } = written;
  return {
    ...{ from, plan, class: serviceClass, lines, paths },
    monthlyRent: money(rent, currency),
    taxRate: taxPercent,
  };
}

function money(text: string, currency: string): Money {
  const read = parseAmount(text, currencyDecimals(currency) ?? 2);
  if ('fault' in read) throw new Error(`the rent ${text} passed the checks`);
  return { minor: read.minor, currency };
}
