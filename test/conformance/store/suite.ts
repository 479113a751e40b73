import { describe, expect, test } from 'vitest';
import {
  icmpErrorKinds,
  missingReasons,
  notSentReasons,
  type PacketOutcome,
  roundStatuses,
  stampSources,
} from '../../../src/core/measurement/round.js';
import { summarise } from '../../../src/core/measurement/figures.js';
import type { PathId } from '../../../src/core/types.js';
import type { RoundQuery, Store as WholeStore } from '../../../src/store/store.js';
import { packets, provenance, round, sample, slotAt } from '../../store/support.js';

type Store = Pick<WholeStore, 'rounds' | 'paths' | 'runs' | 'upkeep' | 'close'>;

/** What every database behind the port does. `open` gives an empty store that the suite's test closes. */
export function storeConformance(name: string, open: () => Promise<Store>): void {
  const using = async (work: (store: Store) => Promise<void>): Promise<void> => {
    const store = await open();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };
  describe(`${name}: rounds`, () => {
    test('gives a round back as it was, with every packet', () =>
      using(async (store) => {
        const outcomes: PacketOutcome[] = [
          { kind: 'received', rttUs: 0 },
          { kind: 'received', rttUs: 2_000_000 },
          { kind: 'late', rttUs: 2_400_123 },
          { kind: 'lost' },
          ...icmpErrorKinds.map((error): PacketOutcome => ({ kind: 'error', error })),
          ...notSentReasons.map((reason): PacketOutcome => ({ kind: 'not-sent', reason })),
        ];
        const given = round({
          provenance: {
            driver: 'net-ping',
            stamps: 'user',
            fallbackStamps: 3,
            socketDrops: 0,
            sendLagUs: 812.5,
            calibration: { p50Us: 21, p99Us: 78.5 },
          },
          sizes: [{ ...sample(512, outcomes), duplicates: 2, mismatched: 70_000 }, sample(64, packets(1, 2))],
        });
        expect(await store.rounds.put(given)).toBe('stored');
        expect(await store.rounds.list({ limit: 10 })).toEqual([summarise(given)]);
        expect(await store.rounds.packets(given.path, given.slot)).toEqual(given.sizes);
      }));

    test('puts a round in the place of another, which stays beside it with every packet', () =>
      using(async ({ rounds }) => {
        const wrong = round({ startedAt: slotAt(0) + 9, sizes: [sample(64, packets(1, 2))] });
        const right = round({ startedAt: slotAt(0) + 9, sizes: [sample(64, packets(3, 4, 5))] });
        await rounds.put(wrong);
        const moved = { beside: slotAt(0) + 1, why: 'was given to it by a clock that was ahead' };
        // Again, as when the confirmation of the first was lost.
        for (let n = 0; n < 2; n += 1) await rounds.replace(right, moved);
        const [beside, there, ...more] = await rounds.list({ limit: 10 });
        expect(more).toEqual([]);
        expect(there).toEqual(summarise(right));
        expect(await rounds.packets(right.path, right.slot)).toEqual(right.sizes);
        expect(beside).toEqual({
          ...summarise(wrong),
          slot: slotAt(0) + 1,
          status: 'unscheduled',
          reason: expect.stringContaining('clock that was ahead') as string,
        });
        expect(await rounds.packets(wrong.path, slotAt(0) + 1)).toEqual(wrong.sizes);
        const [sums] = await rounds.monthSums({ from: slotAt(0), to: slotAt(1) });
        expect(sums).toMatchObject({ roundsHeld: 1 });
        // A slot that is marked, or free, is simply filled.
        await rounds.putMissing([{ path: right.path, slot: slotAt(1), reason: 'unknown' }]);
        for (const n of [1, 2])
          await rounds.replace(round({ slot: slotAt(n) }), { ...moved, beside: slotAt(n) + 1 });
        expect((await rounds.list({ from: slotAt(1), limit: 10 })).map(({ status }) => status)).toEqual([
          'ok',
          'ok',
        ]);
      }));

    test.each(roundStatuses.filter((status) => status !== 'missing'))('keeps the status %s', (status) =>
      using(async (store) => {
        const given = round({ status, reason: `because ${status} „…“`, address: null, sizes: [] });
        await store.rounds.put(given);
        expect(await store.rounds.list({ limit: 10 })).toEqual([summarise(given)]);
        expect(await store.rounds.packets(given.path, given.slot)).toEqual([]);
      }),
    );

    test.each(stampSources)('keeps the stamps %s', (stamps) =>
      using(async (store) => {
        const given = round({ provenance: { ...provenance, stamps } });
        await store.rounds.put(given);
        expect(await store.rounds.list({ limit: 10 })).toEqual([summarise(given)]);
      }),
    );

    test('gives back the ICMP errors of a round, and none where none came', () =>
      using(async ({ rounds }) => {
        const error = { bytes: 64, error: 'packet-too-big', type: 3, code: 4, mtu: 1400, count: 7 } as const;
        const icmpErrors = [
          { ...error, from: '192.0.2.7' },
          { ...error, from: null, mtu: null },
        ];
        await rounds.put(round({ icmpErrors }));
        await rounds.put(round({ slot: slotAt(1) }));
        const [without, having] = await rounds.list({ limit: 2 });
        expect(having).toMatchObject({ icmpErrors });
        expect(without).not.toHaveProperty('icmpErrors');
      }));

    test('stores a round once, and keeps the first', () =>
      using(async (store) => {
        const first = round();
        const second = round({ sizes: [sample(64, packets(1))], status: 'aborted', reason: 'again' });
        const answers = await Promise.all([store.rounds.put(first), store.rounds.put(second)]);
        expect(answers).toEqual(['stored', 'already-stored']);
        expect(await store.rounds.put(second)).toBe('already-stored');
        expect(await store.rounds.list({ limit: 10 })).toEqual([summarise(first)]);
        expect(await store.rounds.packets(first.path, first.slot)).toEqual(first.sizes);
      }));

    test('stores many rounds at once, with an answer for each, or none of them', () =>
      using(async (store) => {
        const [first, second, third] = [0, 1, 2].map((n) => round({ slot: slotAt(n) }));
        if (!first || !second || !third) throw new Error('three rounds');
        await store.rounds.put(second);
        await store.rounds.putMissing([{ path: third.path, slot: third.slot, reason: 'stopped' }]);
        const bad = round({ slot: slotAt(3), sizes: [sample(64, packets(12.5))] });
        await expect(store.rounds.putAll([first, bad])).rejects.toThrow(RangeError);
        expect(await store.rounds.list({ limit: 10 })).toHaveLength(2);
        expect(await store.rounds.putAll([first, second, third])).toEqual([
          'stored',
          'already-stored',
          'stored',
        ]);
        expect(await store.rounds.list({ limit: 10, order: 'oldest' })).toEqual(
          [first, second, third].map((one) => summarise(one)),
        );
        expect(await store.rounds.packets(first.path, first.slot)).toEqual(first.sizes);
        expect(await store.rounds.putAll([])).toEqual([]);
      }));

    test('refuses a round whose times are not whole microseconds, and stores its neighbours of the same turn', () =>
      using(async (store) => {
        const bad = round({ slot: slotAt(1), sizes: [sample(64, packets(12.5))] });
        const [first, second, third] = await Promise.allSettled([
          store.rounds.put(round({ slot: slotAt(0) })),
          store.rounds.put(bad),
          store.rounds.put(round({ slot: slotAt(2) })),
        ]);
        expect([first.status, third.status]).toEqual(['fulfilled', 'fulfilled']);
        expect(second).toMatchObject({ status: 'rejected', reason: expect.any(RangeError) as unknown });
        expect(await store.rounds.accounted(bad.path, slotAt(0), slotAt(9))).toEqual([slotAt(0), slotAt(2)]);
      }));

    test('has nothing of a round it does not know', () =>
      using(async (store) => {
        await store.rounds.put(round());
        expect(await store.rounds.packets('HKG>SIN', slotAt(1))).toBeNull();
        expect(await store.rounds.packets('HKG>TYO', slotAt(0))).toBeNull();
        expect(await store.rounds.list({ path: 'HKG>TYO', limit: 10 })).toEqual([]);
        expect(await store.rounds.accounted('HKG>TYO', 0, slotAt(9))).toEqual([]);
      }));
  });

  describe(`${name}: missing slots`, () => {
    test.each(missingReasons)('marks a slot as missing: %s', (reason) =>
      using(async (store) => {
        const mark = { path: 'HKG>SIN', slot: slotAt(3), reason } as const;
        expect(await store.rounds.putMissing([mark])).toBe(1);
        expect(await store.rounds.list({ limit: 10 })).toEqual([{ ...mark, status: 'missing' }]);
        expect(await store.rounds.packets(mark.path, mark.slot)).toBeNull();
      }),
    );

    test('never marks what has a round, nor twice, and says how many were new', () =>
      using(async (store) => {
        const mark = (n: number) => ({ path: 'HKG>SIN', slot: slotAt(n), reason: 'stopped' }) as const;
        await store.rounds.put(round({ slot: slotAt(1) }));
        expect(await store.rounds.putMissing([mark(0), mark(1), mark(2), mark(2)])).toBe(2);
        expect(await store.rounds.putMissing([mark(0), { ...mark(2), reason: 'asleep' }])).toBe(0);
        expect(await store.rounds.put(round({ slot: slotAt(1) }))).toBe('already-stored');
        const rows = await store.rounds.list({ limit: 10, order: 'oldest' });
        expect(rows.map(({ status, reason }) => [status, reason])).toEqual([
          ['missing', 'stopped'],
          ['ok', null],
          ['missing', 'stopped'],
        ]);
        expect(await store.rounds.putMissing([])).toBe(0);
      }));

    test('gives a mark’s place to the round that is measured after all, whole', () =>
      using(async (store) => {
        const late = round({ slot: slotAt(2) });
        const mark = { path: late.path, slot: late.slot, reason: 'clock-stepped' } as const;
        await store.rounds.putMissing([mark, { ...mark, slot: slotAt(3) }]);
        const again = round({ slot: slotAt(2), status: 'aborted', reason: 'again' });
        const both = await Promise.all([store.rounds.put(late), store.rounds.put(again)]);
        expect(both).toEqual(['stored', 'already-stored']);
        expect(await store.rounds.putMissing([mark])).toBe(0);
        const rows = await store.rounds.list({ limit: 10, order: 'oldest' });
        expect(rows).toEqual([summarise(late), { ...mark, slot: slotAt(3), status: 'missing' }]);
        expect(await store.rounds.packets(late.path, late.slot)).toEqual(late.sizes);
      }));

    test('takes back marks of slots that are yet to come, of these paths only, and no round', () =>
      using(async (store) => {
        const mark = (path: PathId, n: number) => ({ path, slot: slotAt(n), reason: 'stopped' }) as const;
        await store.rounds.putMissing([0, 1, 2, 3].map((n) => mark('HKG>SIN', n)));
        await store.rounds.putMissing([mark('HKG>TYO', 3)]);
        await store.rounds.put(round({ slot: slotAt(4) }));
        expect(await store.rounds.removeMarks(['HKG>SIN', 'HKG>NIL'], slotAt(2))).toEqual({
          count: 2,
          earliest: [mark('HKG>SIN', 2), mark('HKG>SIN', 3)],
        });
        expect(await store.rounds.accounted('HKG>SIN', 0, slotAt(9))).toEqual([0, 1, 4].map(slotAt));
        expect(await store.rounds.accounted('HKG>TYO', 0, slotAt(9))).toEqual([slotAt(3)]);
        expect(await store.rounds.removeMarks([], 0)).toEqual({ count: 0, earliest: [] });
      }));

    test('takes the marks of a long absence', () =>
      using(async (store) => {
        const marks = Array.from(
          { length: 5000 },
          (_, n) => ({ path: 'HKG>SIN', slot: slotAt(n), reason: 'asleep' }) as const,
        );
        expect(await store.rounds.putMissing(marks)).toBe(5000);
        expect(await store.rounds.accounted('HKG>SIN', slotAt(10), slotAt(13))).toEqual(
          [10, 11, 12].map(slotAt),
        );
      }));
  });

  describe(`${name}: lists`, () => {
    const paths = ['HKG>SIN', 'HKG>TYO', 'AMS>HKG'] as const; // not in the order they sort in
    const fill = async (store: Store): Promise<void> => {
      for (let n = 0; n < 5; n += 1) {
        for (const path of paths) {
          if (n === 2) await store.rounds.putMissing([{ path, slot: slotAt(n), reason: 'stopped' }]);
          else await store.rounds.put(round({ path, slot: slotAt(n) }));
        }
      }
    };
    const keys = (rows: Awaited<ReturnType<Store['rounds']['list']>>): string[] =>
      rows.map(({ slot, path }) => `${(slot - slotAt(0)) / 1_800_000} ${path}`);
    const walk = async (store: Store, query: Omit<RoundQuery, 'limit'>, limit: number): Promise<string[]> => {
      const all: string[] = [];
      let after: RoundQuery['after'];
      for (;;) {
        const page = await store.rounds.list({ ...query, limit, ...(after && { after }) });
        all.push(...keys(page));
        const last = page.at(-1);
        if (last === undefined) return all;
        after = { slot: last.slot, path: last.path };
      }
    };
    const sorted = ['AMS>HKG', 'HKG>SIN', 'HKG>TYO'];
    const newest = [4, 3, 2, 1, 0].flatMap((n) => sorted.map((path) => `${n} ${path}`));
    const oldest = [0, 1, 2, 3, 4].flatMap((n) => sorted.map((path) => `${n} ${path}`));

    test('goes from the newest, equal slots by path, page by page', () =>
      using(async (store) => {
        await fill(store);
        expect(keys(await store.rounds.list({ limit: 100 }))).toEqual(newest);
        for (const limit of [1, 2, 3, 4, 7]) expect(await walk(store, {}, limit)).toEqual(newest);
      }));

    test('goes from the oldest, page by page', () =>
      using(async (store) => {
        await fill(store);
        expect(keys(await store.rounds.list({ limit: 100, order: 'oldest' }))).toEqual(oldest);
        for (const limit of [1, 2, 5]) expect(await walk(store, { order: 'oldest' }, limit)).toEqual(oldest);
      }));

    test('holds a path, and slots from the first to before the last', () =>
      using(async (store) => {
        await fill(store);
        const span = { from: slotAt(1), to: slotAt(3) };
        expect(keys(await store.rounds.list({ ...span, limit: 100 }))).toEqual(newest.slice(6, 12));
        expect(await walk(store, { ...span, order: 'oldest' }, 2)).toEqual(oldest.slice(3, 9));
        expect(await walk(store, { ...span, path: 'HKG>SIN' }, 1)).toEqual(['2 HKG>SIN', '1 HKG>SIN']);
        expect(await walk(store, { path: 'HKG>TYO', order: 'oldest' }, 2)).toEqual(
          [0, 1, 2, 3, 4].map((n) => `${n} HKG>TYO`),
        );
        expect(await store.rounds.list({ from: slotAt(3), to: slotAt(3), limit: 9 })).toEqual([]);
      }));

    test('takes a cursor that stands outside the range, or at no row', () =>
      using(async (store) => {
        await fill(store);
        const span = { from: slotAt(1), to: slotAt(3), limit: 100 };
        const at = (n: number, path: `${string}>${string}`) => ({ after: { slot: slotAt(n), path } });
        expect(keys(await store.rounds.list({ ...span, ...at(4, 'ZZZ>ZZZ') }))).toEqual(newest.slice(6, 12));
        expect(await store.rounds.list({ ...span, ...at(0, 'AAA>AAA') })).toEqual([]);
        expect(keys(await store.rounds.list({ ...span, ...at(2, 'HKG>AAA') }))).toEqual(newest.slice(7, 12));
        const first = { ...span, order: 'oldest' as const };
        expect(keys(await store.rounds.list({ ...first, ...at(0, 'ZZZ>ZZZ') }))).toEqual(oldest.slice(3, 9));
        expect(await store.rounds.list({ ...first, ...at(3, 'AAA>AAA') })).toEqual([]);
      }));

    test('adds up the packets of rounds that ran wholly within a time, of the paths asked for', () =>
      using(async (store) => {
        await fill(store);
        const late = { path: 'HKG>SIN', slot: slotAt(3) + 1, startedAt: slotAt(4) + 90_000 } as const;
        await store.rounds.put(round({ ...late, endedAt: slotAt(4) + 95_000, sizes: [], status: 'failed' }));
        const within = (paths: readonly PathId[], from: number, to: number, slotWithinMs = 3_600_000) =>
          store.rounds.within({ paths, from, to, slotWithinMs });
        const [first] = await store.rounds.list({ path: 'HKG>SIN', limit: 1, order: 'oldest' });
        if (first === undefined || first.status === 'missing') throw new Error('it was filled');
        const sum = (key: 'sent' | 'received') => first.sizes.reduce((total, size) => total + size[key], 0);
        expect(sum('sent')).toBeGreaterThan(0);
        const counts = { sent: sum('sent'), received: sum('received') };
        const ranAt = (n: number) => ({
          startedAt: slotAt(n) + 1234,
          endedAt: slotAt(n) + 101_234,
          ...counts,
        });
        // Slot 2 is missing, the one of slot 0 began before, nothing of slot 4 is over in time but what sent nothing.
        expect(
          await within(['HKG>SIN', 'AMS>HKG', 'TYO>SIN'], slotAt(0) + 1235, slotAt(4) + 101_233),
        ).toEqual([
          { path: 'AMS>HKG', ...ranAt(1) },
          { path: 'HKG>SIN', ...ranAt(1) },
          { path: 'AMS>HKG', ...ranAt(3) },
          { path: 'HKG>SIN', ...ranAt(3) },
          {
            path: 'HKG>SIN',
            startedAt: late.startedAt,
            endedAt: late.startedAt + 5000,
            sent: 0,
            received: 0,
          },
        ]);
        expect(await within(['HKG>SIN'], slotAt(4) + 80_000, slotAt(9), 60_000)).toEqual([]);
        expect(await within([], 0, slotAt(9))).toEqual([]);
      }));

    test('says which slots of a path are accounted for', () =>
      using(async (store) => {
        await fill(store);
        await store.rounds.put(round({ slot: slotAt(0) + 77, status: 'unscheduled' }));
        expect(await store.rounds.accounted('HKG>SIN', slotAt(0), slotAt(3))).toEqual([
          slotAt(0),
          slotAt(0) + 77,
          slotAt(1),
          slotAt(2),
        ]);
      }));
  });

  describe(`${name}: the newest slots`, () => {
    test('are those of every path, missing ones too; an unscheduled round is of no slot', () =>
      using(async (store) => {
        expect(await store.rounds.newest()).toEqual(new Map());
        await store.paths.seen(['HKG>TYO'], 1000);
        for (const n of [1, 3, 2]) await store.rounds.put(round({ path: 'HKG>SIN', slot: slotAt(n) }));
        await store.rounds.put(round({ path: 'HKG>SIN', slot: slotAt(3) + 77, status: 'unscheduled' }));
        await store.rounds.putMissing([{ path: 'HKG>FRA', slot: slotAt(4), reason: 'unknown' }]);
        expect(await store.rounds.newest()).toEqual(
          new Map([
            ['HKG>SIN', slotAt(3)],
            ['HKG>FRA', slotAt(4)],
          ]),
        );
      }));
  });

  describe(`${name}: paths and runs`, () => {
    test('keeps when a path was first and last configured', () =>
      using(async (store) => {
        await store.rounds.put(round({ path: 'HKG>FRA' })); // a path with a round that nobody configured
        await store.paths.seen(['HKG>SIN', 'HKG>TYO'], 1000);
        expect(await store.paths.known()).toEqual(
          new Map([
            ['HKG>SIN', { firstSeenAt: 1000, lastSeenAt: 1000 }],
            ['HKG>TYO', { firstSeenAt: 1000, lastSeenAt: 1000 }],
          ]),
        );
        await store.paths.seen(['HKG>SIN', 'HKG>FRA'], 2000);
        await store.paths.seen(['HKG>SIN'], 1500); // the clock was set back
        await store.paths.seen([], 3000);
        expect(await store.paths.known()).toEqual(
          new Map([
            ['HKG>FRA', { firstSeenAt: 2000, lastSeenAt: 2000 }],
            ['HKG>SIN', { firstSeenAt: 1000, lastSeenAt: 2000 }],
            ['HKG>TYO', { firstSeenAt: 1000, lastSeenAt: 1000 }],
          ]),
        );
      }));

    test('keeps the lives of the daemon', () =>
      using(async (store) => {
        expect(await store.runs.latest()).toBeNull();
        const first = await store.runs.begin('0.1.0', 1000);
        await store.runs.beat(first, 5000);
        expect(await store.runs.latest()).toEqual({
          id: first,
          version: '0.1.0',
          startedAt: 1000,
          lastSeenAt: 5000,
          stoppedAt: null,
        });
        await store.runs.end(first, 6000);
        expect(await store.runs.latest()).toMatchObject({ id: first, lastSeenAt: 6000, stoppedAt: 6000 });
        const second = await store.runs.begin('0.2.0', 500); // the clock was set back
        expect(await store.runs.latest()).toMatchObject({ id: second, version: '0.2.0', stoppedAt: null });
      }));

    test('finds the latest long time in which no daemon lived', () =>
      using(async (store) => {
        const live = async (from: number, to: number, stops: boolean): Promise<void> => {
          const id = await store.runs.begin('0.1.0', from);
          await (stops ? store.runs.end(id, to) : store.runs.beat(id, to));
        };
        await live(0, 1_000, true);
        expect(await store.runs.latestGap(100)).toBeNull();
        await live(5_000, 6_000, false);
        await live(16_000, 17_000, true);
        await live(17_050, 18_000, true);
        await live(3_000, 4_000, true); // the clock was set back
        expect(await store.runs.latestGap(100)).toEqual({ from: 6_000, to: 16_000 });
        expect(await store.runs.latestGap(10_000)).toBeNull();
      }));
  });

  describe(`${name}: upkeep`, () => {
    test('sweeps packets first and rows later, and keeps the rest', () =>
      using(async (store) => {
        for (let n = 0; n < 10; n += 1) await store.rounds.put(round({ slot: slotAt(n) }));
        await store.rounds.putMissing([{ path: 'HKG>TYO', slot: slotAt(0), reason: 'unknown' }]);
        expect(await store.upkeep.sweep(slotAt(6), slotAt(2))).toEqual({
          packetsDeleted: 6,
          rowsDeleted: 3,
          watchDeleted: 0,
        });
        expect(await store.rounds.accounted('HKG>SIN', 0, slotAt(99))).toEqual(
          [2, 3, 4, 5, 6, 7, 8, 9].map(slotAt),
        );
        expect(await store.rounds.packets('HKG>SIN', slotAt(5))).toBeNull();
        expect(await store.rounds.packets('HKG>SIN', slotAt(6))).toEqual(round().sizes);
        expect(await store.rounds.list({ limit: 1, order: 'oldest' })).toEqual([
          summarise(round({ slot: slotAt(2) })),
        ]);
        const [sums] = await store.rounds.monthSums({ from: 0, to: slotAt(99) });
        expect(sums).toMatchObject({ path: 'HKG>SIN', roundsHeld: 8 });
        expect(await store.upkeep.sweep(slotAt(6), slotAt(2))).toEqual({
          packetsDeleted: 0,
          rowsDeleted: 0,
          watchDeleted: 0,
        });
      }));

    test('sweeps more than one batch, and stores meanwhile', () =>
      using(async (store) => {
        await Promise.all(
          Array.from({ length: 450 }, (_, n) => store.rounds.put(round({ slot: slotAt(n) }))),
        );
        const [swept, stored] = await Promise.all([
          store.upkeep.sweep(slotAt(430), slotAt(420)),
          store.rounds.put(round({ slot: slotAt(450) })),
        ]);
        expect(swept).toEqual({ packetsDeleted: 430, rowsDeleted: 420, watchDeleted: 0 });
        expect(stored).toBe('stored');
        expect(await store.rounds.list({ limit: 1000 })).toHaveLength(31);
      }));

    test('can be written, checkpointed and measured', () =>
      using(async (store) => {
        await store.upkeep.probe();
        await store.upkeep.probe();
        await store.upkeep.checkpoint();
        expect(await store.rounds.list({ limit: 10 })).toEqual([]);
        const before = await store.upkeep.sizeBytes();
        for (let n = 0; n < 50; n += 1) await store.rounds.put(round({ slot: slotAt(n) }));
        expect(await store.upkeep.sizeBytes()).toBeGreaterThan(before);
      }));
  });

  describe(`${name}: the end`, () => {
    test('stops a sweep between two of its batches', async () => {
      const store = await open();
      await Promise.all(Array.from({ length: 450 }, (_, n) => store.rounds.put(round({ slot: slotAt(n) }))));
      const sweep = store.upkeep.sweep(slotAt(450), slotAt(450));
      const late = store.rounds.put(round({ slot: slotAt(451) })); // its turn comes before the sweep is through
      const stopped = expect(sweep).rejects.toMatchObject({
        name: 'StoreError',
        message: expect.stringContaining('closed') as unknown,
      });
      const closed = store.close();
      expect(await late).toBe('stored');
      await stopped;
      await closed;
    });

    test('finishes what was asked for, and refuses what comes later', async () => {
      const store = await open();
      const put = store.rounds.put(round());
      await store.close();
      expect(await put).toBe('stored');
      await store.close();
      await expect(store.rounds.put(round())).rejects.toMatchObject({ name: 'StoreError', kind: 'other' });
      await expect(store.rounds.list({ limit: 1 })).rejects.toMatchObject({
        name: 'StoreError',
        kind: 'other',
      });
    });
  });
}
