import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { summarise } from '../../../src/core/measurement/figures.js';
import { type Round, roundStatuses } from '../../../src/core/measurement/round.js';
import type { StoredSlot } from '../../../src/core/merge.js';
import type { PathId } from '../../../src/core/types.js';
import { encodePackets } from '../../../src/store/packets/codec.js';
import { noRows } from '../../../src/store/row-store.js';
import type { MonthSumsQuery, Store as WholeStore } from '../../../src/store/store.js';
import { packets, round, sample, slotAt } from '../../store/support.js';
import { fromRounds, fromSums, sizes } from './month-sums.js';

type Store = Pick<WholeStore, 'rounds' | 'paths' | 'rows' | 'upkeep' | 'close'>;

const paths: readonly PathId[] = ['HKG>SIN', 'HKG>TYO'];
/** Three days and the ends of a month. */
const slots = 144;
const first = -48;
const someSlot = fc.integer({ min: first, max: first + slots - 1 }).map(slotAt);
const aRound = fc
  .record({
    path: fc.constantFrom(...paths),
    slot: someSlot,
    status: fc.oneof(
      { weight: 6, arbitrary: fc.constant('ok' as const) },
      fc.constantFrom(...roundStatuses.filter((status) => status !== 'missing')),
    ),
    sizes: sizes.map((lists) => lists.map((list, n) => sample(64 * (n + 1), list))),
  })
  .map((parts) => round(parts));
const someRounds = fc.array(aRound, { minLength: 1, maxLength: 12 });

/** What happens to a store; every way in which a size is added or deleted. */
const happening = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('put' as const), rounds: someRounds }) },
  fc.record({ kind: fc.constant('put all' as const), rounds: someRounds }),
  // Rows of the same slot that an agent measured, and lost, and sent again: some are better and some are not.
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('merge' as const),
      rounds: someRounds,
      earlierMs: fc.nat(2),
      hasPackets: fc.boolean(),
    }),
  },
  fc.record({ kind: fc.constant('mark' as const), path: fc.constantFrom(...paths), slot: someSlot }),
  fc.record({ kind: fc.constant('sweep' as const), before: someSlot }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

async function happens(store: Store, one: Happening): Promise<void> {
  switch (one.kind) {
    case 'put':
      await Promise.all(one.rounds.map((each) => store.rounds.put(each)));
      return;
    case 'put all':
      await store.rounds.putAll(one.rounds);
      return;
    case 'merge':
      await store.rows.merge({
        ...noRows,
        slots: one.rounds.map((each: Round): StoredSlot => ({
          ...summarise({ ...each, startedAt: each.startedAt - one.earlierMs }),
          packed: one.hasPackets ? encodePackets(each.sizes) : null,
        })),
      });
      return;
    case 'mark':
      await store.rounds.putMissing([{ path: one.path, slot: one.slot, reason: 'stopped' }]);
      return;
    case 'sweep':
      await store.upkeep.sweep(one.before, one.before);
  }
}

const instant = fc
  .integer({ min: first - 1, max: first + slots + 1 })
  .chain((n) => fc.constantFrom(slotAt(n), slotAt(n) + 1));
const span = fc.record({ from: instant, to: instant });
const question = fc.record({
  from: instant,
  to: instant,
  without: fc.array(span, { maxLength: 3 }),
});

/** That stored sums follow whatever happens to rounds, so that a month which is read from them is that of its rounds. */
export function sizeSumsConformance(name: string, open: () => Promise<Store>): void {
  describe(`${name}: stored sums`, () => {
    test('are those of the rounds, whatever happened to them', async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(happening, { minLength: 1, maxLength: 8 }),
          fc.array(question, { minLength: 1, maxLength: 4 }),
          async (history, questions) => {
            const store = await open();
            try {
              for (const one of history) await happens(store, one);
              expect((await store.upkeep.checkSums({})).wrong).toEqual([]);
              const rows = await store.rounds.list({ limit: 10_000 });
              for (const { without, ...bounds } of questions) {
                const asked: MonthSumsQuery = {
                  ...bounds,
                  paths,
                  without: new Map(paths.map((path) => [path, without])),
                };
                const sums = await store.rounds.monthSums(asked);
                expect(sums.map(fromSums)).toEqual(paths.map((path) => fromRounds(rows, path, asked)));
              }
            } finally {
              await store.close();
            }
          },
        ),
        { numRuns: name === 'postgres' ? 20 : 60 },
      );
    });

    test('nothing is wrong with those of no path', async () => {
      const store = await open();
      try {
        expect(await store.upkeep.checkSums({})).toEqual({ paths: 0, wrong: [] });
        await store.paths.seen(['HKG>AMS'], 0);
        expect(await store.upkeep.checkSums({})).toEqual({ paths: 1, wrong: [] });
        await store.rounds.put(round({ sizes: [sample(64, packets(1, null))] }));
        expect(await store.upkeep.checkSums({ paths: ['HKG>SIN'] })).toEqual({ paths: 1, wrong: [] });
        expect(await store.upkeep.checkSums({ paths: ['HKG>ZZZ'] })).toEqual({ paths: 0, wrong: [] });
        await expect(
          store.upkeep.checkSums({ signal: AbortSignal.abort(new Error('given up')) }),
        ).rejects.toThrow('given up');
      } finally {
        await store.close();
      }
    });
  });
}
