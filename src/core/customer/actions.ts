import type { LocalDate } from '../time/calendar.js';

/** What a book has lists of, as a file of customers calls them. */
export const registryLists = ['customers', 'resale', 'sites', 'lines', 'services'] as const;
export type RegistryList = (typeof registryLists)[number];

/** Values as people write them, under the keys that a file of customers has; they are read each time anew. */
export type WrittenItem = Readonly<Record<string, string | readonly string[]>>;

interface Said {
  /** The entry's own: `B7`. */
  readonly id: string;
  readonly reason: string | null;
}

/** What can be entered of the book. `of` is the entry that is changed, ended or taken back. */
export type RegistryAction =
  | ({ readonly type: 'book-added'; readonly list: RegistryList; readonly item: WrittenItem } & Said)
  /** Other values; of a service from the day `from` of the item on. */
  | ({ readonly type: 'book-changed'; readonly of: string; readonly item: WrittenItem } & Said)
  /** The first day without it; null: no end is known any more. */
  | ({ readonly type: 'book-ended'; readonly of: string; readonly day: LocalDate | null } & Said)
  | ({ readonly type: 'book-withdrawn'; readonly of: string } & Said);
