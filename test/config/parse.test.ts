import { watchOf } from '../support/watch.js';
import { describe, expect, test } from 'vitest';
import { emptyCustomerRegistry } from '../../src/core/customer/book.js';
import { loadConfig } from '../../src/config/load.js';
import { formatProblems } from '../../src/config/problem.js';
import { root } from '../support/source-files.js';
import { configOf, problemsOf, threePops } from './support.js';

describe('the shipped default', () => {
  test('is read whole', async () => {
    const result = await loadConfig('config/pop-sla.yaml', root);
    if (!result.ok) throw new Error(formatProblems(result.problems));
    const { config } = result;
    expect(config.file).toBe(`${root}/config/pop-sla.yaml`);
    expect(config.paths.map((path) => path.id)).toEqual(['HKG>FRA', 'HKG>SIN']);
    expect(config.measurement).toEqual({
      everyMs: 1_800_000,
      packets: 100,
      sizes: [64, 128, 512],
      lengthBasis: 'icmp',
      lostAfterMs: 2000,
      lateWaitMs: 1000,
      lagLimitMs: 500,
      packetIntervalMs: 20,
      spreadMs: 2000,
    });
    expect(config.store).toEqual({
      path: `${root}/data/pop-sla.db`,
      postgres: null,
      keepPacketsMonths: 13,
      keepRowsMonths: 37,
    });
    expect(config.http).toMatchObject({ host: '127.0.0.1', port: 9720 });
    expect(config.driver).toEqual({ kind: 'auto', simulated: null });
  });
});

test('all faults are reported at once, in the order of the file', () => {
  const text = `agent: HKH
pops:
  - { id: HKG, ipv4: 300.1.1.1 }
  - { id: SIN, ipv4: 127.0.0.12, coordinates: [91, 0] }
  - { id: SIN, ipv5: 127.0.0.13 }
paths: { include: ['HKG>XXX', 'SIN>HKG', 'HKG>HKG'] }
measurement: { every: 7m, every: 8m, packets: many }
driver: fpign
htp: {}
`;
  expect(problemsOf(text)).toEqual([
    'c.yaml:1:8 agent: "HKH" is not among the PoPs (did you mean "HKG"?); allowed: HKG, SIN',
    'c.yaml:3:22 pops[0].ipv4: "300.1.1.1" is not an IPv4 address; allowed: four numbers from 0 to 255 such as 192.0.2.1, of one host',
    'c.yaml:4:47 pops[1].coordinates: [91, 0] has a latitude out of range; allowed: [latitude from -90 to 90, longitude from -180 to 180], in degrees',
    'c.yaml:5:5 pops[2]: "SIN" has no address; allowed: at least one of ipv4, ipv6, host',
    'c.yaml:5:11 pops[2].id: "SIN" is also the id of pops[1]; allowed: each id once',
    'c.yaml:5:16 pops[2].ipv5: is not a known key (did you mean "ipv4"?); allowed: id, name, region, ipv4, ipv6, host, coordinates',
    'c.yaml:6:20 paths.include[0]: "HKG>XXX" names an unknown PoP, "XXX"; allowed: HKG, SIN',
    'c.yaml:6:42 paths.include[2]: "HKG>HKG" is a path from a PoP to itself; allowed: SOURCE>DESTINATION, two different PoP ids, or SOURCE>* for those to every other PoP',
    'c.yaml:7:27 measurement.every: is given twice; allowed: each key once',
    'c.yaml:7:47 measurement.packets: "many" is not a number; allowed: a whole number from 1 to 10000',
    'c.yaml:8:9 driver: "fpign" is not known (did you mean "fping"?); allowed: auto, kernel, net-ping, fping, simulated',
    'c.yaml:9:1 htp: is not a known key (did you mean "http"?); allowed: role, agent, mesh, pops, paths, commitments, measurement, watch, trace, networks, driver, store, http, metrics, log, faults, notifications, customers, keys, statements, csv, billing',
  ]);
});

