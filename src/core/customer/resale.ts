import type { LocalDate } from '../time/date.js';
import type { Book, ResaleLink } from './book.js';

export function holds(link: ResaleLink, day: LocalDate): boolean {
  return link.from <= day && (link.to === null || day < link.to);
}

/** Who stands above a customer on that day, nearest first: its reseller, then that one's distributor. */
export function sellersOf(book: Pick<Book, 'resale'>, customer: string, day: LocalDate): string[] {
  const chain: string[] = [];
  for (let buyer = customer; ;) {
    const link = book.resale.find((each) => each.buyer === buyer && holds(each, day));
    // A loop can't pass the checks; here it only must not hang.
    if (!link || link.seller === customer || chain.includes(link.seller)) return chain;
    chain.push(link.seller);
    buyer = link.seller;
  }
}
