import { describe, expect, test } from 'vitest';
import type { PathTrace } from '../../../src/core/trace/trace.js';
import type { BlindTime, ObservedOutage, StateChange, WatchRecord } from '../../../src/core/watch/outage.js';
import type { Store as WholeStore } from '../../../src/store/store.js';

type Store = Pick<WholeStore, 'watch' | 'ledger' | 'upkeep' | 'close'>;

const nothing: WatchRecord = { outages: [], states: [], spans: [], blind: [] };

const outage = (over: Partial<ObservedOutage> = {}): ObservedOutage => ({
  observer: 'HKG',
  port: 'SIN',
  start: { at: 1_000, earliest: 500, latest: 1_020 },
  end: null,
  openedAt: 5_050,
  closedAt: null,
  inferred: [],
  voided: null,
  ...over,
});
const ended = { end: { at: 9_000, earliest: 8_800, latest: 9_020 }, closedAt: 9_500 };

const state = (at: number, over: Partial<StateChange> = {}): StateChange => ({
  observer: 'HKG',
  port: 'SIN',
  at,
  state: 'up',
  reason: null,
  ...over,
});

const trace = (at: number, over: Partial<PathTrace> = {}): PathTrace => ({
  observer: 'HKG',
  port: 'SIN',
  at,
  reason: 'outage',
  address: '192.0.2.1',
  runs: [
    {
      method: 'udp',
      hops: [{ ttl: 1, tries: [null, { from: '198.51.100.1', rttUs: 1_200, type: 11, code: 0 }, null] }],
      reached: false,
      failure: null,
    },
  ],
  ...over,
});

const blind = (from: number, to: number | null, over: Partial<BlindTime> = {}): BlindTime => ({
  observer: 'HKG',
  port: null,
  from,
  to,
  reason: 'isolated',
  ...over,
});