test('an agent and PoPs are all that a file needs', () => {
  expect(configOf(threePops)).toEqual({
    file: '/srv/c.yaml',
    role: 'standalone',
    mesh: null,
    agent: 'HKG',
    pops: [
      {
        id: 'HKG',
        name: 'HKG',
        region: 'asia-east',
        ipv4: '192.0.2.11',
        ipv6: null,
        host: null,
        coordinates: null,
      },
      {
        id: 'SIN',
        name: 'SIN',
        region: 'asia-southeast',
        ipv4: '192.0.2.12',
        ipv6: null,
        host: null,
        coordinates: null,
      },
      {
        id: 'FRA',
        name: 'FRA',
        region: 'europe',
        ipv4: '192.0.2.13',
        ipv6: null,
        host: null,
        coordinates: null,
      },
    ],
    paths: [
      { id: 'HKG>FRA', source: 'HKG', destination: 'FRA', from: null, to: null },
      { id: 'HKG>SIN', source: 'HKG', destination: 'SIN', from: null, to: null },
    ],
    commitments: [],
    watch: watchOf(['FRA', 'SIN']),
    trace: { enabled: true, quietAfterMs: 3_600_000 },
    networks: {},
    measurement: {
      everyMs: 1_800_000,
      packets: 100,
      sizes: [64, 128, 512],
      lengthBasis: 'icmp',
      lostAfterMs: 2000,
      lateWaitMs: 1000,
      lagLimitMs: 500,
      packetIntervalMs: 1000,
      spreadMs: 300_000,
    },
    driver: { kind: 'auto', simulated: null },
    store: { path: '/srv/data/pop-sla.db', postgres: null, keepPacketsMonths: 13, keepRowsMonths: 37 },
    http: {
      host: '127.0.0.1',
      port: 9720,
      tls: null,
      publicUrl: null,
      trustedProxies: [],
      requestsPerMinute: 1200,
      bodyLimit: 1_048_576,
      auth: {
        open: 'loopback',
        metrics: 'open',
        sessionMs: 43_200_000,
        idleMs: 3_600_000,
        secondFactor: { roles: ['finance', 'approver', 'admin'], required: false },
        oidc: null,
      },
    },
    metrics: { perSize: false, money: false },
    log: { level: 'info', format: 'auto' },
    faults: { suggestAfterRounds: 2 },
    notifications: {
      attempts: 12,
      firstRetryMs: 10_000,
      longestRetryMs: 3_600_000,
      timeoutMs: 10_000,
      allow: [],
      language: 'en',
      people: true,
      quietHours: null,
      smtp: null,
    },
    keys: { folder: '/srv/data/keys' },
    csv: { bom: false, separator: 'comma' },
    statements: { graceMs: 86_400_000, claimReminderMs: 604_800_000, twoPersonSealing: false },
    billing: {
      zone: 'UTC',
      issuers: [],
      accounts: new Map(),
      taxCodes: [],
      untaxed: null,
      mappings: [],
    },
    customers: null,
    book: emptyCustomerRegistry,
    bookBase: null,
  });
});

describe('paths', () => {
  const pathsOf = (paths: string, rest = '') =>
    configOf(`${threePops}${rest}paths: ${paths}`).paths.map(({ id, from, to, probe }) => ({
      id,
      from,
      to,
      probe,
    }));
  const none = { from: null, to: null, probe: undefined };

  test('are the full mesh less the excluded ones', () => {
    expect(pathsOf('{ exclude: [HKG>SIN] }')).toEqual([{ id: 'HKG>FRA', ...none }]);
  });

  test('are the included ones only', () => {
    expect(pathsOf('{ include: [HKG>SIN] }')).toEqual([{ id: 'HKG>SIN', ...none }]);
  });

  test('take what is said of them by name before what is said by a star', () => {
    expect(pathsOf("{ include: [{ path: HKG>FRA, from: 2026-10-01 }, 'HKG>*'] }")).toEqual([
      { id: 'HKG>FRA', from: Date.UTC(2026, 9, 1), to: null, probe: undefined },
      { id: 'HKG>SIN', ...none },
    ]);
  });

  test('take instants with their offset', () => {
    const [path] = pathsOf(
      '{ include: [{ path: HKG>SIN, from: 2026-10-01T08:00:00+08:00, to: 2026-10-01T00:00:01.5Z }] }',
    );
    expect(path).toEqual({
      id: 'HKG>SIN',
      from: Date.UTC(2026, 9, 1),
      to: Date.UTC(2026, 9, 1) + 1500,
      probe: undefined,
    });
  });

  test('have packet options of their own before those of all', () => {
    const rest = 'driver: kernel\nmeasurement: { probe: { dscp: 10, ttl: 64 } }\n';
    const include = "['HKG>SIN', { path: HKG>FRA, probe: { dscp: 46, sourceAddress: 192.0.2.11 } }]";
    expect(pathsOf(`{ include: ${include} }`, rest).map(({ probe }) => probe)).toEqual([
      { dscp: 46, ttl: 64, source: '192.0.2.11' },
      { dscp: 10, ttl: 64 },
    ]);
  });
});

