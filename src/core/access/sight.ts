import type { Book } from '../customer/book.js';
import { sellersOf } from '../customer/resale.js';
import type { LocalDate } from '../time/date.js';
import { isTenantRole, type Principal, type Role } from './principal.js';
import type { Reach } from './rules.js';

const seeEveryAmount: readonly Role[] = ['finance', 'approver', 'admin'];

type Links = Pick<Book, 'resale'>;

/** Whether what belongs to a customer on a day is in somebody's reach: its own, or a buyer's while the link holds. */
export function seesCustomer(
  { principal, reach }: { readonly principal: Principal; readonly reach: Reach },
  book: Links,
  customer: string,
  day: LocalDate,
): boolean {
  if (reach === 'all') return true;
  const own = principal.customer;
  if (own === null) return false;
  if (customer === own) return principal.roles.some(isTenantRole);
  return principal.roles.includes('reseller') && sellersOf(book, customer, day).includes(own);
}

/**
 * Whether somebody may see the amounts of a customer as of a day. One who buys from a reseller never sees them: what
 * stands there is the reseller's.
 */
export function seesAmounts(principal: Principal, book: Links, customer: string, day: LocalDate): boolean {
  if (principal.roles.some((role) => seeEveryAmount.includes(role))) return true;
  const own = principal.customer;
  if (own === null) return false;
  const sellers = sellersOf(book, customer, day);
  if (principal.roles.includes('reseller') && sellers.includes(own)) return true;
  return customer === own && principal.roles.some(isTenantRole) && sellers.length === 0;
}