/** What every database behind the port does with what a watch found. */
export function watchConformance(name: string, open: () => Promise<Store>): void {
  const using = async (work: (watch: Store['watch'], store: Store) => Promise<void>): Promise<void> => {
    const store = await open();
    try {
      await work(store.watch, store);
    } finally {
      await store.close();
    }
  };

  describe(`${name}: the watch`, () => {
    test('knows nothing at first', () =>
      using(async (watch) => {
        expect(await watch.outages()).toEqual([]);
        expect(await watch.states()).toEqual([]);
        expect(await watch.latestStates('HKG')).toEqual([]);
        expect(await watch.spans('HKG')).toEqual([]);
        expect(await watch.latestSpan('HKG')).toBeNull();
        expect(await watch.watchers()).toEqual([]);
        expect(await watch.blind()).toEqual([]);
      }));

    test('gives an outage back as it was, open, closed, inferred in part and voided', () =>
      using(async (watch) => {
        await watch.put({ ...nothing, outages: [outage()] });
        expect(await watch.outages()).toEqual([outage()]);
        const inferred = [
          { from: 2_000, to: 3_000, reason: 'crashed' as const },
          { from: 4_000, to: 5_000, reason: 'stalled' as const },
        ];
        const closed = outage({ ...ended, inferred });
        await watch.put({ ...nothing, outages: [closed] });
        await watch.put({ ...nothing, outages: [closed] });
        expect(await watch.outages()).toEqual([closed]);
        const voided = outage({ ...closed, voided: { at: 9_900, reason: 'isolated' } });
        await watch.put({ ...nothing, outages: [voided] });
        expect(await watch.outages()).toEqual([voided]);
      }));

    test('finds outages by observer, port and time, and those that last', () =>
      using(async (watch) => {
        const all = [
          outage(ended),
          outage({ port: 'FRA', start: { at: 2_000, earliest: 1_500, latest: 2_000 } }),
          outage({ observer: 'FRA', start: { at: 3_000, earliest: 3_000, latest: 3_000 } }),
          outage({
            port: 'LAX',
            start: { at: 4_000, earliest: 4_000, latest: 4_000 },
            voided: { at: 5_000, reason: 'isolated' },
          }),
        ];
        await watch.put({ ...nothing, outages: all });
        const startsOf = async (query: Parameters<typeof watch.outages>[0]) =>
          (await watch.outages(query)).map(({ start }) => start.at);
        expect(await startsOf({})).toEqual([1_000, 2_000, 3_000, 4_000]);
        expect(await startsOf({ limit: 2 })).toEqual([4_000, 3_000]);
        expect(await startsOf({ limit: 2, order: 'oldest' })).toEqual([1_000, 2_000]);
        expect(await startsOf({ observer: 'HKG' })).toEqual([1_000, 2_000, 4_000]);
        expect(await startsOf({ port: 'SIN' })).toEqual([1_000, 3_000]);
        expect(await startsOf({ open: true })).toEqual([2_000, 3_000]);
        expect(await startsOf({ observer: 'HKG', open: true })).toEqual([2_000]);
        expect(await startsOf({ to: 2_000 })).toEqual([1_000]);
        expect(await startsOf({ from: 9_000, port: 'SIN', observer: 'HKG' })).toEqual([]);
        expect(await startsOf({ from: 8_999, to: 9_000, port: 'SIN', observer: 'HKG' })).toEqual([1_000]);
      }));

    test('keeps every change of state once, and knows the latest of each port', () =>
      using(async (watch) => {
        const changes = [
          state(10, { port: null, state: 'watching' }),
          state(10),
          state(20, { state: 'down' }),
          state(30, { port: 'FRA', state: 'unobserved', reason: 'not-sent' }),
          state(40),
        ];
        await watch.put({ ...nothing, states: changes });
        await watch.put({ ...nothing, states: changes.slice(1, 3) });
        expect(await watch.states()).toEqual(changes);
        expect(await watch.states({ port: 'SIN', from: 20, to: 40 })).toEqual(changes.slice(2, 3));
        expect(await watch.latestStates('HKG')).toEqual([changes[0], changes[3], changes[4]]);
        expect(await watch.latestStates('FRA')).toEqual([]);
      }));

    test('knows who ever watched which port, by its states and its outages', () =>
      using(async (watch) => {
        await watch.put({
          ...nothing,
          states: [
            state(10, { port: null, state: 'watching' }),
            state(20),
            state(30),
            state(30, { observer: 'LAX' }),
          ],
          outages: [outage(), outage({ observer: 'FRA' }), outage({ observer: 'FRA', port: 'HKG' })],
        });
        expect(await watch.watchers()).toEqual([
          { observer: 'FRA', port: 'HKG' },
          ...['FRA', 'HKG', 'LAX'].map((observer) => ({ observer, port: 'SIN' })),
        ]);
      }));

    test('coalesces heartbeats: a span grows, and never shrinks', () =>
      using(async (watch) => {
        const span = (from: number, to: number, observer = 'HKG') => ({ observer, from, to });
        for (const to of [10, 30, 20]) await watch.put({ ...nothing, spans: [span(0, to)] });
        await watch.put({ ...nothing, spans: [span(50, 60), span(0, 99, 'FRA')] });
        expect(await watch.spans('HKG')).toEqual([span(0, 30), span(50, 60)]);
        expect(await watch.spans('HKG', { from: 30, to: 51 })).toEqual([span(50, 60)]);
        expect(await watch.latestSpan('HKG')).toEqual(span(50, 60));
      }));

    test('gives traces back as they were, by port, time and reason', () =>
      using(async (watch, { upkeep }) => {
        const [first, second] = [trace(100), trace(200, { reason: 'quiet', port: 'FRA', runs: [] })];
        await watch.put({ ...nothing, traces: [second, first] });
        await watch.put({ ...nothing, traces: [first] });
        expect(await watch.traces()).toEqual([first, second]);
        expect(await watch.traces({ port: 'FRA' })).toEqual([second]);
        expect(await watch.traces({ reason: 'outage' })).toEqual([first]);
        expect(await watch.traces({ from: 100, to: 200 })).toEqual([first]);
        expect(await watch.traces({ observer: 'HKG', limit: 1 })).toEqual([second]);
        expect(await upkeep.sweep(200, 200)).toMatchObject({ watchDeleted: 1 });
        expect(await watch.traces()).toEqual([second]);
      }));

    test('keeps blind time, of one port and of all, and its end when that comes', () =>
      using(async (watch) => {
        await watch.put({
          ...nothing,
          blind: [blind(10, null), blind(20, null, { port: 'SIN', reason: 'not-sent' })],
        });
        expect(await watch.blind({ open: true })).toHaveLength(2);
        await watch.put({ ...nothing, blind: [blind(10, 15)] });
        const own = blind(20, null, { port: 'SIN', reason: 'not-sent' });
        expect(await watch.blind({ port: 'SIN' })).toEqual([blind(10, 15), own]);
        expect(await watch.blind({ port: 'FRA' })).toEqual([blind(10, 15)]);
        expect(await watch.blind({ open: true })).toEqual([own]);
        expect(await watch.blind({ from: 15, to: 20 })).toEqual([]);
      }));

    test('refuses a record with one bad row whole', () =>
      using(async (watch) => {
        const bad = outage({ port: 'FRA', end: { at: 1, earliest: 1, latest: 1 }, closedAt: 2 });
        await expect(watch.put({ ...nothing, outages: [outage(), bad] })).rejects.toThrow();
        expect(await watch.outages()).toEqual([]);
      }));

    test('forgets what was before an instant, but not what was so at it', () =>
      using(async (watch, { upkeep }) => {
        const lasting = outage({ port: 'LAX', start: { at: 100, earliest: 90, latest: 100 } });
        const inferred = [{ from: 2_000, to: 3_000, reason: 'crashed' as const }];
        await watch.put({
          outages: [
            outage({ ...ended, inferred }),
            outage({
              port: 'FRA',
              start: { at: 9_500, earliest: 9_400, latest: 9_500 },
              ...ended,
              end: { at: 10_000, earliest: 10_000, latest: 10_000 },
            }),
            outage({ port: 'TYO', voided: { at: 5_000, reason: 'isolated' } }),
            lasting,
          ],
          states: [
            ...[state(10), state(20, { state: 'down' }), state(9_999), state(10_000, { state: 'down' })],
            ...[state(5, { port: 'FRA' }), state(5, { port: 'FRA', observer: 'LAX' })],
            state(5, { port: null, state: 'watching' }),
          ],
          spans: [
            { observer: 'HKG', from: 0, to: 4_000 },
            { observer: 'HKG', from: 5_000, to: 10_000 },
            { observer: 'LAX', from: 0, to: 4_000 },
          ],
          blind: [blind(10, 20), blind(30, 10_000), blind(40, null), blind(50, 60, { port: 'SIN' })],
        });
        expect(await upkeep.sweep(10_000, 10_000)).toMatchObject({ watchDeleted: 7 });
        expect((await watch.outages()).map(({ port }) => port)).toEqual(['LAX', 'FRA']);
        expect((await watch.states()).map(({ at, port, observer }) => [at, port, observer])).toEqual([
          [5, 'FRA', 'HKG'],
          [5, 'FRA', 'LAX'],
          [5, null, 'HKG'],
          [9_999, 'SIN', 'HKG'],
          [10_000, 'SIN', 'HKG'],
        ]);
        expect(await watch.spans('HKG')).toEqual([{ observer: 'HKG', from: 5_000, to: 10_000 }]);
        expect(await watch.latestSpan('LAX')).toEqual({ observer: 'LAX', from: 0, to: 4_000 });
        expect((await watch.blind()).map(({ from }) => from)).toEqual([30, 40]);
        expect(await upkeep.sweep(10_000, 10_000)).toMatchObject({ watchDeleted: 0 });
      }));

    test('forgets more than a batch, and keeps outages that people spoke of', () =>
      using(async (watch, { upkeep, ledger }) => {
        const at = (n: number) => ({ at: n, earliest: n, latest: n });
        const many = Array.from({ length: 450 }, (_, n) =>
          outage({ start: at(1_000 + 10 * n), end: at(1_005 + 10 * n), closedAt: 1_005 + 10 * n }),
        );
        const states = many.flatMap(({ start }) => [state(start.at, { state: 'down' }), state(start.at + 5)]);
        await watch.put({ ...nothing, outages: many, states });
        const of = { observer: 'HKG', port: 'SIN', start: 1_010 };
        const said = { reason: 'a false alarm', evidence: null, attachments: [] };
        await ledger.append([
          {
            seq: 1,
            at: 9_000,
            actor: 'ann',
            previous: '0',
            hash: '1',
            action: { type: 'outage-voided', id: 'C1', of, ...said },
          },
        ]);
        expect(await upkeep.sweep(9_000, 9_000)).toMatchObject({ watchDeleted: 449 + 899 });
        expect((await watch.outages()).map(({ start }) => start.at)).toEqual([1_010]);
        expect(await watch.states()).toHaveLength(1);
      }));
  });
}
