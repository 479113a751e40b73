import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { countSize } from '../../../src/core/measurement/round.js';
import { summarise } from '../../../src/core/measurement/figures.js';
import { asUnscheduled, type StoredRound, type StoredSlot, asReplacement } from '../../../src/core/merge.js';
import type { ObservedOutage } from '../../../src/core/watch/outage.js';
import { encodePackets } from '../../../src/store/packets/codec.js';
import { noRows, type StoredRows } from '../../../src/store/row-store.js';
import type { Store as WholeStore } from '../../../src/store/store.js';
import { round, size, slot } from '../../support/rounds.js';
import { everyRow } from '../../support/every-row.js';

type Store = Pick<WholeStore, 'rounds' | 'watch' | 'paths' | 'rows' | 'close'>;

const everyMs = 1_800_000;
const stored = (parts: Parameters<typeof round>[0] = {}): StoredRound => {
  const one = round(parts);
  return { ...summarise(one), packed: encodePackets(one.sizes) };
};
const mark = (at: number): StoredSlot => ({
  path: 'LAB1>LAB2',
  slot: at,
  status: 'missing',
  reason: 'unknown',
});
const open: ObservedOutage = {
  observer: 'LAB1',
  port: 'LAB2',
  start: { at: slot, earliest: slot - 5, latest: slot + 5 },
  end: null,
  openedAt: slot + 50,
  closedAt: null,
  inferred: [],
  voided: null,
};
const inferring: ObservedOutage = {
  ...open,
  inferred: [{ from: slot + 100, to: slot + 200, reason: 'crashed' }],
};
const closed: ObservedOutage = {
  ...inferring,
  end: { at: slot + 900, earliest: slot + 800, latest: slot + 900 },
  closedAt: slot + 1000,
};
const watch = (parts: Partial<StoredRows['watch']>): StoredRows => ({
  ...noRows,
  watch: { ...noRows.watch, ...parts },
});

