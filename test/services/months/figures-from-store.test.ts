import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { planFiles } from '../../../src/config/plan/parse.js';
import type { Exclusion } from '../../../src/core/exclusion.js';
import {
  countSize,
  type PacketOutcome,
  type Round,
  roundStatuses,
} from '../../../src/core/measurement/round.js';
import { emptySums, figuresFromParts } from '../../../src/core/measurement/figures.js';
import { ratio, zero } from '../../../src/core/number.js';
import { versionFor } from '../../../src/core/plan.js';
import { servicesInMonth, type MonthCase, type ServiceTerms } from '../../../src/core/statement/case.js';
import { currentRuleSet } from '../../../src/core/statement/rule-set.js';
import { judgeMonth, type MonthJudgement } from '../../../src/core/statement/judge.js';
import { zonedMonth, type Month } from '../../../src/core/time/calendar.js';
import { figuresFromStore } from '../../../src/services/months/load-case.js';
import type { PathId } from '../../../src/core/types.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import { packets, round, sample } from '../../store/support.js';
import { root } from '../../support/source-files.js';

const paths: readonly PathId[] = ['HKG>SIN', 'SIN>HKG', 'HKG>FRA'];

const service = (id: string, serviceClass: string, on: readonly PathId[]): ServiceTerms => ({
  id,
  site: 'office',
  customer: 'c1',
  class: serviceClass,
  lines: [`line of ${id}`],
  start: id === 'late' ? '2026-03-04' : '2020-01-01',
  end: null,
  monthlyRent: { minor: 1_000_000n, currency: 'HKD' },
  paths: on,
  taxRate: null,
});

/** March 2026: New York's clocks change in it, Hong Kong's do not. */
function emptyCase(planId: string, serviceClass: string): MonthCase {
  const read = planFiles(root).byId(planId);
  const plan = read?.ok ? versionFor(read.plan, '2026-03') : null;
  if (!plan) throw new Error(`no plan ${planId}`);

  const month = zonedMonth('2026-03', plan.timeZone);
  const terms = [service('one', serviceClass, paths.slice(0, 2)), service('late', serviceClass, paths)];
  const services = servicesInMonth(terms, month);
  return {
    ruleSet: currentRuleSet,
    planId,
    // A few rounds stand for a month here.
    plan: { ...plan, credit: { ...plan.credit, minimumCoverage: zero } },
    month,
    lines: services.map(({ lines: [id = ''] }) => ({ id, pop: 'HKG' })),
    services,
    outages: [],
    unobserved: [],
    exclusions: [],
    commitments: paths.slice(1).map((path) => ({ path, latencyUs: ratio(900n) })),
    rounds: [],
    history: [],
    maintenanceUsed: new Map(),
  };
}
const folder = mkdtempSync(join(tmpdir(), 'pop-sla-month-'));
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});
const cases = {
  banded: emptyCase('ctg-cloud-connection', 'single'),
  daily: emptyCase('example-ip-transit', 'port'),
};

const packet: fc.Arbitrary<PacketOutcome> = fc.oneof(
  { weight: 7, arbitrary: fc.nat(2000).map((rttUs): PacketOutcome => ({ kind: 'received', rttUs })) },
  { weight: 2, arbitrary: fc.constant<PacketOutcome>({ kind: 'lost' }) },
  fc.constant<PacketOutcome>({ kind: 'late', rttUs: 2_000_001 }),
  fc.constant<PacketOutcome>({ kind: 'error', error: 'host-unreachable' }),
  { weight: 2, arbitrary: fc.constant<PacketOutcome>({ kind: 'not-sent', reason: 'no-buffer' }) },
);
/** Also sizes of which nothing came back, or nothing left. */
const sizes = fc.array(fc.array(packet, { maxLength: 6 }), { maxLength: 3 });

/** Slots at both ends of the month and just outside it, around its clock change, and a few days more. */
const slotsOf = ({ from, to }: Month, everyMs: number) => {
  const change = Date.parse('2026-03-08T05:00:00Z');
  return fc.oneof(
    ...[from, to, change].map((at) => fc.integer({ min: -3, max: 3 }).map((n) => at + n * everyMs)),
    fc.nat(300).map((n) => from + n * everyMs),
  );
};

function inputsOf({ month, plan }: MonthCase) {
  const slot = slotsOf(month, plan.measurement.everyMinutes * 60_000);
  const edge = fc.tuple(slot, fc.integer({ min: -1, max: 1 })).map(([at, by]) => at + by);
  const exclusion = fc
    .record({
      kind: fc.constantFrom(
        'planned-maintenance' as const,
        'planned-maintenance' as const,
        'force-majeure' as const,
        'third-party' as const,
      ),
      pops: fc.subarray(['SIN', 'FRA']),
      on: fc.subarray([...paths]),
      edges: fc.tuple(edge, edge),
    })
    .map(({ kind, pops, on, edges }): Exclusion => ({
      kind,
      scope: { pops, paths: on, lines: [], services: [], customers: [] },
      from: Math.min(...edges),
      to: Math.max(...edges) + 1,
      noticeAt: 0,
      proof: 'a letter',
    }));
  const rounds = fc.uniqueArray(
    fc.record({
      path: fc.constantFrom(...paths),
      slot,
      status: fc.oneof(
        { weight: 6, arbitrary: fc.constant('ok' as const) },
        fc.constantFrom(...roundStatuses.filter((status) => status !== 'missing')),
      ),
      sizes: sizes.map((lists) => lists.map((list, n) => sample(64 * (n + 1), list))),
    }),
    { minLength: 5, maxLength: 40, selector: (one) => `${one.path} ${one.slot}` },
  );
  return fc.record({ exclusions: fc.array(exclusion, { maxLength: 4 }), rounds });
}

