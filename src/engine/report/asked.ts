import type { Book } from '../../core/customer/book.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import type { ReportSelection } from '../../render/report/report.js';
import type { Belonging } from './services.js';

/** Whether a service is in the selection. */
export function isAsked({ by, id }: ReportSelection, belonging: Belonging): boolean {
  switch (by) {
    case 'all':
      return true;
    case 'service':
      return belonging.service === id;
    case 'customer':
      return belonging.customer === id;
    case 'site':
      return belonging.site === id;
    case 'reseller':
      return id !== null && belonging.sellers.includes(id);
  }
}

/** Why a selection has nothing in it, though the month has services. */
export function nothingAsked(
  { by, id }: ReportSelection,
  month: string,
  book: Book,
  there: readonly Belonging[],
): Refusal {
  const known: Record<ReportSelection['by'], readonly string[]> = {
    all: [],
    service: book.services.map((each) => each.id),
    customer: book.customers.map((each) => each.id),
    site: book.sites.map((each) => each.id),
    // A link says nothing to who does not see its buyer.
    reseller: book.resale
      .filter(({ buyer }) => book.customers.some((each) => each.id === buyer))
      .map(({ seller }) => seller),
  };
  const inMonth: Record<ReportSelection['by'], readonly string[]> = {
    all: [],
    service: there.map(({ service }) => service),
    customer: there.map(({ customer }) => customer),
    site: there.map(({ site }) => site),
    reseller: there.flatMap(({ sellers }) => sellers),
  };
  const name = id ?? '';
  const what = known[by].includes(name) ? `${name} has no service in ${month}` : `${name} is no ${by}`;
  return refuse(by, what, listed(inMonth[by]));
}

function listed(ids: readonly string[]): string {
  const all = [...new Set(ids)].sort();
  if (all.length === 0) return 'none: there is no such in this month';
  return all.length > 12 ? `${all.slice(0, 12).join(', ')}, …` : all.join(', ');
}
