import { monthAfter } from '../time/month.js';
import type { Service } from './book.js';

/**
 * The stretch of a service that has a day in a month (`2026-10`); null: there is no such service. An id that ended may
 * be taken up again, by somebody else too, though never by two in one month: in the months that nobody had it in, it is
 * its first stretch.
 */
export function stretchIn(services: readonly Service[], id: string, month: string): Service | null {
  const [first, end] = [`${month}-01`, `${monthAfter(month, 1)}-01`];
  const all = services.filter((each) => each.id === id);
  return all.find((each) => each.start < end && (each.end === null || each.end > first)) ?? all[0] ?? null;
}
