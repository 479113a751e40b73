import type { Book } from '../../core/customer/book.js';
import { sellersOf } from '../../core/customer/resale.js';
import { bookMonth } from '../../core/customer/segments.js';
import { currentRuleSet } from '../../core/statement/rule-set.js';
import type { EpochMs } from '../../core/types.js';

/** Whom a month's service belongs to. */
export interface Belonging {
  readonly service: string;
  readonly customer: string;
  readonly site: string;
  /** Nearest first. */
  readonly sellers: readonly string[];
}

export interface MonthServices {
  readonly services: readonly Belonging[];
  /** Of the plans that judge them; null: there is no service. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
}

/** The services with a day in the month, by the book. */
export function monthServices(book: Book, month: string): MonthServices {
  const services = new Map<string, Belonging>();
  let [from, to]: [EpochMs | null, EpochMs | null] = [null, null];
  const { plans, unplanned } = bookMonth(book, month, currentRuleSet);
  const note = (service: string, owner: string | null, site: string): void => {
    const customer = owner ?? '';
    const sellers = customer === '' ? [] : sellersOf(book, customer, `${month}-01`);
    services.set(service, { service, customer, site, sellers });
  };
  for (const { month: zoned, services: own } of plans) {
    from = Math.min(from ?? zoned.from, zoned.from);
    to = Math.max(to ?? zoned.to, zoned.to);
    for (const { id, customer, site } of own) note(id, customer, site);
  }
  for (const { service, customer, site } of unplanned) note(service, customer, site);
  return { services: [...services.values()], from, to };
}
