import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type SlotSummary, summarise } from '../../../src/core/measurement/figures.js';
import { type PacketOutcome, roundStatuses } from '../../../src/core/measurement/round.js';
import type { PathId } from '../../../src/core/types.js';
import type { MonthSumsQuery, PathSums, Store as WholeStore } from '../../../src/store/store.js';
import { packets, round, sample, slotAt } from '../../store/support.js';

type Store = Pick<WholeStore, 'rounds' | 'paths' | 'close'>;

/** An exact fraction, as a textbook has it: the reference that the database's sums are held against. */
interface Fraction {
  readonly over: bigint;
  readonly under: bigint;
}
const gcd = (a: bigint, b: bigint): bigint => (b === 0n ? a : gcd(b, a % b));
const fraction = (over: bigint, under: bigint): Fraction => {
  const by = gcd(over, under);
  return { over: over / by, under: under / by };
};
const sum = (all: readonly Fraction[]): Fraction =>
  all.reduce((a, b) => fraction(a.over * b.under + b.over * a.under, a.under * b.under), {
    over: 0n,
    under: 1n,
  });
const mean = (all: readonly Fraction[], of = all.length): Fraction | null => {
  if (of === 0) return null;
  const total = sum(all);
  return fraction(total.over, total.under * BigInt(of));
};

interface Month {
  readonly roundsHeld: number;
  readonly latencyUs: Fraction | null;
  readonly loss: Fraction | null;
  readonly jitterUs: Fraction | null;
}

/** The month from its rounds, the way the rules tell it (section 2). */
export function fromRounds(rounds: readonly SlotSummary[], path: PathId, query: MonthSumsQuery): Month {
  const gaps = query.without?.get(path) ?? [];
  const held = rounds
    .filter(({ slot }) => slot >= query.from && slot < query.to)
    .filter(({ slot }) => !gaps.some((gap) => slot >= gap.from && slot < gap.to))
    .flatMap((one) => (one.path === path && one.status === 'ok' ? [one.sizes] : []))
    .map((sizes) => sizes.filter((size) => size.sent > 0))
    .filter((sizes) => sizes.length > 0);
  const latencies = held.flatMap((sizes) => {
    const with_ = sizes.filter((size) => size.received > 0);
    const latency = mean(with_.map((size) => fraction(BigInt(size.rttSumUs), BigInt(size.received))));
    return latency ? [latency] : [];
  });
  const losses = held.flatMap((sizes) => {
    const loss = mean(sizes.map((size) => fraction(BigInt(size.sent - size.received), BigInt(size.sent))));
    return loss ? [loss] : [];
  });
  // Of each packet its RTT less the least of its size, one by one.
  const jitters = held.flatMap((sizes) => {
    const known = sizes.filter((size) => size.received > 0);
    const jitter = mean(
      known.map(({ rttSumUs, rttMinUs, received }) =>
        fraction(BigInt(rttSumUs) - BigInt(rttMinUs ?? 0) * BigInt(received), BigInt(received)),
      ),
    );
    return jitter ? [jitter] : [];
  });
  return {
    roundsHeld: held.length,
    latencyUs: mean(latencies),
    loss: mean(losses),
    jitterUs: mean(jitters),
  };
}

/** The same from what the database summed, the way the port tells it. */
export function fromSums(sums: PathSums): Month {
  const latencies = sums.latency.map((group) =>
    fraction(group.rttSumUs, BigInt(group.received * group.sizes)),
  );
  const losses = sums.loss.map((group) => fraction(group.lost, BigInt(group.sent * group.sizes)));
  return {
    roundsHeld: sums.roundsHeld,
    latencyUs: mean(latencies, sums.roundsWithLatency),
    loss: mean(losses, sums.roundsHeld),
    jitterUs: mean(
      sums.latency.map(({ rttSumUs, rttMinSumUs, received, sizes }) =>
        fraction(rttSumUs - rttMinSumUs * BigInt(received), BigInt(received * sizes)),
      ),
      sums.roundsWithLatency,
    ),
  };
}

