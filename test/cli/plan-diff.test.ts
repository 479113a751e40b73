import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { runCli } from '../support/cli.js';
import { dayMs, november, october } from '../support/ledger.js';
import { root } from '../support/source-files.js';
import { putRound, statedOctober } from '../support/statements.js';

interface RawVersion {
  readonly measurement: Record<string, unknown>;
  readonly classes: { readonly id: string; commitmentPercent: number; steps: object[] }[];
  readonly credit: Record<string, unknown>;
}

const month = ['--month', '2026-10'];

/** A stored October, and a folder to put other versions of its services' plan in. */
async function setUp() {
  const { store, file, folder } = await statedOctober();
  // 1 ms and one of two packets lost, in one more of the rounds.
  await putRound(store, october + 21 * dayMs, [1000, null]);
  await store.close();
  const write = (name: string, change: (version: RawVersion) => void): string => {
    const text = readFileSync(join(root, 'config/plans/ctg-cloud-connection.yaml'), 'utf8');
    const plan = parse(text) as { versions: RawVersion[]; examples?: unknown };
    plan.versions.forEach(change);
    delete plan.examples;
    writeFileSync(join(folder, name), JSON.stringify(plan));
    return `./${name}`;
  };
  const diff = async (...args: string[]) => {
    const result = await runCli(['plan', 'diff', ...args, ...month, '--config', file], {
      cwd: folder,
      now: () => november,
    });
    const [differences = '', credits = ''] = result.stdout.split('\nCredits of 2026-10\n');
    const rows = credits
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    return { ...result, differences, rows };
  };
  return { write, diff, file, folder };
}

const head = ['SERVICE', 'BEFORE', 'AFTER'];

describe('pop-sla plan diff --month, over a store', () => {
  test('the same plan twice gives the same credits, those of the statements', async () => {
    const { diff } = await setUp();
    const { code, stderr, differences, rows } = await diff('ctg-cloud-connection', 'ctg-cloud-connection');
    expect([code, stderr]).toEqual([0, '']);
    expect(differences).toContain('They say the same.');
    expect(rows).toEqual([head, ['other', '758.06 HKD', '758.06 HKD'], ['single', '0.00 HKD', '0.00 HKD']]);
  });

  test('judges the outages by both plans, whichever comes first', async () => {
    const { diff, write } = await setUp();
    const stricter = write('stricter.json', ({ classes }) => {
      const [single, protectedSingle] = classes;
      // 5 h of 744 h down: 99.3279 %. 30 minutes: 99.9327 %.
      Object.assign(single ?? {}, { steps: [{ below: 99.5, percent: 10 }] });
      Object.assign(protectedSingle ?? {}, {
        commitmentPercent: 99.95,
        steps: [{ below: 99.95, percent: 5 }],
      });
    });
    const { code, stderr, differences, rows } = await diff('ctg-cloud-connection', stricter);
    expect([code, stderr]).toEqual([0, '']);
    expect(differences).toContain('Class protected-single: step 1');
    expect(rows).toEqual([
      head,
      ['other', '758.06 HKD', '1516.13 HKD'],
      ['single', '0.00 HKD', '500.00 HKD'],
    ]);
    expect((await diff(stricter, 'ctg-cloud-connection')).rows).toEqual([
      head,
      ['other', '1516.13 HKD', '758.06 HKD'],
      ['single', '500.00 HKD', '0.00 HKD'],
    ]);
  });

  test('judges the rounds by both plans', async () => {
    const { diff, write } = await setUp();
    const withLoss = write('with-loss.json', ({ measurement, credit }) => {
      Object.assign(measurement, { minimumSent: 0 });
      Object.assign(credit, {
        minimumCoveragePercent: 0,
        causes: [
          { kind: 'loss', id: 'loss', name: 'loss', measure: 'absolute', steps: [{ over: 1, percent: 3 }] },
        ],
      });
    });
    const { rows } = await diff('ctg-cloud-connection', withLoss);
    expect(rows).toEqual([head, ['other', '758.06 HKD', '758.06 HKD'], ['single', '0.00 HKD', '300.00 HKD']]);
  });

  test('a service that one of the plans can not judge is named with its reason, in words of that plan', async () => {
    const { diff, folder } = await setUp();
    const transit = readFileSync(join(root, 'config/plans/example-ip-transit.yaml'), 'utf8');
    writeFileSync(join(folder, 'without.yaml'), transit.replace(/^id: .*$/m, 'id: ctg-cloud-connection'));
    const { code, rows } = await diff('ctg-cloud-connection', 'example-ip-transit');
    expect([code, rows]).toEqual([
      0,
      [
        head,
        ['other', '758.06 HKD', 'not judged: plan example-ip-transit has no class single'],
        ['single', '0.00 HKD', 'not judged: plan example-ip-transit has no class protected-single'],
      ],
    ]);
    expect((await diff('./without.yaml', 'ctg-cloud-connection')).rows[1]).toEqual([
      'other',
      'not judged: plan ctg-cloud-connection has no class single',
      '758.06 HKD',
    ]);
  });

  test('a plan that judges nothing in the month is said to', async () => {
    const { diff } = await setUp();
    const { code, stdout } = await diff('example-ip-transit', 'ctg-cloud-connection');
    expect(code).toBe(0);
    expect(stdout).toContain('No service was judged by plan example-ip-transit in 2026-10.');
  });
});
