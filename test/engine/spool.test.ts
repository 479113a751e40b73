import { expect, test } from 'vitest';
import { summarise } from '../../src/core/measurement/figures.js';
import type { MissingRound, Round } from '../../src/core/measurement/round.js';
import { createSpool } from '../../src/engine/spool.js';
import { StoreError } from '../../src/store/store.js';
import { notedEvents, only } from '../support/events.js';
import { keptLog } from '../support/log.js';
import { round as aRound } from '../support/rounds.js';
import { virtualTime } from '../support/virtual-time.js';

function spooled(limit = 100) {
  const time = virtualTime(0);
  const { events, noted } = notedEvents();
  const { log, lines } = keptLog();
  const disk = {
    full: false,
    /** How many lists it still can't give. */
    unlistable: 0,
    bad: -1,
    rounds: [] as Round[],
    together: [] as number[],
    missing: [] as MissingRound[],
  };
  const guard = (): Promise<void> =>
    disk.full ? Promise.reject(new StoreError('database or disk is full', 'full')) : Promise.resolve();
  const put = (round: Round): 'stored' | 'already-stored' => {
    if (disk.rounds.some((held) => held.path === round.path && held.slot === round.slot))
      return 'already-stored';
    disk.rounds.push(round);
    return 'stored';
  };
  const refuse = (rounds: readonly Round[]): void => {
    if (rounds.some(({ slot }) => slot === disk.bad)) throw new StoreError('no such column', 'other');
  };
  const spool = createSpool({
    clock: time.clock,
    store: {
      put: async (round) => {
        await guard();
        refuse([round]);
        return put(round);
      },
      putAll: async (rounds) => {
        await guard();
        refuse(rounds);
        disk.together.push(rounds.length);
        return rounds.map(put);
      },
      list: ({ path, from = -Infinity, to = Infinity }) => {
        if (disk.unlistable > 0) {
          disk.unlistable -= 1;
          return Promise.reject(new StoreError('database is locked', 'busy'));
        }
        return Promise.resolve(
          disk.rounds
            .filter((held) => held.path === path && held.slot >= from && held.slot < to)
            .map((held) => summarise(held)),
        );
      },
      replace: () => Promise.reject(new Error('no round is named ahead here')),
      putMissing: async (missing) => {
        await guard();
        disk.missing.push(...missing);
        return missing.length;
      },
    },
    events,
    log,
    limit,
  });
  return { time, noted, lines, disk, spool };
}

const roundOf = (slot: number): Round => aRound({ path: 'HKG>SIN', slot });

test('a round goes to the store, and is said to be stored after that', async () => {
  const { time, noted, disk, spool } = spooled();
  spool.submit(roundOf(1));
  expect(spool.holds('HKG>SIN', 1)).toBe(true);
  await time.pass(0);
  expect(disk.rounds.map((round) => round.slot)).toEqual([1]);
  expect(only(noted, 'roundStored').map(([round]) => round.slot)).toEqual([1]);
  expect(spool.holds('HKG>SIN', 1)).toBe(false);
});

test('while the disk is full rounds wait, in order, and are stored when there is room again', async () => {
  const { time, noted, disk, spool } = spooled();
  disk.full = true;
  spool.submit(roundOf(1));
  await time.pass(10_000);
  spool.submit(roundOf(2));
  await time.pass(10_000);
  expect(disk.rounds).toEqual([]);
  expect(only(noted, 'storeWritable').at(-1)).toEqual([false]);
  disk.full = false;
  await time.pass(31_000);
  expect(disk.rounds.map((round) => round.slot)).toEqual([1, 2]);
  expect(only(noted, 'storeWritable').at(-1)).toEqual([true]);
});

test('a store that refuses is tried after 1, 2, 4 … seconds, and every 30 seconds in the end', async () => {
  const { time, noted, disk, spool } = spooled();
  disk.full = true;
  spool.submit(roundOf(1));
  await time.pass(0);
  const tries: number[] = [];
  for (let second = 1, known = 1; second <= 180; second += 1) {
    await time.pass(1_000);
    const tried = only(noted, 'storeWritable').length;
    if (tried > known) tries.push(second);
    known = tried;
  }
  expect(tries).toEqual([1, 3, 7, 15, 31, 61, 91, 121, 151]);
});

test('when too many wait the oldest is given up, and becomes a missing slot', async () => {
  const { time, noted, disk, spool } = spooled(2);
  disk.full = true;
  for (const slot of [1, 2, 3]) spool.submit(roundOf(slot));
  await time.pass(1_000);
  disk.full = false;
  await time.pass(31_000);
  expect(disk.rounds.map((round) => round.slot)).toEqual([2, 3]);
  expect(disk.missing).toEqual([{ path: 'HKG>SIN', slot: 1, reason: 'store' }]);
  expect(only(noted, 'roundDropped').map(([round]) => round.slot)).toEqual([1]);
});

test('closing tries once more and says what is lost', async () => {
  const { time, disk, lines, spool } = spooled();
  disk.full = true;
  spool.submit(roundOf(1));
  await time.pass(100);
  await spool.close();
  expect(lines.at(-1)?.message).toBe('a round is lost: it could not be stored');
});