test('commitments keep their latency as it was written', () => {
  const text = `${threePops}commitments:
  - { path: HKG>SIN, latency: 35.250ms, from: 2026-01-01 }
  - { path: SIN>HKG, latency: 36 ms }
  - { regions: [europe, europe], latency: 12ms }
`;
  expect(configOf(text).commitments).toEqual([
    { scope: { kind: 'path', path: 'HKG>SIN' }, latencyMs: '35.250', from: Date.UTC(2026, 0, 1) },
    { scope: { kind: 'path', path: 'SIN>HKG' }, latencyMs: '36', from: null },
    { scope: { kind: 'regions', regions: ['europe', 'europe'] }, latencyMs: '12', from: null },
  ]);
});

test('the simulated driver gets its script', () => {
  const rules =
    '[{ delay: 20ms, jitter: 250us, loss: 0.5% }, { address: 192.0.2.12, from: 2026-10-01, down: true }]';
  expect(configOf(`${threePops}driver: { kind: simulated, seed: 7, rules: ${rules} }`).driver).toEqual({
    kind: 'simulated',
    simulated: {
      seed: 7,
      rules: [
        { address: null, from: null, to: null, delayUs: 20_000, jitterUs: 250, loss: 0.005 },
        { address: '192.0.2.12', from: Date.UTC(2026, 9, 1), to: null, down: true },
      ],
    },
  });
  expect(configOf(`${threePops}driver: simulated`).driver.simulated).toEqual({ seed: 1, rules: [] });
});

test('anchors save writing', () => {
  const text = `${threePops}commitments: [{ path: HKG>SIN, latency: &l 35ms }, { path: HKG>FRA, latency: *l }]`;
  expect(configOf(text).commitments.map(({ latencyMs }) => latencyMs)).toEqual(['35', '35']);
});

test('a fault behind an alias is placed where the alias stands', () => {
  const text = `${threePops}commitments: [{ path: HKG>SIN, latency: &l 35 }, { path: HKG>FRA, latency: *l }]`;
  expect(problemsOf(text).map((line) => line.slice(0, line.indexOf(';')))).toEqual([
    'c.yaml:6:44 commitments[0].latency: 35 has no unit',
    'c.yaml:6:76 commitments[1].latency: 35 has no unit',
  ]);
});

test('a list of all that is allowed stops before it fills the screen', () => {
  const pops = Array.from(
    { length: 30 },
    (_, index) => `  - { id: P${index}, ipv4: 192.0.2.${index + 1} }\n`,
  );
  expect(problemsOf(`agent: HKG\npops:\n${pops.join('')}`)).toEqual([
    'c.yaml:1:8 agent: "HKG" is not among the PoPs; allowed: P0, P1, P2, P3, P4, P5, P6, P7, P8, P9, P10, P11, … (30 in all)',
  ]);
});

test('a secret is never shown, not even in a fault', () => {
  expect(
    problemsOf(`${threePops}http: { password: hunter2, listen: 'nats://u:hunter2@h' }`).join(),
  ).not.toContain('hunter2');
});
