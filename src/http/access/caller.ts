import { ownThings, type OwnThings } from '../../core/access/own.js';
import { seesAmounts, seesCustomer } from '../../core/access/sight.js';
import type { Principal } from '../../core/access/principal.js';
import type { Action, Reach } from '../../core/access/rules.js';
import type { Book } from '../../core/customer/book.js';
import type { LocalDate } from '../../core/time/date.js';

/** Whoever asks for something that it may ask for, and how far its answer may reach. */
export interface Caller {
  readonly principal: Principal;
  readonly action: Action;
  /** `own`: the route leaves out what `sees` is false of. */
  readonly reach: Reach;
  /** Whether what belongs to that customer, as of that day, may be in the answer. */
  readonly sees: (customer: string, day: LocalDate) => boolean;
  /** Whether its amounts may. Asked of each amount that is shown: a yes is a look, and goes to the trail. */
  readonly seesAmounts: (customer: string, day: LocalDate) => boolean;
  /** What of the book is its own; null where its reach is everything. */
  readonly own: () => OwnThings | null;
  /** Whether an amount was shown until now. */
  readonly sawAmounts: () => boolean;
}

export function callerOf(principal: Principal, action: Action, reach: Reach, book: Book): Caller {
  let saw = false;
  let own: OwnThings | null = null;
  const sees: Caller['sees'] = (customer, day) => seesCustomer({ principal, reach }, book, customer, day);
  return {
    ...{ principal, action, reach },
    sees,
    seesAmounts: (customer, day) => {
      const seen = seesAmounts(principal, book, customer, day);
      saw ||= seen;
      return seen;
    },
    own: () => (reach === 'all' ? null : (own ??= ownThings(book, sees))),
    sawAmounts: () => saw,
  };
}
