import type { Book } from '../../core/customer/book.js';
import { monthAfter } from '../../core/time/month.js';
import type { Caller } from '../access/caller.js';
import { seesWholeMonth } from '../access/whole-month.js';

/**
 * Whether the caller may see all that a pack of a customer's month says: its terms are those of every day, with their
 * rents, and not of the month alone. What may be seen changes on the days of resale only.
 */
export function seesWholePack(
  caller: Pick<Caller, 'sees' | 'seesAmounts'>,
  { services, resale }: Pick<Book, 'services' | 'resale'>,
  customer: string,
  month: string,
): boolean {
  const terms = services.filter((one) => one.customer === customer);
  const begins = terms.flatMap((one) => [one.start, ...one.terms.map(({ from }) => from)]).sort();
  const first = begins[0] ?? `${month}-01`;
  const ends = [`${monthAfter(month, 1)}-01`, ...begins].sort().at(-1) ?? first;
  const turns = resale.flatMap(({ from, to }) => (to === null ? [from] : [from, to]));
  const days = [...begins, ...turns.filter((day) => day >= first && day <= ends)];
  return (
    days.every((day) => caller.sees(customer, day) && caller.seesAmounts(customer, day)) &&
    seesWholeMonth(caller, customer, month)
  );
}
