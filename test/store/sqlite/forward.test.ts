import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { WatchRecord } from '../../../src/core/watch/outage.js';
import type { ForwardLine } from '../../../src/store/forward-store.js';
import { openSqliteStore, type SqliteStore } from '../../../src/store/sqlite/open.js';
import { round, slot } from '../../support/rounds.js';
import { tempDir } from '../../support/temp-dir.js';

const everyMs = 1_800_000;
const nothing: WatchRecord = { outages: [], states: [], spans: [], blind: [] };
const span = (to: number) => ({ ...nothing, spans: [{ observer: 'LAB1', from: slot, to }] });

async function newStore(path = join(tempDir(), 'store.db')): Promise<SqliteStore> {
  const store = await openSqliteStore({ path });
  onTestFinished(() => store.close());
  return store;
}

const waiting = (store: SqliteStore, line: ForwardLine, more: object = {}) =>
  store.forward.next({ line, order: 'oldest', limit: 100, ...more });

describe('rows that wait for the hub', () => {
  test('are none where nobody asked for it', async () => {
    const store = await newStore();
    await store.rounds.put(round());
    await store.watch.put(span(slot + 5));
    expect(await store.forward.depth()).toEqual({ slots: 0, watch: 0, oldestAt: null });
  });

  test('are those that are there at first, and every one that is written from then on', async () => {
    const store = await newStore();
    await store.rounds.put(round());
    await store.paths.seen(['LAB1>LAB2', 'LAB2>LAB1'], slot);
    await store.watch.put(span(slot + 5));
    expect(await store.forward.start('LAB1')).toBe(3);
    expect(await store.forward.start('LAB1')).toBe(0);
    await store.rounds.put(round({ slot: slot + everyMs }));
    await store.rounds.putMissing([{ path: 'LAB1>LAB2', slot: slot + 2 * everyMs, reason: 'asleep' }]);
    const { rows, numbers } = await waiting(store, 'slots');
    expect(rows.slots.map((one) => [one.slot, one.status])).toEqual([
      [slot, 'ok'],
      [slot + everyMs, 'ok'],
      [slot + 2 * everyMs, 'missing'],
    ]);
    expect(numbers).toHaveLength(3);
    const watch = await waiting(store, 'watch');
    expect(watch.rows.watch.spans).toEqual([{ observer: 'LAB1', from: slot, to: slot + 5 }]);
    expect(watch.rows.configuredPaths).toEqual([{ path: 'LAB1>LAB2', firstSeenAt: slot, lastSeenAt: slot }]);
  });

  test('go as they stand, once, however often they changed; what changes on the way waits again', async () => {
    const store = await newStore();
    await store.forward.start('LAB1');
    for (const to of [slot + 1, slot + 2, slot + 3]) await store.watch.put(span(to));
    const first = await waiting(store, 'watch');
    expect(first.rows.watch.spans).toEqual([{ observer: 'LAB1', from: slot, to: slot + 3 }]);
    await store.watch.put(span(slot + 4));
    await store.forward.done('watch', first.numbers);
    const second = await waiting(store, 'watch');
    expect(second.rows.watch.spans).toEqual([{ observer: 'LAB1', from: slot, to: slot + 4 }]);
    await store.forward.done('watch', second.numbers);
    await store.watch.put(span(slot + 5));
    // Even the greatest number is not given again.
    expect((await waiting(store, 'watch')).numbers[0]).toBeGreaterThan(second.numbers[0] ?? 0);
  });

  test('of every sort of the watch go with all that is of them', async () => {
    const store = await newStore();
    await store.forward.start('LAB1');
    const record: WatchRecord = {
      outages: [
        {
          observer: 'LAB1',
          port: 'LAB2',
          start: { at: slot, earliest: slot, latest: slot },
          end: null,
          openedAt: slot + 5,
          closedAt: null,
          voided: null,
          inferred: [{ from: slot + 1, to: slot + 2, reason: 'crashed' }],
        },
      ],
      states: [{ observer: 'LAB1', port: null, at: slot, state: 'watching', reason: null }],
      spans: [{ observer: 'LAB1', from: slot, to: slot }],
      blind: [{ observer: 'LAB1', port: 'LAB2', from: slot, to: null, reason: 'not-sent' }],
      traces: [
        {
          observer: 'LAB1',
          port: 'LAB2',
          at: slot + 6,
          reason: 'outage',
          address: '192.0.2.1',
          runs: [{ method: 'icmp', hops: [], reached: false, failure: null }],
        },
      ],
    };
    await store.watch.put(record);
    expect((await waiting(store, 'watch')).rows.watch).toEqual(record);
  });

  test('of a table that a step of the schema brought wait too, without all others being sent again', async () => {
    const path = join(tempDir(), 'store.db');
    const before = await newStore(path);
    await before.forward.start('LAB1');
    await before.rounds.put(round());
    await before.forward.done('slots', (await waiting(before, 'slots')).numbers);
    await before.close();
    // As the program before it left them.
    const db = new Database(path);
    db.exec('DROP TRIGGER forward_path_trace_new; DROP TRIGGER forward_path_trace_changed');
    db.close();
    const store = await newStore(path);
    expect(await store.forward.start('LAB1')).toBe(0);
    await store.watch.put({
      ...nothing,
      traces: [
        {
          observer: 'LAB1',
          port: 'LAB2',
          at: slot,
          reason: 'quiet',
          address: '192.0.2.1',
          runs: [],
        },
      ],
    });
    expect(await store.forward.depth()).toMatchObject({ slots: 0, watch: 1 });
  });

  test('are taken newest first where asked, and between numbers', async () => {
    const store = await newStore();
    await store.forward.start('LAB1');
    for (const n of [0, 1, 2, 3]) await store.rounds.put(round({ slot: slot + n * everyMs }));
    const latest = await store.forward.latest('slots');
    const slotsOf = async (more: object) =>
      (await waiting(store, 'slots', more)).rows.slots.map((one) => (one.slot - slot) / everyMs);
    expect(await slotsOf({ order: 'newest', limit: 2 })).toEqual([2, 3]);
    expect(await slotsOf({ after: latest - 1 })).toEqual([3]);
    expect(await slotsOf({ upTo: latest - 2, limit: 5 })).toEqual([0, 1]);
  });

  test('vanish with a transaction that fails', async () => {
    const store = await newStore();
    await store.forward.start('LAB1');
    const bad = { ...round(), startedAt: null as unknown as number };
    await expect(store.rounds.put(bad)).rejects.toThrow();
    expect(await store.forward.depth()).toEqual({ slots: 0, watch: 0, oldestAt: null });
  });

  test('that are no more, or of another PoP, leave only their numbers', async () => {
    const store = await newStore();
    await store.forward.start('LAB1');
    await store.rounds.put(round());
    await store.rounds.put(round({ path: 'LAB2>LAB1', slot: slot + everyMs }));
    await store.upkeep.sweep(slot + 1, slot + 1);
    const { rows, numbers } = await waiting(store, 'slots');
    expect(rows.slots).toEqual([]);
    expect(numbers).toHaveLength(2);
  });

  test('are both rounds, where one took the place of another that had been sent', async () => {
    const store = await newStore();
    await store.forward.start('LAB1');
    await store.rounds.put(round());
    await store.forward.done('slots', (await waiting(store, 'slots')).numbers);
    await store.rounds.replace(round({ startedAt: slot + 7 }), { beside: slot + 1, why: 'was wrong' });
    const { rows } = await waiting(store, 'slots');
    expect(rows.slots.map((row) => [row.slot, row.status])).toEqual([
      [slot, 'ok'],
      [slot + 1, 'unscheduled'],
    ]);
  });

  test('remember what acknowledged them, also in a file that remembers only its number', async () => {
    const path = join(tempDir(), 'store.db');
    const before = await newStore(path);
    await before.forward.start('LAB1');
    expect(await before.forward.acknowledged()).toEqual({ sequence: 0, streamMade: null });
    await before.close();
    const db = new Database(path);
    db.exec(`DROP TABLE forward_acknowledged;
      CREATE TABLE forward_acknowledged (sequence INTEGER NOT NULL) STRICT;
      INSERT INTO forward_acknowledged VALUES (41)`);
    db.close();
    const store = await newStore(path);
    await store.forward.start('LAB1');
    expect(await store.forward.acknowledged()).toEqual({ sequence: 41, streamMade: null });
    const next = { sequence: 42, streamMade: '2026-10-01T00:00:00.123456789Z' };
    await store.forward.done('slots', [], next);
    expect(await store.forward.acknowledged()).toEqual(next);
  });

  test('go on waiting in the next life, and not where the store is no agent’s any more', async () => {
    const path = join(tempDir(), 'store.db');
    const before = await openSqliteStore({ path });
    await before.forward.start('LAB1');
    await before.rounds.put(round());
    await before.close();
    const store = await newStore(path);
    expect(await store.forward.depth()).toEqual({ slots: 1, watch: 0, oldestAt: slot });
    expect(await store.forward.start('LAB1')).toBe(0);
    await store.forward.stop();
    await store.rounds.put(round({ slot: slot + everyMs }));
    expect(await store.forward.depth()).toEqual({ slots: 0, watch: 0, oldestAt: null });
  });

  test('wait again when they are asked for by time', async () => {
    const store = await newStore();
    await store.forward.start('LAB1');
    for (const n of [0, 1, 2]) await store.rounds.put(round({ slot: slot + n * everyMs }));
    await store.forward.done('slots', (await waiting(store, 'slots')).numbers);
    expect(await store.forward.again(slot + everyMs, slot + 2 * everyMs)).toBe(1);
    expect((await waiting(store, 'slots')).rows.slots.map((one) => one.slot)).toEqual([slot + everyMs]);
  });
});