let stores = 0;
const newStore = () => openSqliteStore({ path: join(folder, `${(stores += 1)}.db`) });
const judged = ({ services, sites, caps, paths: of }: MonthJudgement) => ({
  services,
  sites,
  caps,
  paths: of,
});

/** Judges the rounds from memory and from a database, which holds those outside the month too. */
async function both(base: MonthCase, exclusions: readonly Exclusion[], all: readonly Round[]) {
  const { from, to } = base.month;
  const monthCase = { ...base, exclusions };
  const rounds = all
    .filter(({ slot }) => slot >= from && slot < to)
    .map((one) => ({ ...one, sizes: one.sizes.map(countSize) }));
  const store = await newStore();
  try {
    await Promise.all(all.map((one) => store.rounds.put(one)));
    const figures = await figuresFromStore({ rounds: store.rounds, monthCase });
    return {
      fromRounds: judged(judgeMonth({ ...monthCase, rounds })),
      fromStore: judged(judgeMonth(monthCase, figures)),
    };
  } finally {
    await store.close();
  }
}

describe('a month judged from the store', () => {
  test.each(Object.entries(cases))('equals the one judged from its rounds, exactly: %s', async (_, base) => {
    await fc.assert(
      fc.asyncProperty(inputsOf(base), async ({ exclusions, rounds }) => {
        const { fromRounds, fromStore } = await both(
          base,
          exclusions,
          rounds.map((one) => round(one)),
        );
        expect(fromStore).toEqual(fromRounds);
      }),
      { numRuns: 50 },
    );
  });

  test('pays for the same days, leaves the same slots out, and shows the same raw figures beside', async () => {
    const base = cases.daily;
    const { from } = base.month;
    const lossy = {
      path: 'HKG>SIN' as const,
      sizes: [sample(100, packets(700, null)), sample(1400, packets(null))],
    };
    const everyMs = 900_000;
    const dayMs = 86_400_000;
    const exclusion: Exclusion = {
      kind: 'planned-maintenance',
      scope: { pops: [], paths: ['HKG>SIN'], lines: [], services: [], customers: [] },
      from: from + dayMs,
      to: from + dayMs + everyMs,
      noticeAt: 0,
      proof: null,
    };
    const slots = [from, from + dayMs, from + dayMs + everyMs, from + 3 * dayMs];
    const rounds = slots.map((slot) => round({ ...lossy, slot }));
    const { fromRounds, fromStore } = await both(base, [exclusion], rounds);
    expect(fromStore).toEqual(fromRounds);
    expect(fromStore.paths[0]).toMatchObject({
      path: 'HKG>SIN',
      latency: { held: 3, answered: 3, latencyUs: { n: 700n, d: 1n } },
      loss: { held: 3, loss: { n: 3n, d: 4n } },
      raw: { held: 4, loss: { n: 3n, d: 4n } },
    });
    const daysOf = (index: number) =>
      fromStore.services[index]?.causes
        .find(({ cause }) => cause === 'lossy-days')
        ?.reasons.map(({ subject }) => subject);
    expect(daysOf(0)).toEqual(['2026-03-01', '2026-03-02', '2026-03-04']);
    expect(daysOf(1)).toEqual(['2026-03-04']);
  });

  test('reads nothing that the case does not name, and says so when it is asked', async () => {
    const store = await newStore();
    const figures = await figuresFromStore({ rounds: store.rounds, monthCase: cases.banded });
    await store.close();
    expect(figures('HKG>SIN', [])).toEqual({
      held: 0,
      answered: 0,
      latencyUs: null,
      loss: null,
      jittered: 0,
      jitterUs: null,
    });
    expect(() => figures('FRA>HKG', [])).toThrow(
      'FRA>HKG was not summed up: neither a service nor a commitment names it',
    );
  });
});

test('a part that was summed whole is never divided', () => {
  const figures = figuresFromParts(() => [{ from: 10, to: 20, sums: { ...emptySums(), held: 1 } }]);
  expect(figures('A>B', [{ from: 0, to: 10 }], { from: 10, to: 20 }).held).toBe(1);
  expect(figures('A>B', [{ from: 5, to: 20 }]).held).toBe(0);
  expect(figures('A>B', [], { from: 20, to: 30 }).held).toBe(0);
  const divided = "the part from 10 to 20 is summed whole and can't be divided";
  expect(() => figures('A>B', [{ from: 5, to: 19 }])).toThrow(divided);
  expect(() => figures('A>B', [{ from: 11, to: 20 }])).toThrow(divided);
  expect(() => figures('A>B', [], { from: 10, to: 15 })).toThrow(divided);
});
