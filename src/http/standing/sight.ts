import type { Config } from '../../config/config.js';
import type { ServiceStanding } from '../../core/statement/standing.js';
import { formatInstant } from '../../core/time/zone.js';
import type { EpochMs } from '../../core/types.js';
import type { Caller } from '../access/caller.js';
import { seesWholeMonth } from '../access/whole-month.js';

/** What of a service's standing somebody sees. */
export type Sight = 'nothing' | 'quality' | 'all';

/** What a caller sees of a service on the day that it is there, with its month's amounts or without. */
export function sightAt(caller: Caller, { book }: Config, now: EpochMs): (of: ServiceStanding) => Sight {
  const days = new Map<string, string>();
  const dayIn = (zone: string, at: EpochMs): string => {
    const key = `${at} ${zone}`;
    const day = days.get(key) ?? formatInstant(at, zone).slice(0, 10);
    days.set(key, day);
    return day;
  };
  return ({ customer, plan, periodEnd }) => {
    const zone = book.plans.get(plan)?.versions[0]?.timeZone ?? 'UTC';
    if (caller.reach !== 'all' && (customer === null || !caller.sees(customer, dayIn(zone, now))))
      return 'nothing';
    const month = dayIn(zone, periodEnd - 1).slice(0, 7);
    return seesWholeMonth(caller, customer ?? '', month) ? 'all' : 'quality';
  };
}
