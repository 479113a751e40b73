import type { ServiceTerms } from '../statement/case.js';
import { ofSame } from '../of-same.js';
import { servicePeriod, type Month } from '../time/month.js';
import type { Book, Service } from './book.js';

/** A stretch of a service in which nothing of its terms changes. */
export interface Segment extends ServiceTerms {
  readonly plan: string;
}

/**
 * The stretches of a service, one for each of its terms, each up to the day on which the next begins. A service never
 * changes: another one takes its place.
 */
export const segmentsOf: (service: Service) => readonly Segment[] = ofSame((service: Service): Segment[] => {
  const { id, site, customer, terms } = service;
  return terms.map(({ from, plan, class: serviceClass, lines, paths, monthlyRent, taxRate }, index) => ({
    ...{ id, site, customer, plan, class: serviceClass, lines, paths, monthlyRent, taxRate },
    start: from,
    end: terms[index + 1]?.from ?? service.end,
  }));
});

/** What of the book a plan judges in a month: a change inside it makes two segments, each with its own part of it. */
export function segmentsIn(book: Book, plan: string, month: Month): Segment[] {
  return book.services
    .flatMap(segmentsOf)
    .filter((segment) => segment.plan === plan && servicePeriod(month, segment.start, segment.end) !== null);
}
