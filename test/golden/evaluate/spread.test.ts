import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { root } from '../../support/source-files.js';

/** 10.1 ms, 10.2 ms … 20 ms, in no order, and what did not come back in time among them. */
const hundred = Array.from({ length: 100 }, (_, n) => 10_100 + ((n * 37) % 100) * 100);

const size = (bytes: number, rttUs: readonly (number | null)[]) => ({ bytes, rttUs });
const slow = [size(64, [90_000, 91_000])];

const rounds = [
  { path: 'A>B', slot: '2026-10-11T00:00:00Z', sizes: [size(64, [...hundred.slice(0, 40), null])] },
  {
    path: 'A>B',
    slot: '2026-10-11T00:30:00Z',
    sizes: [size(64, [null]), size(128, hundred.slice(40, 70)), size(512, hundred.slice(70))],
  },
  // Not held, and in planned maintenance: neither is part of the month's latency.
  { path: 'A>B', slot: '2026-10-11T01:00:00Z', status: 'invalid', sizes: slow },
  { path: 'A>B', slot: '2026-10-11T02:00:00Z', sizes: slow },
  // A reply at the limit is received, one after it is late.
  { path: 'A>C', slot: '2026-10-11T00:00:00Z', sizes: [size(64, [5, 1, null, 2_000_001]), size(128, [9, 3])] },
  { path: 'A>C', slot: '2026-10-11T00:30:00Z', sizes: [size(512, [2_000_000, 7])] },
  { path: 'A>D', slot: '2026-10-11T00:00:00Z', sizes: [size(64, [null, 1234, null])] },
  { path: 'A>E', slot: '2026-10-11T00:00:00Z', sizes: [size(64, [null, null])] },
  {
    path: 'A>F',
    slot: '2026-10-11T00:00:00Z',
    sizes: [size(64, [1000]), { bytes: 128, sent: 1, received: 1, rttSumUs: 1000 }],
  },
  {
    path: 'A>G',
    slot: '2026-10-11T00:00:00Z',
    sizes: [size(64, [1000, 1001]), { bytes: 128, sent: 1, received: 0, rttSumUs: 0 }],
  },
];

/** A round of a size or two, and of a packet or two, is held here. */
function withAnySizes(given: { readonly plan: string; readonly rounds: readonly object[] }): object {
  const plan = parse(readFileSync(join(root, 'config/plans', `${given.plan}.yaml`), 'utf8')) as {
    readonly versions: { measurement: { minimumSent: number } }[];
  };
  const lenient = plan.versions.map((version) => ({
    ...version,
    measurement: { ...version.measurement, minimumSent: 0 },
  }));
  return {
    ...given,
    plan: { ...plan, versions: lenient },
    rounds: given.rounds,
  };
}

const monthCase = {
  plan: 'ctg-cloud-connection',
  month: '2026-10',
  lines: [],
  services: [],
  outages: [],
  unobserved: [],
  exclusions: [
    {
      kind: 'planned-maintenance',
      scope: { paths: ['A>B'] },
      from: '2026-10-11T01:45:00Z',
      to: '2026-10-11T02:15:00Z',
      noticeAt: '2026-10-01T00:00:00Z',
    },
  ],
  commitments: [{ path: 'A>Z', latencyMs: '35.000' }],
  rounds,
};

test('details: percentiles by nearest rank, least, most, and round-trip PDV from the least', () => {
  const result = spawnSync(process.execPath, [join(root, 'dist/src/main.js'), 'evaluate', '--details', '-'], {
    input: JSON.stringify(withAnySizes(monthCase)),
    encoding: 'utf8',
  });
  expect(result.stderr).toBe('');
  const { paths } = JSON.parse(result.stdout) as { paths: { path: string; spread: unknown }[] };
  expect(Object.fromEntries(paths.map(({ path, spread }) => [path, spread]))).toEqual({
    'A>B': {
      packets: 100,
      minUs: 10_100,
      p50Us: 15_000,
      p95Us: 19_500,
      p99Us: 19_900,
      maxUs: 20_000,
      pdvP99Us: 9_800,
    },
    'A>C': {
      packets: 6,
      minUs: 1,
      p50Us: 5,
      p95Us: 2_000_000,
      p99Us: 2_000_000,
      maxUs: 2_000_000,
      pdvP99Us: 1_999_999,
    },
    'A>D': { packets: 1, minUs: 1234, p50Us: 1234, p95Us: 1234, p99Us: 1234, maxUs: 1234, pdvP99Us: 0 },
    // Nothing came back; single RTTs were not given; no round was held.
    'A>E': null,
    'A>F': null,
    'A>G': { packets: 2, minUs: 1000, p50Us: 1000, p95Us: 1001, p99Us: 1001, maxUs: 1001, pdvP99Us: 1 },
    'A>Z': null,
  });
});
