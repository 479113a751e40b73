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
  { reach, sees, seesAmounts }: Caller,
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
          .filter(({ customer }) => mine(customer))
          .map((service) =>
            seesAmounts(service.customer, today)
              ? service
              : { ...service, terms: service.terms.map((terms) => ({ ...terms, rent: null })) },
          ),
      );
  }
}
