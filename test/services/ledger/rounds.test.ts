import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { monthResult } from '../../../src/core/statement/result.js';
import { commitmentsIn } from '../../../src/services/months/load-case.js';
import { judgeStored } from '../../../src/services/months/judge.js';
import { hourMs, ledgerConfig, november, october, watchedOctober } from '../../support/ledger.js';
import { round } from '../../store/support.js';

describe('a plan whose amounts follow latency or loss', () => {
  test('is judged by the rounds of its services', async () => {
    const file = ledgerConfig();
    const customers = join(dirname(file), 'customers.yaml');
    const service = `{ id: transit, customer: bank, site: transit, start: 2026-01-01, plan: example-ip-transit,
      class: port, lines: [l3], paths: ['HKG>SIN'], rent: 1000, currency: USD }`;
    const text = readFileSync(customers, 'utf8')
      .replace('sites: [', 'sites: [{ id: transit, customer: bank }, ')
      .replace('lines: [{', 'lines: [{ id: l3, pop: SIN }, {');
    writeFileSync(customers, `${text}  - ${service}\n`);
    const { store, config } = await watchedOctober(file);
    const first = october + 12 * hourMs; // 2026-10-01 in New York
    for (let n = 0; n < 3; n += 1) await store.rounds.put(round({ slot: first + n * hourMs }));
    await store.rounds.put(round({ slot: first - hourMs, sizes: [] }));
    await store.rounds.putMissing([{ path: 'HKG>SIN', slot: first + 3 * hourMs, reason: 'stopped' }]);
    const judged = (await judgeStored({ store, config, now: november }, '2026-10')).map(monthResult);
    expect(
      judged.map(({ plan, paths }) => [plan.id, paths.map(({ path, roundsHeld }) => [path, roundsHeld])]),
    ).toEqual([
      ['ctg-cloud-connection', []],
      ['example-ip-transit', [['HKG>SIN', 3]]],
    ]);
    expect(judged[1]?.paths[0]).toMatchObject({ lossPpm: 250_000 });
  });
});

describe('what a path is promised in a month', () => {
  const month = { from: 1_000, to: 2_000 };
  const pops = [
    { id: 'HKG', region: 'asia' },
    { id: 'FRA', region: 'europe' },
  ];
  const path = (from: number | null) => [{ id: 'FRA>HKG', from }];
  const promised = (commitments: object[], from: number | null = null) => {
    const config = { commitments, pops, paths: path(from) } as unknown as Parameters<typeof commitmentsIn>[0];
    return commitmentsIn(config, ['FRA>HKG'], month, { trafficClasses: [] }).map(({ latencyUs }) =>
      Number(latencyUs.n / latencyUs.d),
    );
  };
  const regions = { kind: 'regions', regions: ['asia', 'europe'] };
  const own = { kind: 'path', path: 'FRA>HKG' };

  test('is what is in force on its first day, in both directions of a pair of regions', () => {
    const older = { scope: regions, latencyMs: '200', from: null };
    const newer = { scope: regions, latencyMs: '190.5', from: 1_000 };
    const later = { scope: regions, latencyMs: '100', from: 1_001 };
    expect(promised([newer, later, older])).toEqual([190_500]);
    expect(promised([later])).toEqual([]);
  });

  test('is its own before that of its regions', () => {
    expect(
      promised([
        { scope: regions, latencyMs: '200', from: 500 },
        { scope: own, latencyMs: '180', from: null },
      ]),
    ).toEqual([180_000]);
  });

  test('goes by the first day of a path that begins in the month', () => {
    const late = { scope: own, latencyMs: '180', from: 1_500 };
    expect(promised([late])).toEqual([]);
    expect(promised([late], 1_600)).toEqual([180_000]);
  });
});
