import { z } from 'zod';
import type { RegistryList, WrittenItem } from '../../core/customer/actions.js';
import type { Customer } from '../../core/customer/book.js';
import {
  type BookView,
  customersJson,
  linesJson,
  resaleJson,
  servicesJson,
  sitesJson,
} from '../../render/customers.js';
import type { Caller } from '../access/caller.js';
import { words } from '../route/input.js';

// Null is what is left out.
const text = () => words().nullish();
const texts = () => z.array(words('name')).max(1000).meta({ description: 'a list of texts' }).nullish();

const terms = {
  plan: text(),
  class: text(),
  lines: texts(),
  paths: texts(),
  rent: text(),
  currency: text(),
  taxPercent: text(),
};
const party = {
  address: texts(),
  city: text(),
  postcode: text(),
  country: text(),
  taxId: text(),
  registration: text(),
  billTo: text(),
};
const reasonShape = { reason: text() };

interface ListRoutes {
  /** What one of its items is called in the names of its routes. */
  readonly one: string;
  readonly add: z.ZodObject;
  /** Null: nothing of it can be changed. */
  readonly change: z.ZodObject | null;
  readonly ends: boolean;
}

/** What may be entered of each list, as a file of customers has it; what may stand in it the registry judges. */
export const listRoutes: Record<RegistryList, ListRoutes> = {
  customers: {
    one: 'Customer',
    add: z.strictObject({
      id: text(),
      name: text(),
      locale: text(),
      timeZone: text(),
      ...party,
      ...reasonShape,
    }),
    change: z.strictObject({ name: text(), locale: text(), timeZone: text(), ...party, ...reasonShape }),
    ends: false,
  },
  sites: {
    one: 'Site',
    add: z.strictObject({ id: text(), customer: text(), name: text(), ...reasonShape }),
    change: z.strictObject({ name: text(), ...reasonShape }),
    ends: false,
  },
  lines: {
    one: 'Line',
    add: z.strictObject({ id: text(), pop: text(), ...reasonShape }),
    change: null,
    ends: false,
  },
  resale: {
    one: 'ResaleLink',
    add: z.strictObject({ seller: text(), buyer: text(), from: text(), to: text(), ...reasonShape }),
    change: null,
    ends: true,
  },
  services: {
    one: 'Service',
    add: z.strictObject({
      id: text(),
      customer: text(),
      site: text(),
      start: text(),
      end: text(),
      ...terms,
      ...reasonShape,
    }),
    change: z.strictObject({ from: text(), ...terms, ...reasonShape }),
    ends: true,
  },
};

export const ending = z.strictObject({
  day: words('word').nullable().meta({ description: 'the first day without it; null: no end is known' }),
  ...reasonShape,
});
export const withdrawal = z.strictObject(reasonShape).nullish();

/** What a body says of an item, and why. */
export function saidIn(body: Readonly<Record<string, unknown>>): {
  readonly item: WrittenItem;
  readonly reason: string | null;
} {
  const { reason, ...rest } = body;
  const given = Object.entries(rest).filter(([, value]) => value !== null && value !== undefined);
  return {
    item: Object.fromEntries(given) as WrittenItem,
    reason: typeof reason === 'string' ? reason : null,
  };
}

/** What of a list's items somebody may see today; of what is not its own, where it comes from is nobody's business. */
export function shownTo(
  { reach, sees, seesAmounts, scope }: Caller,
  list: RegistryList,
  view: BookView,
  today: string,
): readonly object[] {
  const mine = (customer: string): boolean => sees(customer, today);
  const bare = (items: readonly object[]): readonly object[] =>
    reach === 'all' ? items : items.map((item) => ({ ...item, origin: null }));
  switch (list) {
    case 'customers':
      return bare(
        customersJson(view)
          .filter(({ id }) => mine(id))
          .map((one) => withOwnPayer(one, mine)),
      );
    case 'sites':
      return bare(sitesJson(view).filter(({ customer }) => mine(customer)));
    case 'resale':
      return bare(resaleJson(view).filter(({ seller, buyer }) => mine(seller) && mine(buyer)));
    case 'lines': {
      const ownTerms = view.book.services
        .filter(({ customer }) => mine(customer))
        .flatMap(({ terms }) => terms);
      const used = new Set(ownTerms.flatMap(({ lines }) => lines));
      return bare(linesJson(view).filter(({ id }) => reach === 'all' || used.has(id)));
    }
    case 'services':
      return bare(
        servicesJson(view)
          .filter(({ id, customer }) => mine(customer) && (scope()?.names.services.has(id) ?? true))
          .map((service) => ({
            ...service,
            terms: service.terms.map((terms, index) => {
              const until = service.terms[index + 1]?.from ?? service.end;
              const days = daysOf(view.book.resale, { from: terms.from, until, today });
              return days.every((day) => seesAmounts(service.customer, day))
                ? terms
                : { ...terms, rent: null };
            }),
          })),
      );
  }
}

/** Who is billed in a customer's place may be somebody that the caller knows nothing of. */
function withOwnPayer<T extends Pick<Customer, 'billing'>>(one: T, mine: (customer: string) => boolean): T {
  const { billing } = one;
  return billing?.billTo == null || mine(billing.billTo)
    ? one
    : { ...one, billing: { ...billing, billTo: null } };
}

/** Of terms in force today, today; of others each day of theirs on which somebody else may have sold them. */
function daysOf(
  resale: BookView['book']['resale'],
  { from, until, today }: { readonly from: string; readonly until: string | null; readonly today: string },
): readonly string[] {
  if (from <= today && (until === null || today < until)) return [today];
  const turns = resale.flatMap((link) => (link.to === null ? [link.from] : [link.from, link.to]));
  return [from, ...turns.filter((day) => day > from && (until === null || day < until))];
}