const paths: readonly PathId[] = ['HKG>SIN', 'HKG>TYO', 'HKG>FRA'];
const packet: fc.Arbitrary<PacketOutcome> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc
      .integer({ min: 0, max: 2_000_000 })
      .map((rttUs): PacketOutcome => ({ kind: 'received', rttUs })),
  },
  { weight: 3, arbitrary: fc.constant<PacketOutcome>({ kind: 'lost' }) },
  fc.constant<PacketOutcome>({ kind: 'late', rttUs: 2_000_001 }),
  fc.constant<PacketOutcome>({ kind: 'error', error: 'host-unreachable' }),
  { weight: 2, arbitrary: fc.constant<PacketOutcome>({ kind: 'not-sent', reason: 'no-buffer' }) },
);
export const sizes = fc.array(fc.array(packet, { maxLength: 7 }), { maxLength: 4 });
const slots = 12;
const rounds = fc.uniqueArray(
  fc.record({
    path: fc.constantFrom(...paths.slice(0, 2)),
    slot: fc.nat(slots - 1).map(slotAt),
    status: fc.oneof(
      { weight: 6, arbitrary: fc.constant('ok' as const) },
      fc.constantFrom(...roundStatuses.filter((status) => status !== 'missing')),
    ),
    sizes: sizes.map((lists) => lists.map((list, n) => sample(64 * (n + 1), list))),
  }),
  { maxLength: 24, selector: ({ path, slot }) => `${path} ${slot}` },
);
const instant = fc
  .integer({ min: -1, max: slots + 1 })
  .chain((n) => fc.constantFrom(slotAt(n), slotAt(n) + 1));
const span = fc.record({ from: instant, to: instant });
const query = fc.record({
  from: instant,
  to: instant,
  without: fc.uniqueArray(fc.tuple(fc.constantFrom(...paths), fc.array(span, { maxLength: 4 })), {
    selector: ([path]) => path,
  }),
});