const hundreds = Array.from({ length: 199 }, (_, index) => roundOf(index + 1));

test('closing stores what waits in one transaction', async () => {
  const { disk, noted, spool } = spooled(1_000);
  for (const round of hundreds) spool.submit(round);
  await spool.close();
  expect(disk.rounds).toHaveLength(199);
  // The first one was on its way already.
  expect(disk.together).toEqual([198]);
  expect(only(noted, 'roundStored')).toHaveLength(199);
});

test('closing stores the others when one is rejected for its content', async () => {
  const { disk, lines, spool } = spooled(1_000);
  disk.bad = 150;
  for (const round of hundreds) spool.submit(round);
  await spool.close();
  expect(disk.rounds).toHaveLength(198);
  expect(disk.missing).toEqual([{ path: 'HKG>SIN', slot: 150, reason: 'store' }]);
  expect(lines.some(({ message }) => message.startsWith('a round is lost'))).toBe(false);
});

test('a round that is there already is no second one', async () => {
  const { time, noted, spool } = spooled();
  spool.submit(roundOf(1));
  spool.submit(roundOf(1));
  await time.pass(0);
  expect(only(noted, 'roundStored')).toHaveLength(1);
});

test('a round that the store can not take for what it is does not hold up the others', async () => {
  const { time, noted, disk, spool } = spooled();
  disk.bad = 1;
  spool.submit(roundOf(1));
  spool.submit(roundOf(2));
  await time.pass(1_000);
  expect(disk.rounds.map((round) => round.slot)).toEqual([2]);
  expect(disk.missing).toEqual([{ path: 'HKG>SIN', slot: 1, reason: 'store' }]);
  expect(only(noted, 'roundDropped').map(([round]) => round.slot)).toEqual([1]);
});

test('a second round of a slot is stored beside the first, as unscheduled', async () => {
  const { time, noted, disk, spool } = spooled();
  const [first, second] = [roundOf(1_000), { ...roundOf(1_000), startedAt: 7_777, reason: 'marked: slow' }];
  for (const round of [first, second, { ...second, startedAt: 8_888 }]) {
    spool.submit(round);
    await time.pass(0);
  }
  expect(disk.rounds.map(({ slot, status, startedAt }) => [slot, status, startedAt])).toEqual([
    [1_000, 'ok', first.startedAt],
    [1_001, 'unscheduled', 7_777],
    [1_002, 'unscheduled', 8_888],
  ]);
  expect(disk.rounds[1]?.reason).toBe(
    'marked: the slot 1970-01-01T00:00:01.000Z has a round already; this one was ok: marked: slow',
  );
  expect(only(noted, 'roundStored')).toHaveLength(3);
});

test('a second round of a slot waits like any other while the store can not take it', async () => {
  const { time, noted, disk, spool } = spooled();
  disk.unlistable = 2;
  for (const startedAt of [6_666, 7_777, 8_888]) spool.submit({ ...roundOf(1_000), startedAt });
  await time.pass(0);
  expect(spool.holds('HKG>SIN', 1_000)).toBe(true);
  await time.pass(3_000);
  expect(disk.rounds.map(({ slot, startedAt }) => [slot, startedAt])).toEqual([
    [1_000, 6_666],
    [1_001, 7_777],
    [1_002, 8_888],
  ]);
  expect(spool.holds('HKG>SIN', 1_000)).toBe(false);
  expect(only(noted, 'roundDropped')).toEqual([]);
});

test('a round that is put again because its confirmation was lost is stored once', async () => {
  const { time, disk, spool } = spooled();
  for (const round of [roundOf(1), roundOf(1)]) {
    spool.submit(round);
    await time.pass(0);
  }
  expect(disk.rounds).toHaveLength(1);
});

test('a write that has its turn only after the limit of a stop, because the process was busy, loses no round', async () => {
  const { log, lines } = keptLog();
  const stored: Round[] = [];
  let now = 0;
  const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  const putAll = async (rounds: readonly Round[]): Promise<'stored'[]> => {
    await turn();
    await turn();
    stored.push(...rounds);
    return rounds.map(() => 'stored');
  };
  const spool = createSpool({
    // For a process that stood still the limit is over as soon as it looks.
    clock: { monotonicMs: () => (now += 60_000), sleep: () => Promise.resolve() },
    store: {
      putAll,
      put: async (round) => (await putAll([round]))[0] ?? 'stored',
      replace: () => Promise.resolve(),
      list: () => Promise.resolve([]),
      putMissing: () => Promise.resolve(0),
    },
    events: notedEvents().events,
    log,
    limit: 1_000,
  });
  for (let slot = 0; slot < 199; slot += 1) spool.submit(roundOf(slot));
  await spool.close();
  expect(stored.map(({ slot }) => slot).sort((a, b) => a - b)).toEqual(
    Array.from({ length: 199 }, (_, n) => n),
  );
  expect(lines).toEqual([]);
});
