import type { Config } from '../../config/config.js';
import { changeKeys, itemKeys } from '../../config/customers/schema.js';
import type { BookList, EnteredItem, WrittenItem } from '../../core/customer/entered.js';
import { refuse, type Refusal } from '../../core/ledger/refusal.js';

/** Something that was entered, by its own id or that of the entry that added it: `B7`. */
export interface Reference {
  readonly list: BookList;
  readonly of: string;
}

const singular: Record<BookList, string> = {
  customers: 'customer',
  resale: 'resale link',
  sites: 'site',
  lines: 'line',
  services: 'service',
};

const idsShown = 12;

/** What is meant, or why nothing that was entered is. */
export function find(
  { list, of }: Reference,
  entered: readonly EnteredItem[],
  { bookBase }: Pick<Config, 'bookBase'>,
): EnteredItem | Refusal {
  const alive = entered.filter((one) => one.list === list && !one.withdrawn);
  const found = alive.filter(({ entry, item }) => entry === of || item['id'] === of);
  const [first] = found;
  if (first && found.length === 1) return first;
  const what = singular[list];
  if (first) {
    const entries = found.map(({ entry }) => entry).join(', ');
    return refuse('id', `is the id of several: ${entries}`, 'the entry of one of them');
  }
  if (list !== 'resale' && bookBase?.raw[list].some(({ id }) => id === of) === true) {
    const where = bookBase.file ?? 'of customers';
    return refuse('id', `can't be changed here: ${of} is in the file ${where}`, 'to change it in that file');
  }
  const known = alive.map(({ entry, item: { id } }) => (typeof id === 'string' ? id : entry));
  const allowed = known.slice(-idsShown).join(', ') || `nothing: no ${what} is entered`;
  return refuse('id', `is no ${what} that was entered`, allowed);
}

/** What holds for all time can't be changed: months that are over would be others. */
const changeable: Record<BookList, readonly string[]> = {
  customers: ['name', 'locale', 'timeZone'],
  resale: [],
  sites: ['name'],
  lines: [],
  services: changeKeys,
};

/** What an item may not say, added or changed. */
export function keyFaults(list: BookList, item: WrittenItem, does: 'add' | 'change'): Refusal[] {
  const allowed = does === 'add' ? itemKeys[list] : changeable[list];
  const unknown = Object.keys(item).filter((key) => !allowed.includes(key));
  if (unknown.length === 0 && Object.keys(item).length === 0) {
    return [refuse('item', 'says nothing', allowed.join(', '))];
  }
  return unknown.map((key) =>
    itemKeys[list].includes(key)
      ? refuse(key, `can't be changed`, `${allowed.join(', ') || 'nothing'} of a ${singular[list]}`)
      : refuse(key, 'is not a known key', allowed.join(', ')),
  );
}
