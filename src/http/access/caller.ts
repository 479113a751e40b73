import { ownThings, type OwnThings } from '../../core/access/own.js';
import { seesAmounts, seesCustomer } from '../../core/access/sight.js';
import { isTenantRole, type Principal } from '../../core/access/principal.js';
import { decide } from '../../core/access/decide.js';
import { rules, type Action, type Reach } from '../../core/access/rules.js';
import type { Book } from '../../core/customer/book.js';
import type { LocalDate } from '../../core/time/date.js';
import { Forbidden } from '../problem.js';

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
  /** Whether whoever it is may do something else, as far as the roles and scopes go. */
  readonly may: (action: Action) => boolean;
  /**
   * The same one asking for something else on the way; what it sees is noted with what it saw here. Throws `Forbidden`
   * where it may not, and for a write out of a read: nothing has checked that it is meant.
   */
  readonly as: (action: Action) => Caller;
}

export function callerOf(principal: Principal, action: Action, reach: Reach, book: Book): Caller {
  return makeCaller({ principal, action, reach, book, saw: { amounts: false } });
}

interface Makings {
  readonly principal: Principal;
  readonly action: Action;
  readonly reach: Reach;
  readonly book: Book;
  /** Shared by all that one request asks for. */
  readonly saw: { amounts: boolean };
}

function makeCaller(makings: Makings): Caller {
  const { principal, action, reach, book, saw } = makings;
  const sees: Caller['sees'] = (customer, day) => seesCustomer({ principal, reach }, book, customer, day);
  return {
    ...{ principal, action, reach },
    sees,
    seesAmounts: (customer, day) => {
      const seen = seesAmounts(principal, book, customer, day);
      saw.amounts ||= seen;
      return seen;
    },
    own: () => (reach === 'all' ? null : ownOf(makings, sees)),
    sawAmounts: () => saw.amounts,
    may: (other) => decide(principal, other).allowed,
    as: (other) => {
      if (rules[other].kind === 'write' && rules[action].kind !== 'write')
        throw new Error(`${other} writes, and ${action} does not`);
      return makeCaller({ ...makings, action: other, reach: allowedReach(principal, other) });
    },
  };
}

/** By the book, and by what decides who sees what of it. */
const things = new WeakMap<Book, Map<string, OwnThings>>();

/** Worked out once for everybody who stands where this one stands, as long as the book is the same. */
function ownOf({ principal, book }: Makings, sees: Caller['sees']): OwnThings {
  const known = things.get(book) ?? new Map<string, OwnThings>();
  things.set(book, known);
  const place = JSON.stringify([principal.customer, principal.roles.filter(isTenantRole).sort()]);
  const own = known.get(place) ?? ownThings(book, sees);
  known.set(place, own);
  return own;
}

/** How far it reaches; throws `Forbidden` where somebody may not do it at all. */
export function allowedReach(principal: Principal, action: Action): Reach {
  const decision = decide(principal, action);
  if (decision.allowed) return decision.reach;
  const why = decision.why === 'scope' ? `the token's scopes don't cover it` : `its roles don't allow it`;
  throw new Forbidden(`${principal.name} may not do ${action} (${rules[action].kind}): ${why}`);
}
