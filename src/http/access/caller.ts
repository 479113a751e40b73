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
  /** Whether its amounts may. */
  readonly seesAmounts: (customer: string, day: LocalDate) => boolean;
}

export function callerOf(principal: Principal, action: Action, reach: Reach, book: Book): Caller {
  return {
    ...{ principal, action, reach },
    sees: (customer, day) => seesCustomer({ principal, reach }, book, customer, day),
    seesAmounts: (customer, day) => seesAmounts(principal, book, customer, day),
  };
}
