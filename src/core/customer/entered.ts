import type { LedgerMark, LedgerEvent } from '../ledger/actions.js';
import type { LocalDate } from '../time/calendar.js';
import { type RegistryAction, type RegistryList, registryLists, type WrittenItem } from './actions.js';

/** One word on an entered item. */
export interface RegistryEntry extends LedgerMark {
  readonly id: string;
  readonly does: 'add' | 'change' | 'end' | 'withdraw';
  /** Of a withdrawal: what was taken back. */
  readonly of: string | null;
  /** It was taken back later, and counts no more. */
  readonly withdrawn: boolean;
}

/** An item that was entered, as it is now by all that was said of it. */
export interface EnteredItem {
  /** Of the entry that added it. */
  readonly entry: string;
  readonly list: RegistryList;
  readonly item: WrittenItem;
  /** Of a service: what becomes different from which day on, in the order of the days. */
  readonly changes: readonly WrittenItem[];
  readonly entries: readonly [RegistryEntry, ...RegistryEntry[]];
  /** Taken back: it counts no more. */
  readonly withdrawn: boolean;
}

/** The key of a list's item under which its first day without it stands; null: nothing of it ends. */
export const endKey: Record<RegistryList, string | null> = {
  customers: null,
  resale: 'to',
  sites: null,
  lines: null,
  services: 'end',
};

/** Everything that was ever entered of the book, in the order it was added. */
export function foldRegistryEntries(events: readonly LedgerEvent[]): EnteredItem[] {
  const entries = new Map<string, { list: RegistryList; words: [Word, ...Word[]] }>();
  const itemOf = new Map<string, string>();
  const withdrawn = new Set<string>();
  for (const { action, actor, at } of events) {
    if (!isBookAction(action)) continue;
    const word = { action, actor, at };
    if (action.type === 'book-added') {
      entries.set(action.id, { list: action.list, words: [word] });
      itemOf.set(action.id, action.id);
      continue;
    }
    const item = itemOf.get(action.of);
    const target = item === undefined ? undefined : entries.get(item);
    if (item === undefined || !target) continue;
    itemOf.set(action.id, item);
    target.words.push(word);
    if (action.type === 'book-withdrawn') withdrawn.add(action.of);
  }
  return [...entries].map(([entry, { list, words }]) => itemFrom(entry, list, words, withdrawn));
}

interface Word {
  readonly action: RegistryAction;
  readonly actor: string;
  readonly at: number;
}

/** One that was changed by hand since may be none any more: the audit finds it, and it says nothing here. */
function isBookAction(action: LedgerEvent['action']): action is RegistryAction {
  if (action.type === 'book-added') return registryLists.includes(action.list) && isItem(action.item);
  if (action.type === 'book-changed') return isItem(action.item);
  return action.type === 'book-ended' || action.type === 'book-withdrawn';
}

const isItem = (item: WrittenItem | null | undefined): boolean => typeof item === 'object' && item !== null;

function itemFrom(
  entry: string,
  list: RegistryList,
  words: readonly [Word, ...Word[]],
  withdrawn: ReadonlySet<string>,
): EnteredItem {
  let item: WrittenItem = {};
  const changes: WrittenItem[] = [];
  for (const { action } of words.filter((word) => !withdrawn.has(word.action.id))) {
    if (action.type === 'book-added') item = action.item;
    else if (action.type === 'book-changed' && list === 'services') changes.push(action.item);
    else if (action.type === 'book-changed') item = { ...item, ...action.item };
    else if (action.type === 'book-ended') item = ended(item, endKey[list], action.day);
  }
  const [first, ...rest] = words;
  const entryOf = ({ action, actor, at }: Word): RegistryEntry => ({
    id: action.id,
    actor,
    at,
    reason: action.reason,
    does: does[action.type],
    of: action.type === 'book-withdrawn' ? action.of : null,
    withdrawn: withdrawn.has(action.id),
  });
  return {
    entry,
    list,
    changes: changes.sort(byDay),
    item: withdrawn.has(entry) ? (first.action.type === 'book-added' ? first.action.item : item) : item,
    entries: [entryOf(first), ...rest.map(entryOf)],
    withdrawn: withdrawn.has(entry),
  };
}

const does = {
  'book-added': 'add',
  'book-changed': 'change',
  'book-ended': 'end',
  'book-withdrawn': 'withdraw',
} as const;

function ended(item: WrittenItem, key: string | null, day: LocalDate | null): WrittenItem {
  if (key === null) return item;
  const rest = Object.entries(item).filter(([name]) => name !== key);
  return Object.fromEntries(day === null ? rest : [...rest, [key, day]]);
}

const dayOf = ({ from }: WrittenItem): string => (typeof from === 'string' ? from : '');
const byDay = (a: WrittenItem, b: WrittenItem): number =>
  dayOf(a) < dayOf(b) ? -1 : dayOf(a) > dayOf(b) ? 1 : 0;
