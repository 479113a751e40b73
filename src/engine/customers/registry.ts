import type { Config } from '../../config/config.js';
import { mergeBook } from '../../config/customers/merge.js';
import type { Book } from '../../core/customer/book.js';
import {
  endKey,
  foldBook,
  type BookAction,
  type BookList,
  type EnteredItem,
  type WrittenItem,
} from '../../core/customer/entered.js';
import type { LedgerEvent } from '../../core/ledger/actions.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';
import { isLocalDate, localDateRule } from '../../core/time/date.js';
import type { EpochMs } from '../../core/types.js';
import type { LedgerStore } from '../../store/ledger-store.js';
import { enter } from '../ledger/enter.js';
import { inForce } from './in-force.js';
import { find, keyFaults, type Reference } from './reference.js';

export interface RegistryOptions {
  readonly ledger: LedgerStore;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** Called after each entry, before it is answered. */
  readonly bookChanged?: () => Promise<void>;
}

export interface Registered {
  /** The book in force. */
  readonly book: Book;
  /** All that was ever entered, withdrawn or not. */
  readonly entered: readonly EnteredItem[];
  /** What the file is called; null: there is none. */
  readonly file: string | null;
}

/**
 * Where people enter customers, their sites, lines and services, and who resells to whom. What is said resolves to the
 * id of its entry, and rejects with `Refused` where it may not be.
 */
export interface Registry {
  read(): Promise<Registered>;
  add(actor: string, list: BookList, item: WrittenItem, reason: string | null): Promise<string>;
  /** Other values; of a service from the day `item.from` on. */
  change(actor: string, what: Reference, item: WrittenItem, reason: string | null): Promise<string>;
  /** `day`: the first without it; null: no end is known any more. */
  end(actor: string, what: Reference, day: string | null, reason: string | null): Promise<string>;
  /** Takes an entry back: what it said counts no more. */
  withdraw(actor: string, entry: string, reason: string | null): Promise<string>;
}

type Decide = (entered: readonly EnteredItem[], id: string) => BookAction | readonly Refusal[];

export function createRegistry({ ledger, config, now, bookChanged }: RegistryOptions): Registry {
  const say = async (actor: string, decide: Decide): Promise<string> => {
    const links = await enter({
      ...{ ledger, now, actor },
      decide: (events, nextSeq) => {
        const action = decide(foldBook(events), `B${nextSeq}`);
        if (!('type' in action)) return action;
        const refusals = faultsWith(config(), events, { action, actor, at: now() });
        return refusals.length > 0 ? refusals : [action];
      },
    });
    await bookChanged?.();
    return links.map(({ action }) => action.id).join();
  };
  const of = (what: Reference, decide: (item: EnteredItem, id: string) => ReturnType<Decide>): Decide => {
    return (entered, id) => {
      const found = find(what, entered, config());
      return 'field' in found ? [found] : decide(found, id);
    };
  };
  return {
    read: async () => {
      const events = await ledger.events();
      const { book, bookBase } = inForce(config(), events);
      return { book, entered: foldBook(events), file: bookBase?.file ?? null };
    },
    add: (actor, list, item, reason) =>
      say(actor, (_, id) => {
        const faults = keyFaults(list, item, 'add');
        return faults.length > 0 ? faults : { type: 'book-added', id, list, item, reason };
      }),
    change: (actor, what, item, reason) =>
      say(
        actor,
        of(what, ({ entry }, id) => {
          const faults = keyFaults(what.list, item, 'change');
          return faults.length > 0 ? faults : { type: 'book-changed', id, of: entry, item, reason };
        }),
      ),
    end: (actor, what, day, reason) =>
      say(
        actor,
        of(what, ({ entry }, id) => {
          if (endKey[what.list] === null) return [refuse('id', 'does not end', 'a service or a resale link')];
          if (day !== null && !isLocalDate(day)) {
            return [refuse('day', `${JSON.stringify(day)} is not a day`, localDateRule)];
          }
          return { type: 'book-ended', id, of: entry, day, reason };
        }),
      ),
    withdraw: (actor, entry, reason) =>
      say(actor, (entered, id) => {
        const alive = entered
          .filter((item) => !item.withdrawn)
          .flatMap(({ entries }) => entries)
          .filter(({ does, withdrawn }) => does !== 'withdraw' && !withdrawn)
          .map((one) => one.id);
        if (alive.includes(entry)) return { type: 'book-withdrawn', id, of: entry, reason };
        const allowed = alive.slice(-12).join(', ') || 'nothing: nothing is entered';
        return [refuse('id', 'is no entry that counts', allowed)];
      }),
  };
}

/** What would be wrong with the book if this were entered. */
function faultsWith(
  { bookBase: base, pops }: Config,
  events: readonly LedgerEvent[],
  said: Pick<LedgerEvent, 'actor' | 'at'> & { readonly action: BookAction },
): readonly Refusal[] {
  if (base === null) throw new Error('the configuration was not read from its file');
  const next = { ...said, seq: events.length + 1, previous: '', hash: '' };
  const { action } = said;
  const merged = mergeBook({
    base,
    pops: pops.map(({ id }) => id),
    entered: foldBook([...events, next]),
    focus: {
      item: action.type === 'book-added' ? action.id : action.type === 'book-withdrawn' ? '' : action.of,
      change: action.type === 'book-changed' ? action.item : null,
    },
  });
  return merged.ok ? [] : merged.refusals;
}
