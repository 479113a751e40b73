import type { BookList } from '../../core/customer/entered.js';
import {
  customersJson,
  linesJson,
  resaleJson,
  servicesJson,
  sitesJson,
  type BookView,
} from '../../render/customers/json.js';
import type { Caller } from '../access/caller.js';

/** What of a list's items somebody may see today; of what is not its own, where it comes from is nobody's business. */
export function shownTo(
  { reach, sees, seesAmounts, own }: Caller,
  list: BookList,
  view: BookView,
  today: string,
): readonly object[] {
  const mine = (customer: string): boolean => sees(customer, today);
  const bare = (items: readonly object[]): readonly object[] =>
    reach === 'all' ? items : items.map((item) => ({ ...item, origin: null }));
  switch (list) {
    case 'customers':
      return bare(customersJson(view).filter(({ id }) => mine(id)));
    case 'sites':
      return bare(sitesJson(view).filter(({ customer }) => mine(customer)));
    case 'resale':
      return bare(resaleJson(view).filter(({ seller, buyer }) => mine(seller) && mine(buyer)));
    case 'lines': {
      const own = view.book.services.filter(({ customer }) => mine(customer)).flatMap(({ terms }) => terms);
      const used = new Set(own.flatMap(({ lines }) => lines));
      return bare(linesJson(view).filter(({ id }) => reach === 'all' || used.has(id)));
    }
    case 'services':
      return bare(
        servicesJson(view)
          .filter(({ id, customer }) => mine(customer) && (own()?.names.services.has(id) ?? true))
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

/** Of terms in force today, today; of others each day of theirs on which somebody else may have sold them. */
function daysOf(
  resale: BookView['book']['resale'],
  { from, until, today }: { readonly from: string; readonly until: string | null; readonly today: string },
): readonly string[] {
  if (from <= today && (until === null || today < until)) return [today];
  const turns = resale.flatMap((link) => (link.to === null ? [link.from] : [link.from, link.to]));
  return [from, ...turns.filter((day) => day > from && (until === null || day < until))];
}