/** What every database behind the port does with rows that another store had first. */
export function rowsConformance(name: string, newStore: () => Promise<Store>): void {
  const using = async (work: (store: Store) => Promise<void>): Promise<void> => {
    const store = await newStore();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };

  describe(`${name}: rows of other stores`, () => {
    test('are read as if they had been measured here', () =>
      using(async (store) => {
        const whole = round({ slot });
        const swept = { ...stored({ slot: slot + everyMs }), packed: null };
        const failed = stored({ slot: slot + 2 * everyMs, status: 'failed', reason: 'no name', sizes: [] });
        const { slots } = await store.rows.merge({
          ...noRows,
          slots: [stored({ slot }), swept, failed, mark(slot + 3 * everyMs)],
          configuredPaths: [{ path: 'LAB1>LAB2', firstSeenAt: slot - 9, lastSeenAt: slot + 9 }],
        });
        expect(slots).toHaveLength(4);
        const listed = await store.rounds.list({ limit: 10, order: 'oldest' });
        expect(listed.map(({ status }) => status)).toEqual(['ok', 'ok', 'failed', 'missing']);
        expect(listed[0]).toEqual(summarise(whole));
        expect(await store.rounds.packets('LAB1>LAB2', slot)).toEqual(whole.sizes);
        expect(await store.rounds.packets('LAB1>LAB2', slot + everyMs)).toBeNull();
        const [sums] = await store.rounds.monthSums({ from: slot, to: slot + 9 * everyMs });
        expect(sums).toMatchObject({ roundsHeld: 2, roundsWithLatency: 2 });
        expect([...(await store.paths.known())]).toEqual([
          ['LAB1>LAB2', { firstSeenAt: slot - 9, lastSeenAt: slot + 9 }],
        ]);
      }));

    test('say what of them was news, and change nothing when they come again', () =>
      using(async (store) => {
        const rows = { ...watch({ outages: [open] }), slots: [stored(), mark(slot + everyMs)] };
        expect((await store.rows.merge(rows)).slots).toHaveLength(2);
        const before = await everyRow(store);
        expect(await store.rows.merge(rows)).toEqual({
          slots: [],
          watch: { ...noRows.watch, traces: [] },
        });
        expect(await everyRow(store)).toEqual(before);
        const later = await store.rows.merge(watch({ outages: [closed] }));
        expect(later.watch.outages).toEqual([closed]);
      }));

    test('put a round in the place of a mark, with all its sizes and packets', () =>
      using(async (store) => {
        await store.rows.merge({ ...noRows, slots: [mark(slot)] });
        expect((await store.rows.merge({ ...noRows, slots: [stored()] })).slots).toHaveLength(1);
        expect((await store.rows.merge({ ...noRows, slots: [mark(slot)] })).slots).toHaveLength(0);
        expect(await store.rounds.list({ limit: 5 })).toEqual([summarise(round())]);
        expect(await store.rounds.packets('LAB1>LAB2', slot)).toEqual(round().sizes);
        expect(await store.rounds.accounted('LAB1>LAB2', slot, slot + 1)).toEqual([slot]);
      }));

    test('put what was measured again under the right name in the place of the one named wrongly, in any order', () =>
      using(async (store) => {
        const wrong = stored({ startedAt: slot + 1 });
        const moved = asUnscheduled(wrong, slot + 1, 'was given to it by a clock that was ahead');
        const right = asReplacement(stored({ startedAt: slot + 2, sizes: [size(64, [30_000])] }));
        for (const slots of [[wrong], [moved, right], [wrong], [right, wrong]])
          await store.rows.merge({ ...noRows, slots });
        const listed = await store.rounds.list({ limit: 5, order: 'oldest' });
        expect(listed.map((one) => [one.slot, one.status])).toEqual([
          [slot, 'ok'],
          [slot + 1, 'unscheduled'],
        ]);
        expect(listed[0]).toMatchObject({ startedAt: slot + 2, sizes: [{ received: 1, rttSumUs: 30_000 }] });
        const [sums] = await store.rounds.monthSums({ from: slot, to: slot + everyMs });
        expect(sums).toMatchObject({ roundsHeld: 1 });
      }));

    test('with the same slot twice in one batch keep the better one', () =>
      using(async (store) => {
        await store.rows.merge({ ...noRows, slots: [mark(slot), stored(), mark(slot), stored()] });
        expect(await store.rounds.list({ limit: 5 })).toEqual([summarise(round())]);
      }));

    test('are all written or none', () =>
      using(async (store) => {
        const bad = { ...stored({ slot: slot + everyMs }), startedAt: null as unknown as number };
        await expect(store.rows.merge({ ...noRows, slots: [stored(), bad] })).rejects.toThrow();
        expect(await store.rounds.list({ limit: 5 })).toEqual([]);
      }));

    test('widen the time in which a path was seen, whatever comes first', () =>
      using(async (store) => {
        const seen = (firstSeenAt: number, lastSeenAt: number) =>
          store.rows.merge({ ...noRows, configuredPaths: [{ path: 'LAB1>LAB2', firstSeenAt, lastSeenAt }] });
        await seen(20, 30);
        await seen(10, 15);
        await seen(25, 26);
        expect([...(await store.paths.known()).values()]).toEqual([{ firstSeenAt: 10, lastSeenAt: 30 }]);
      }));

    test('end the same in any order, and however often they come', async () => {
      const other = stored({ slot: slot + everyMs, sizes: [size(64, [20_000, 20_001])] });
      const parts: StoredRows[] = [
        watch({ outages: [open] }),
        watch({ outages: [inferring], spans: [{ observer: 'LAB1', from: slot, to: slot + 10 }] }),
        watch({ outages: [closed], spans: [{ observer: 'LAB1', from: slot, to: slot + 99 }] }),
        watch({ blind: [{ observer: 'LAB1', port: null, from: slot, to: null, reason: 'isolated' }] }),
        watch({ blind: [{ observer: 'LAB1', port: null, from: slot, to: slot + 7, reason: 'isolated' }] }),
        watch({ states: [{ observer: 'LAB1', port: 'LAB2', at: slot, state: 'up', reason: null }] }),
        { ...noRows, slots: [stored(), mark(slot + everyMs)] },
        { ...noRows, slots: [other] },
        {
          ...noRows,
          slots: [mark(slot)],
          configuredPaths: [{ path: 'LAB1>LAB2', firstSeenAt: 1, lastSeenAt: 9 }],
        },
      ];
      let expected: unknown;
      await using(async (store) => {
        for (const part of parts) await store.rows.merge(part);
        expected = await everyRow(store);
      });
      const order = fc.shuffledSubarray([...parts, ...parts], { minLength: 2 * parts.length });
      await fc.assert(
        fc.asyncProperty(order, (mixed) =>
          using(async (store) => {
            for (const part of mixed) await store.rows.merge(part);
            expect(await everyRow(store)).toEqual(expected);
          }),
        ),
        { numRuns: 4 },
      );
    });

    test('keep counts as they come, with or without packets', () =>
      using(async (store) => {
        const sizes = [size(64, [1, 2, 3]), size(512, [])].map(countSize);
        await store.rows.merge({ ...noRows, slots: [{ ...stored(), sizes, packed: null }] });
        expect(await store.rounds.list({ limit: 1 })).toEqual([{ ...summarise(round()), sizes }]);
      }));
  });
}
