import type { Config } from '../../config/config.js';
import { periodOf, type PeriodLock } from '../../core/billing/periods.js';
import type { Actor } from '../../core/ledger/actions.js';
import { validationError } from '../../core/ledger/errors.js';
import { actorOf, isSameActor } from '../../core/ledger/proposals.js';
import { textFault } from '../../core/ticket/report.js';
import { mostCharacters } from '../../core/text/limits.js';
import { isMonthName, monthRule, zonedMonth } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import type { Store } from '../../store/store.js';
import { ValidationError } from '../ledger/entries.js';
import { committed, unchanged } from './credits.js';

interface PeriodsOptions {
  readonly store: Pick<Store, 'ledger' | 'statements' | 'batches'>;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

/** Months whose postings are final. Every method rejects with a `ValidationError` for what is not allowed. */
export interface Periods {
  /** Those that are locked, in their order. */
  list(): Promise<PeriodLock[]>;
  /**
   * Locks a month that is over: from then on nothing is posted into it, and what was posted stays. Refused as long as a
   * batch of its postings may still be withdrawn. Locking again is no error, and changes nothing.
   */
  lock(actor: string | Actor, month: string, note: string | null): Promise<PeriodLock>;
  /** Opens it again: only another person than the one who locked it, with a reason. */
  unlock(actor: string | Actor, month: string, reason: string): Promise<void>;
}

export function createPeriods({ store, config, now }: PeriodsOptions): Periods {
  const { ledger, statements, batches } = store;
  const lockOf = async (month: string): Promise<PeriodLock | null> => {
    mustBeMonth(month);
    return (await statements.locks()).find((each) => each.month === month) ?? null;
  };

  async function mustBeFinal(month: string): Promise<void> {
    if (zonedMonth(month, config().billing.zone).to > now())
      throw new ValidationError([
        validationError('month', `${month} is not over`, 'a month that is over by billing.zone', [
          'month-not-over',
          month,
        ]),
      ]);
    const open = (await batches.list({ states: ['made', 'fetched'] })).filter(
      ({ postingDate }) => periodOf(postingDate) === month,
    );
    const ids = open.map(({ id }) => id).sort();
    if (ids.length > 0)
      throw new ValidationError([
        validationError(
          'month',
          `${month} has batches that are neither confirmed nor withdrawn: ${ids.join(', ')}`,
          'a month whose batches are all confirmed or withdrawn',
          ['batches-open', ids],
        ),
      ]);
  }

  return {
    list: () => statements.locks(),
    lock: (actor, month, note) =>
      committed({
        ledger,
        now,
        actor,
        decide: async () => {
          const before = await lockOf(month);
          if (before) return unchanged(before);
          const fault = note === null ? null : textFault('note', note, mostCharacters.reason);
          if (fault) throw new ValidationError([fault]);
          await mustBeFinal(month);
          const { name, identity } = actorOf(actor);
          const lock: PeriodLock = { month, at: now(), by: name.trim(), principal: identity, note };
          return {
            result: lock,
            actions: [{ type: 'period-locked', id: month, note }],
            write: (events) => statements.commit({ events, period: { lock } }),
          };
        },
      }),
    unlock: (actor, month, reason) =>
      committed({
        ledger,
        now,
        actor,
        decide: async () => {
          const lock = await lockOf(month);
          if (!lock)
            throw new ValidationError([
              validationError('month', `${month} is not locked`, 'a month that is locked', [
                'period-open',
                month,
              ]),
            ]);
          const fault = textFault('reason', reason, mostCharacters.reason);
          if (fault) throw new ValidationError([fault]);
          const who = lock.principal === null ? {} : { principal: lock.principal };
          if (isSameActor(actorOf(actor), { actor: lock.by, ...who }))
            throw new ValidationError([
              validationError('actor', `is ${lock.by}, who locked ${month}`, 'another person', [
                'another-person',
                lock.by,
              ]),
            ]);
          return {
            result: undefined,
            actions: [{ type: 'period-unlocked', id: month, reason }],
            write: (events) => statements.commit({ events, period: { unlock: month } }),
          };
        },
      }),
  };
}

function mustBeMonth(month: string): void {
  if (!isMonthName(month))
    throw new ValidationError([
      validationError('month', `${month} is no month`, monthRule, ['no-month', month]),
    ]);
}
