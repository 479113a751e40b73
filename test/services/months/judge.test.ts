import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { monthResult } from '../../../src/core/statement/result.js';
import { judgeStored } from '../../../src/services/months/judge.js';
import { dayMs, ledgerConfig, november, october, watchedOctober } from '../../support/ledger.js';
import { tempDir } from '../../support/temp-dir.js';
import { packets, round, sample } from '../../store/support.js';

test('a month from the store has the figures of its paths, summed up from their rounds', async () => {
  const folder = tempDir();
  const file = ledgerConfig(folder);
  const customers = join(folder, 'customers.yaml');
  const text = readFileSync(customers, 'utf8').replace('lines: [l1],', 'lines: [l1], paths: [HKG>SIN],');
  writeFileSync(customers, text);
  const { store, config } = await watchedOctober(file);
  const at = (slot: number, rtts: readonly (number | null)[]) =>
    round({ slot, sizes: [sample(64, packets(...rtts))] });
  await store.rounds.put(at(october - 1_800_000, [9]));
  await store.rounds.put(at(october, [1000, 2000]));
  await store.rounds.put(at(october + dayMs, [3000, null]));
  const judged = await judgeStored({ store, config, now: november }, '2026-10');
  expect(judged.map((one) => monthResult(one).paths)).toMatchObject([
    [
      {
        path: 'HKG>SIN',
        roundsDue: 1488,
        roundsHeld: 2,
        latencyUs: 2250,
        lossPpm: 250_000,
        lossBand: 'decline',
      },
    ],
  ]);
});

test('slots outside of the dates of a path are not due, and their rounds count for nothing', async () => {
  const folder = tempDir();
  const file = ledgerConfig(folder);
  const customers = join(folder, 'customers.yaml');
  const text = readFileSync(customers, 'utf8').replace('lines: [l1],', 'lines: [l1], paths: [HKG>SIN],');
  writeFileSync(customers, text);
  const { store, config } = await watchedOctober(file);
  const [from, to] = [october + 10 * dayMs, october + 12 * dayMs];
  const dated = config.paths.map((path) => (path.id === 'HKG>SIN' ? { ...path, from, to } : path));
  for (const slot of [october, from - 1_800_000, from, to - 1_800_000, to])
    await store.rounds.put(round({ slot, sizes: [sample(64, packets(slot === from ? 1000 : 3000))] }));
  const judge = async (now: number) =>
    (await judgeStored({ store, config: { ...config, paths: dated }, now }, '2026-10')).map(
      (one) => monthResult(one).paths[0],
    );
  expect(await judge(november)).toMatchObject([
    { roundsDue: 96, roundsHeld: 2, coveragePercent: '2.08', latencyUs: 2000, raw: { roundsHeld: 2 } },
  ]);
  // Of a month that is not over what has come until now.
  expect(await judge(from + dayMs)).toMatchObject([{ roundsDue: 48, roundsHeld: 1, latencyUs: 1000 }]);
});

test('a cap over a rolling year gets what sealed statements of earlier months credited', async () => {
  const folder = tempDir();
  const file = ledgerConfig(folder);
  const customers = join(folder, 'customers.yaml');
  const other = 'plan: example-leased-line,\n      class: standard, lines: [l1]';
  const text = readFileSync(customers, 'utf8').replace(
    /plan: ctg-cloud-connection,\s+class: protected-single, lines: \[l1\]/,
    other,
  );
  writeFileSync(customers, text);
  const { store, config } = await watchedOctober(file);
  const past = {
    month: '2026-09',
    service: 'single',
    site: 'central',
    customer: 'bank',
    rent: { minor: 1_000_000n, currency: 'HKD' },
    credit: 500n,
  };
  const asked: string[] = [];
  const pastCredits = (plan: string | null, month: string) => {
    asked.push(`${plan ?? 'any'} ${month}`);
    return Promise.resolve([past]);
  };
  const judged = await judgeStored({ store, config, now: november, pastCredits }, '2026-10');
  expect(judged.map(({ case: { planId, history } }) => [planId, history])).toEqual([
    ['ctg-cloud-connection', []],
    ['example-leased-line', [past]],
  ]);
  // A plan that does not look back is not worth the reading.
  expect(asked).toEqual(['any 2026-10']);
});
