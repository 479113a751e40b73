import type { Config } from '../../config/config.js';
import type { FaultActor } from '../../core/fault/actions.js';
import type { FaultReport } from '../../core/fault/report.js';
import { forCustomer } from '../../core/fault/visible.js';
import type { EpochMs } from '../../core/types.js';
import { isoInstant } from '../../render/instant.js';
import type { Caller } from '../access/caller.js';
import { Forbidden } from '../problem.js';

/** On whose side a caller acts: whoever reaches everything is of the house. */
export const actorOf = ({ principal, reach }: Caller): FaultActor => ({
  name: principal.name,
  side: reach === 'all' ? 'noc' : 'customer',
});

export const dayOf = (now: EpochMs): string => isoInstant(now).slice(0, 10);

/** The customers whose reports a caller may see; undefined: all. */
export function customersSeen(caller: Caller, config: Config, now: EpochMs): string[] | undefined {
  if (caller.reach === 'all') return undefined;
  const day = dayOf(now);
  return config.book.customers.map(({ id }) => id).filter((id) => caller.sees(id, day));
}

/**
 * A report as a caller may see it; null: as if there were none. What was settled before a resale link began was said to
 * another seller, or to none.
 */
export function shownTo(caller: Caller, report: FaultReport, now: EpochMs): FaultReport | null {
  if (caller.reach === 'all') return report;
  const settled = report.state === 'closed' || report.state === 'rejected';
  const days = [dayOf(now), ...(settled ? [dayOf(report.updatedAt)] : [])];
  return days.every((day) => caller.sees(report.customer, day)) ? forCustomer(report) : null;
}

/**
 * A target of a customer that sells is told of its buyers' reports too: whoever may not see those may make none. Throws
 * `Forbidden`.
 */
export function checkMayBeTold({ reach, principal }: Caller, { book }: Config): void {
  if (reach === 'all' || principal.roles.includes('reseller')) return;
  if (book.resale.some(({ seller }) => seller === principal.customer))
    throw new Forbidden(
      `${principal.name} may not see what is told to a reseller; allowed: somebody with the role reseller`,
    );
}
