import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { contains, merge, type IntervalSet } from '../../src/core/time/intervals.js';
import type { PathId } from '../../src/core/types.js';
import { listOwn } from '../../src/http/rounds.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import type { Store } from '../../src/store/store.js';
import { everyMs, slotAt } from '../store/support.js';
import { tempDir } from '../support/temp-dir.js';

const all: readonly PathId[] = ['A>B', 'A>C', 'B>A', 'C>D'];
const slots = 120;

/** Everything newest first, without any stretches. */
async function plainly(store: Store, own: ReadonlyMap<PathId, IntervalSet>) {
  const rows = await store.rounds.list({ limit: 10_000 });
  return rows.filter(({ path, slot }) => contains(own.get(path) ?? [], slot));
}

test('a page of own rounds is what is left of all rounds, page after page, with gaps and ends of ownership', async () => {
  const store = await openSqliteStore({ path: join(tempDir(), 'rounds.db') });
  // Some slots have no word on them, a path is silent for most of the time, another stopped early.
  await store.rounds.putMissing(
    Array.from({ length: slots }, (_, n) => n).flatMap((n) =>
      all
        .filter((_path, k) => (n * 7 + k * 3) % 5 > 0 && !(k === 1 && n > 10) && !(k === 3 && n % 40 > 0))
        .map((path) => ({
          path,
          slot: slotAt(n),
          status: 'missing' as const,
          reason: 'crashed' as const,
        })),
    ),
  );
  const at = fc.integer({ min: -5, max: slots + 5 }).map(slotAt);
  const times = fc
    .array(fc.tuple(at, fc.integer({ min: 1, max: 80 }), fc.boolean()), { minLength: 1, maxLength: 3 })
    .map((list) =>
      merge(list.map(([from, n, open]) => ({ from, to: open ? Infinity : from + n * everyMs + 1 }))),
    );
  const owned = fc
    .uniqueArray(fc.tuple(fc.constantFrom(...all), times), { selector: ([path]) => path, maxLength: 4 })
    .map((list) => new Map(list));
  const bounds = fc.record({ path: fc.constantFrom(...all), from: at, to: at }, { requiredKeys: [] });
  let pages = 0;
  await fc.assert(
    fc.asyncProperty(owned, bounds, fc.integer({ min: 1, max: 150 }), async (own, query, limit) => {
      const wanted = (await plainly(store, own)).filter(
        ({ path, slot }) =>
          path === (query.path ?? path) && slot >= (query.from ?? slot) && slot < (query.to ?? Infinity),
      );
      const read: typeof wanted = [];
      for (;;) {
        const last = read.at(-1);
        const page = await listOwn(
          { store: store.rounds, usedTimes: own, everyMs },
          { ...query, limit, ...(last && { after: { slot: last.slot, path: last.path } }) },
        );
        expect(page.length).toBe(Math.min(limit, wanted.length - read.length));
        read.push(...page);
        pages += 1;
        if (page.length === 0) break;
      }
      expect(read).toEqual(wanted);
    }),
    { numRuns: 150 },
  );
  expect(pages).toBeGreaterThan(150);
  await store.close();
});