/** That the database's month is the one that its rows give by exact fractions. */
export function monthSumsConformance(name: string, open: () => Promise<Store>): void {
  describe(`${name}: month sums`, () => {
    test('equal those of the rows in exact fractions', async () => {
      await fc.assert(
        fc.asyncProperty(rounds, query, async (given, { without, ...bounds }) => {
          const store = await open();
          try {
            const all = given.map((one) => round(one));
            await Promise.all(all.map((one) => store.rounds.put(one)));
            await store.rounds.putMissing(
              paths.map((path) => ({ path, slot: slotAt(slots + 5), reason: 'stopped' as const })),
            );
            const asked: MonthSumsQuery = { ...bounds, paths, without: new Map(without) };
            const sums = await store.rounds.monthSums(asked);
            expect(sums.map(({ path }) => path)).toEqual(paths);
            expect(sums.map(fromSums)).toEqual(
              paths.map((path) => fromRounds(all.map(summarise), path, asked)),
            );
          } finally {
            await store.close();
          }
        }),
        { numRuns: 60 },
      );
    });

    test('stay exact where a double would not', async () => {
      const store = await open();
      try {
        const most = packets(...Array<number>(65_535).fill(2 ** 31));
        const oneLess = [...most.slice(1), ...packets(2 ** 31 - 1)];
        for (let n = 0; n < 65; n += 1) {
          await store.rounds.put(round({ slot: slotAt(n), sizes: [sample(64, n === 0 ? oneLess : most)] }));
        }
        const [sums] = await store.rounds.monthSums({ from: slotAt(0), to: slotAt(1488) });
        const rttSumUs = 65n * 65_535n * 2n ** 31n - 1n;
        expect(rttSumUs).toBeGreaterThan(2n ** 53n);
        expect(sums?.latency).toEqual([
          { received: 65_535, sizes: 1, rttSumUs, rttMinSumUs: 65n * 2n ** 31n - 1n },
        ]);
      } finally {
        await store.close();
      }
    });

    test('come for every known path in order, or for those asked for, known or not', async () => {
      const store = await open();
      try {
        await store.rounds.put(round({ path: 'HKG>TYO' }));
        await store.paths.seen(['HKG>AMS'], 0);
        const nothing = { roundsHeld: 0, roundsWithLatency: 0, latency: [], loss: [] };
        const month = { from: slotAt(0), to: slotAt(1488) };
        expect(await store.rounds.monthSums(month)).toEqual([
          { path: 'HKG>AMS', ...nothing },
          {
            path: 'HKG>TYO',
            roundsHeld: 1,
            roundsWithLatency: 1,
            latency: [
              { received: 2, sizes: 3, rttSumUs: 70_599n, rttMinSumUs: 35_298n },
              { received: 3, sizes: 3, rttSumUs: 105_019n, rttMinSumUs: 34_998n },
              { received: 4, sizes: 3, rttSumUs: 140_519n, rttMinSumUs: 35_098n },
            ],
            loss: [{ sent: 4, sizes: 3, lost: 3n }],
          },
        ]);
        expect(await store.rounds.monthSums({ ...month, paths: ['HKG>ZZZ'] })).toEqual([
          { path: 'HKG>ZZZ', ...nothing },
        ]);
      } finally {
        await store.close();
      }
    });

    test('come as a series of means, step by step, every round weighing the same', async () => {
      const store = await open();
      try {
        const [twenty, forty] = [packets(20_000, 20_000), packets(40_000, null)];
        await store.rounds.put(round({ slot: slotAt(0), sizes: [sample(64, twenty)] }));
        await store.rounds.put(
          round({ slot: slotAt(1), sizes: [sample(64, forty), sample(128, twenty), sample(256, [])] }),
        );
        await store.rounds.put(round({ slot: slotAt(2), status: 'invalid', reason: 'because' }));
        await store.rounds.put(round({ slot: slotAt(3), sizes: [sample(64, packets(null, null))] }));
        await store.rounds.put(round({ path: 'HKG>TYO', slot: slotAt(0) }));
        const stepMs = slotAt(1) - slotAt(0);
        const series = (from: number, to: number, step: number) =>
          store.rounds.series({
            path: 'HKG>SIN',
            from: slotAt(from),
            to: slotAt(to),
            origin: slotAt(0),
            stepMs: step,
          });
        expect(await series(0, 9, stepMs)).toEqual([
          { step: 0, rounds: 1, latencyUs: 20_000, loss: 0 },
          { step: 1, rounds: 1, latencyUs: 30_000, loss: 0.25 },
          { step: 3, rounds: 1, latencyUs: null, loss: 1 },
        ]);
        expect(await series(0, 9, 2 * stepMs)).toEqual([
          { step: 0, rounds: 2, latencyUs: 25_000, loss: 0.125 },
          { step: 1, rounds: 1, latencyUs: null, loss: 1 },
        ]);
        expect(await series(1, 2, 2 * stepMs)).toEqual([
          { step: 0, rounds: 1, latencyUs: 30_000, loss: 0.25 },
        ]);
      } finally {
        await store.close();
      }
    });

    test('come for parts of paths, each by itself, in the order asked for', async () => {
      const store = await open();
      try {
        for (const path of ['HKG>SIN', 'HKG>TYO'] as const)
          await Promise.all([0, 1, 2, 3].map((n) => store.rounds.put(round({ path, slot: slotAt(n) }))));
        const parts = [
          { path: 'HKG>TYO', from: slotAt(1), to: slotAt(3) },
          { path: 'HKG>SIN', from: slotAt(0), to: slotAt(4) },
          { path: 'HKG>TYO', from: slotAt(1), to: slotAt(2) },
          { path: 'HKG>ZZZ', from: slotAt(0), to: slotAt(4) },
        ] as const;
        const sums = await store.rounds.partSums(parts);
        const alone = parts.map(({ path, ...span }) => store.rounds.monthSums({ paths: [path], ...span }));
        expect(sums).toEqual((await Promise.all(alone)).flat());
        expect(sums.map(({ roundsHeld }) => roundsHeld)).toEqual([2, 4, 1, 0]);
        // More than one statement's.
        const many = Array.from({ length: 4000 }, (_, n) => parts[n % 4] ?? parts[0]);
        expect((await store.rounds.partSums(many)).slice(-4)).toEqual(sums);
        expect(await store.rounds.partSums([])).toEqual([]);
      } finally {
        await store.close();
      }
    });
  });
}
