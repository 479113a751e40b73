import type { Config } from '../../config/config.js';
import { mergeBook } from '../../config/customers/merge.js';
import { billingKeys, changeKeys, itemKeys } from '../../config/customers/schema.js';
import type { CustomerRegistry } from '../../core/customer/book.js';
import { endKey, type EnteredItem, foldRegistryEntries } from '../../core/customer/entered.js';
import type { RegistryAction, RegistryList, WrittenItem } from '../../core/customer/actions.js';
import { idOfAction, type LedgerEvent } from '../../core/ledger/actions.js';
import { type Rejection, validationError } from '../../core/ledger/errors.js';
import { isLocalDate, localDateRule } from '../../core/time/calendar.js';
import type { EpochMs } from '../../core/types.js';
import type { LedgerStore } from '../../store/ledger-store.js';
import { enter } from '../ledger/entries.js';
import { withLedgerEntries } from './in-force.js';

/** Refers to an entered item by the item's own id, or by the id of the entry that added it, such as `B7`. */
interface Reference {
  readonly list: RegistryList;
  readonly of: string;
}

const singular: Record<RegistryList, string> = {
  customers: 'customer',
  resale: 'resale link',
  sites: 'site',
  lines: 'line',
  services: 'service',
};

const idsShown = 12;

/** The item referred to, or an error that says why there is none. */
function find(
  { list, of }: Reference,
  entered: readonly EnteredItem[],
  { bookBase }: Pick<Config, 'bookBase'>,
): EnteredItem | Rejection {
  const alive = entered.filter((one) => one.list === list && !one.withdrawn);
  const found = alive.filter(({ entry, item }) => entry === of || item['id'] === of);
  const [first] = found;
  if (first && found.length === 1) return first;
  const what = singular[list];
  if (first) {
    const entries = found.map(({ entry }) => entry).join(', ');
    return validationError('id', `is the id of several: ${entries}`, 'the entry of one of them');
  }
  if (list !== 'resale' && bookBase?.raw[list].some(({ id }) => id === of) === true) {
    const where = bookBase.file ?? 'of customers';
    return validationError(
      'id',
      `can't be changed here: ${of} is in the file ${where}`,
      'to change it in that file',
    );
  }
  const known = alive.map(({ entry, item: { id } }) => (typeof id === 'string' ? id : entry));
  const allowed = known.slice(-idsShown).join(', ') || `nothing: no ${what} is entered`;
  return validationError('id', `is no ${what} that was entered`, allowed, ['no-such', of]);
}

/** The fields that can be changed. Others apply to all time, so a change would alter months that are over. */
const changeable: Record<RegistryList, readonly string[]> = {
  customers: ['name', 'locale', 'timeZone', ...billingKeys],
  resale: [],
  sites: ['name'],
  lines: [],
  services: changeKeys,
};

/** The errors of fields that an item must not have when it is added or changed. */
function keyFaults(list: RegistryList, item: WrittenItem, does: 'add' | 'change'): Rejection[] {
  const allowed = does === 'add' ? itemKeys[list] : changeable[list];
  const unknown = Object.keys(item).filter((key) => !allowed.includes(key));
  if (unknown.length === 0 && Object.keys(item).length === 0) {
    return [validationError('item', 'says nothing', allowed.join(', '))];
  }
  return unknown.map((key) =>
    itemKeys[list].includes(key)
      ? validationError(key, `can't be changed`, `${allowed.join(', ') || 'nothing'} of a ${singular[list]}`)
      : validationError(key, 'is not a known key', allowed.join(', ')),
  );
}

interface RegistryOptions {
  readonly ledger: LedgerStore;
  readonly config: () => Config;
  readonly now: () => EpochMs;
  /** Called after each entry, before the result is returned. */
  readonly bookChanged?: () => Promise<void>;
}

interface Registered {
  /** The customers in force. */
  readonly book: CustomerRegistry;
  /** Every item ever entered, including withdrawn ones. */
  readonly entered: readonly EnteredItem[];
  /** The name of the customers file; null: there is none. */
  readonly file: string | null;
}

/**
 * Enters customers, their sites, lines and services, and reseller relations. Each change resolves to the id of its
 * entry, and rejects with a `ValidationError` where it is not allowed.
 */
export interface Registry {
  read(): Promise<Registered>;
  add(actor: string, list: RegistryList, item: WrittenItem, reason: string | null): Promise<string>;
  /** Sets other values; for a service, from the day `item.from` on. */
  change(actor: string, what: Reference, item: WrittenItem, reason: string | null): Promise<string>;
  /** Ends an item. `day` is the first day without it; null removes a known end. */
  end(actor: string, what: Reference, day: string | null, reason: string | null): Promise<string>;
  /** Withdraws an entry: it no longer has an effect. */
  withdraw(actor: string, entry: string, reason: string | null): Promise<string>;
}

type Decide = (entered: readonly EnteredItem[], id: string) => RegistryAction | readonly Rejection[];

export function createRegistry({ ledger, config, now, bookChanged }: RegistryOptions): Registry {
  const say = async (actor: string, decide: Decide): Promise<string> => {
    const links = await enter({
      ledger,
      now,
      actor,
      decide: (events, nextSeq) => {
        const action = decide(foldRegistryEntries(events), `B${nextSeq}`);
        if (!('type' in action)) return action;
        const refusals = faultsWith(config(), events, { action, actor, at: now() });
        return refusals.length > 0 ? refusals : [action];
      },
    });
    await bookChanged?.();
    return links.map(({ action }) => idOfAction(action)).join();
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
      const { book, bookBase } = withLedgerEntries(config(), events);
      return { book, entered: foldRegistryEntries(events), file: bookBase?.file ?? null };
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
          if (endKey[what.list] === null)
            return [validationError('id', 'does not end', 'a service or a resale link')];
          if (day !== null && !isLocalDate(day)) {
            return [validationError('day', `${JSON.stringify(day)} is not a day`, localDateRule)];
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
        return [validationError('id', 'is no entry that counts', allowed, ['no-such', entry])];
      }),
  };
}

/** The errors that the customers in force would have with this entry. */
function faultsWith(
  { bookBase: base, pops }: Config,
  events: readonly LedgerEvent[],
  event: Pick<LedgerEvent, 'actor' | 'at'> & { readonly action: RegistryAction },
): readonly Rejection[] {
  if (base === null) throw new Error('the configuration was not read from its file');
  const next = { ...event, seq: events.length + 1, previous: '', hash: '' };
  const { action } = event;
  const merged = mergeBook({
    base,
    pops: pops.map(({ id }) => id),
    entered: foldRegistryEntries([...events, next]),
    focus: {
      item: action.type === 'book-added' ? action.id : action.type === 'book-withdrawn' ? '' : action.of,
      change: action.type === 'book-changed' ? action.item : null,
    },
  });
  return merged.ok ? [] : merged.refusals;
}
