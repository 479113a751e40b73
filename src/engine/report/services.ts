import type { Book } from '../../core/customer/book.js';
import { sellersOf } from '../../core/customer/resale.js';
import { segmentsOf } from '../../core/customer/segments.js';
import { monthOf, versionFor } from '../../core/plan/version.js';
import { servicePeriod } from '../../core/time/month.js';
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
  for (const segment of book.services.flatMap(segmentsOf)) {
    const plan = book.plans.get(segment.plan);
    const version = plan && versionFor(plan, month);
    if (!version) continue;
    const zoned = monthOf(version, month);
    if (servicePeriod(zoned, segment.start, segment.end) === null) continue;
    from = Math.min(from ?? zoned.from, zoned.from);
    to = Math.max(to ?? zoned.to, zoned.to);
    const customer = segment.customer ?? '';
    services.set(segment.id, {
      ...{ service: segment.id, customer, site: segment.site },
      sellers: customer === '' ? [] : sellersOf(book, customer, `${month}-01`),
    });
  }
  return { services: [...services.values()], from, to };
}
