import { z } from 'zod';
import { limit, text, type Reading } from './input.js';

/** Where a page of a list ended: the place of its last item, and what that item is called. */
export interface ListPlace {
  readonly index: number;
  readonly key: string;
}

/** As long as nobody says otherwise. */
const pageLength = 100;
/** The most that one answer has. */
const longestPage = 1000;

/** What a route that answers a list asks for, beside what is its own. */
export const pageQuery = {
  limit: limit(longestPage).optional(),
  cursor: text(readPlace, { description: 'the nextCursor of an answer', maxLength: 2000 }).optional(),
};

/** What it answers: null at the end. */
export const pageAnswer = { nextCursor: z.string().nullable() };

export interface PageAsked {
  readonly limit?: number | undefined;
  readonly cursor?: ListPlace | undefined;
}

/**
 * A page of a list that stands in the same order each time. `keyOf` says what an item is called: one that was taken
 * out of the list or put before it between two pages neither hides nor repeats another.
 */
export function pageOf<T>(
  items: readonly T[],
  { limit: most = pageLength, cursor }: PageAsked,
  keyOf: (item: T) => string,
): { readonly page: readonly T[]; readonly nextCursor: string | null } {
  const from = cursor === undefined ? 0 : startAfter(items, cursor, keyOf);
  const page = items.slice(from, from + most);
  const last = page.at(-1);
  const more = last !== undefined && from + page.length < items.length;
  return { page, nextCursor: more ? spell({ index: from + page.length - 1, key: keyOf(last) }) : null };
}

function startAfter<T>(items: readonly T[], { index, key }: ListPlace, keyOf: (item: T) => string): number {
  const there = items[index];
  if (there !== undefined && keyOf(there) === key) return index + 1;
  const moved = items.findIndex((item) => keyOf(item) === key);
  return moved < 0 ? index : moved + 1;
}

const spell = ({ index, key }: ListPlace): string =>
  Buffer.from(JSON.stringify([index, key])).toString('base64url');

function readPlace(given: string): Reading<ListPlace> {
  const wrong = { detail: 'is not a cursor; allowed: the nextCursor of an answer' };
  try {
    const read = z
      .tuple([z.int().min(0), z.string()])
      .safeParse(JSON.parse(Buffer.from(given, 'base64url').toString()));
    return read.success ? { value: { index: read.data[0], key: read.data[1] } } : wrong;
  } catch {
    return wrong;
  }
}
