import { networkEventNames } from '../../src/core/network-event.js';
import fc from 'fast-check';
import { reportLanguages } from '../../src/i18n/languages.js';
import type {
  CommitmentConfig,
  Config,
  DriverConfig,
  MeasurementConfig,
  NotificationsConfig,
  PathConfig,
  Pop,
  WatchConfig,
  WatchReference,
} from '../../src/config/config.js';
import { driverNames } from '../../src/config/defaults.js';
import type { MeshLogin } from '../../src/config/sections/mesh.js';
import { mailSecurities } from '../../src/config/sections/notifications.js';
import { logFormats, logLevels } from '../../src/config/sections/store.js';
import { emptyCustomerRegistry } from '../../src/core/customer/book.js';
import { pathId } from '../../src/core/path.js';

const id = fc.stringMatching(/^[A-Za-z0-9](?:[A-Za-z0-9_.-]{0,30}[A-Za-z0-9])?$/);
const line = (maxLength: number) =>
  fc
    .string({ unit: 'grapheme', minLength: 1, maxLength: 20 })
    .filter((text) => text.trim() !== '' && text.length <= maxLength && !/[\p{Cc}\u2028\u2029]/u.test(text));
const orNull = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: null });
const instant = fc.integer({ min: 0, max: 253_402_300_799_999 });
const bounds = fc
  .tuple(orNull(instant), orNull(instant))
  .filter(([from, to]) => from === null || to === null || from < to);
const finite = (limit: number) => fc.double({ min: -limit, max: limit, noNaN: true });
/** The keys of a record that happen to be there. */
const some = <T>(model: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(model, { requiredKeys: [] });

/** PoPs whose addresses, taken from their position, are their own. */
const pops = fc
  .uniqueArray(fc.tuple(id, line(100), orNull(line(64)), fc.integer({ min: 0, max: 6 })), {
    minLength: 2,
    maxLength: 8,
    selector: ([popId]) => popId,
  })
  .chain((drafts) =>
    fc.tuple(
      ...drafts.map(([popId, name, region, kinds], index) =>
        orNull(fc.record({ latitude: finite(90), longitude: finite(180) })).map((coordinates): Pop => ({
          id: popId,
          name,
          region,
          ipv4: kinds < 4 ? `192.0.2.${index + 1}` : null,
          ipv6: kinds % 2 === 1 ? `2001:db8::${index + 1}` : null,
          host: kinds > 3 && kinds !== 5 ? `pop${index}.example.net` : null,
          coordinates,
        })),
      ),
    ),
  );

const probe = (target: Pop) => {
  const source = target.ipv4 !== null ? '198.51.100.1' : '2001:db8:1::1';
  return some({
    dscp: fc.integer({ min: 0, max: 63 }),
    ttl: fc.integer({ min: 1, max: 255 }),
    source: fc.constant(source),
    dontFragment: fc.boolean(),
    interface: fc.stringMatching(/^[a-z][a-z0-9.-]{0,14}$/),
  }).filter((options) => Object.keys(options).length > 0);
};

function paths(all: readonly Pop[], withProbe: boolean): fc.Arbitrary<PathConfig[]> {
  const [agent, ...others] = all as [Pop, ...Pop[]];
  return fc.subarray(others, { minLength: 1 }).chain((chosen) =>
    fc
      .tuple(
        ...chosen.map((target) =>
          fc
            .tuple(bounds, fc.option(probe(target), { nil: undefined }))
            .map(([[from, to], options]): PathConfig => ({
              id: pathId(agent.id, target.id),
              source: agent.id,
              destination: target.id,
              from,
              to,
              ...(withProbe && options !== undefined ? { probe: options } : {}),
            })),
        ),
      )
      .map((list) => list.sort((a, b) => (a.id < b.id ? -1 : 1))),
  );
}

function commitments(all: readonly Pop[]): fc.Arbitrary<CommitmentConfig[]> {
  const latencyMs = fc.stringMatching(/^[1-9]\d{0,3}(\.\d{1,3})?$/);
  const regions = all.flatMap((pop) => pop.region ?? []);
  const [agent, other] = all as [Pop, Pop];
  const path = fc.record({
    kind: fc.constant('path' as const),
    path: fc.constant(pathId(agent.id, other.id)),
  });
  const pair = () =>
    fc.record({
      kind: fc.constant('regions' as const),
      regions: fc.tuple(fc.constantFrom(...regions), fc.constantFrom(...regions)),
    });
  const scope = regions.length === 0 ? path : fc.oneof(path, pair());
  return fc.uniqueArray(fc.record({ scope, latencyMs, from: orNull(instant) }), {
    maxLength: 5,
    selector: (commitment) => commitment.from,
  });
}

const measurement: fc.Arbitrary<MeasurementConfig> = fc.record({
  everyMs: fc.constantFrom(1_800_000, 3_600_000, 86_400_000),
  packets: fc.integer({ min: 1, max: 100 }),
  sizes: fc.uniqueArray(fc.integer({ min: 56, max: 65_507 }), { minLength: 1, maxLength: 3 }),
  lengthBasis: fc.constantFrom('icmp', 'ip', 'payload'),
  lostAfterMs: fc.integer({ min: 1, max: 60_000 }),
  lagLimitMs: fc.integer({ min: 1, max: 60_000 }),
  lateWaitMs: fc.integer({ min: 0, max: 60_000 }),
  packetIntervalMs: fc.integer({ min: 100, max: 10_000 }),
  spreadMs: fc.integer({ min: 0, max: 600_000 }),
});

function watches(all: readonly Pop[]): fc.Arbitrary<WatchConfig> {
  const others = all.slice(1).map(({ id }) => id);
  const reference = fc.oneof(
    fc.constantFrom(...others).map((pop): WatchReference => ({ kind: 'pop', pop })),
    fc
      .constantFrom('192.0.2.1', '2001:db8::1')
      .map((address): WatchReference => ({ kind: 'address', address })),
  );
  return fc.record({
    ports: fc.subarray(others),
    references: fc.uniqueArray(reference, { selector: (one) => JSON.stringify(one), maxLength: 3 }),
    everyMs: fc.integer({ min: 100, max: 60_000 }),
    thresholdMs: fc.integer({ min: 5_000, max: 60_000 }),
    overdueFactor: fc.integer({ min: 1, max: 100 }),
    overdueAtLeastMs: fc.integer({ min: 50, max: 5_000 }),
    burstEveryMs: fc.integer({ min: 100, max: 2_000 }),
    burstLengthMs: fc.integer({ min: 2_000, max: 60_000 }),
    recovery: fc.integer({ min: 1, max: 100 }),
    quorum: fc.oneof(fc.constant('majority' as const), fc.integer({ min: 1, max: 1000 })),
    heartbeatMs: fc.integer({ min: 1_000, max: 30_000 }),
    bytes: fc.integer({ min: 16, max: 1400 }),
  });
}

function drivers(all: readonly Pop[]): fc.Arbitrary<DriverConfig> {
  const addresses = all.flatMap((pop) => pop.ipv4 ?? pop.ipv6 ?? []);
  const us = fc.integer({ min: 0, max: 60_000_000 });
  const rule = fc
    .tuple(
      orNull(fc.constantFrom('192.0.2.1', ...addresses)),
      bounds,
      some({
        delayUs: us,
        jitterUs: us,
        loss: fc.double({ min: 0, max: 1, noNaN: true }),
        down: fc.boolean(),
      }),
    )
    .map(([address, [from, to], rest]) => ({ address, from, to, ...rest }));
  const simulated = fc.record({ seed: fc.integer({ min: 0, max: 4_294_967_295 }), rules: fc.array(rule) });
  return fc.oneof(
    fc.record({
      kind: fc.constantFrom(...driverNames.filter((name) => name !== 'simulated')),
      simulated: fc.constant(null),
    }),
    fc.record({ kind: fc.constant('simulated'), simulated }),
  );
}

const network = fc.constantFrom(
  { address: '10.0.0.0', prefix: 8 },
  { address: 'fd00::', prefix: 8 },
  { address: '127.0.0.1', prefix: 32 },
);

/** Without secrets: those are not shown. */
const notifications: fc.Arbitrary<NotificationsConfig> = fc.record({
  attempts: fc.integer({ min: 1, max: 100 }),
  firstRetryMs: fc.integer({ min: 1_000, max: 3_600_000 }),
  longestRetryMs: fc.integer({ min: 3_600_000, max: 86_400_000 }),
  timeoutMs: fc.integer({ min: 100, max: 60_000 }),
  allow: fc.array(network, { maxLength: 3 }),
  language: fc.constantFrom(...reportLanguages),
  people: fc.boolean(),
  quietHours: orNull(
    fc.record({
      from: fc.constantFrom('22:00', '00:00'),
      to: fc.constantFrom('07:00', '23:59'),
      zone: fc.constantFrom('UTC', 'Asia/Hong_Kong'),
      urgent: fc.subarray([...networkEventNames]),
    }),
  ),
  smtp: orNull(
    fc.record({
      host: fc.constantFrom('mail.example.net', '192.0.2.25', '2001:db8::25'),
      port: fc.integer({ min: 1, max: 65_535 }),
      security: fc.constantFrom(...mailSecurities),
      from: fc.constantFrom('sla@example.net', 'SLA: desk #1 <sla@example.net>'),
      user: fc.constant(null),
      password: fc.constant(null),
    }),
  ),
});

const meshes: fc.Arbitrary<Pick<Config, 'role' | 'mesh'>> = fc.oneof(
  fc.constant({ role: 'standalone' as const, mesh: null }),
  fc.record({
    role: fc.constantFrom('agent' as const, 'hub' as const),
    mesh: fc.record({
      servers: fc.uniqueArray(
        fc.constantFrom('nats://127.0.0.1:4222', 'tls://[2001:db8::1]:4223', 'nats://hub.example.net:1'),
        { minLength: 1 },
      ),
      login: fc.constantFrom<MeshLogin[]>(
        { kind: 'none' },
        { kind: 'password', user: 'HKG', passwordFile: '/srv/p' },
        { kind: 'nkey', seedFile: '/srv/n' },
        { kind: 'creds', file: '/srv/c' },
      ),
      tls: fc.constantFrom(
        null,
        { ca: '/srv/ca.pem', cert: null, key: null },
        {
          ca: null,
          cert: '/srv/cert.pem',
          key: '/srv/key.pem',
        },
      ),
      replicas: fc.constantFrom(1, 3, 5),
      keepMs: fc.integer({ min: 60_000, max: 366 * 86_400_000 }),
      heartbeatMs: fc.integer({ min: 100, max: 60_000 }),
      clockLimitMs: fc.integer({ min: 10, max: 60_000 }),
    }),
  }),
);

const defaultPath = '/srv/data/pop-sla.db';
const databases: fc.Arbitrary<Pick<Config['store'], 'path' | 'postgres'>> = fc.oneof(
  fc
    .stringMatching(/^\/[a-z #:{}'"-]{0,20}[a-z]$/)
    .map((path) => ({ path: path.replace(/\/+/g, '/'), postgres: null })),
  fc.constantFrom(
    { path: defaultPath, postgres: { url: 'postgres://sla@db.example.net/sla', passwordFile: null } },
    {
      path: defaultPath,
      postgres: {
        url: 'postgresql://[::1]:5433/s?sslmode=require&options=-c%20a%3Db',
        passwordFile: '/srv/p',
      },
    },
  ),
);

/** Any configuration that a file can say. */
export const anyConfig: fc.Arbitrary<Config> = pops.chain((all) =>
  fc.tuple(drivers(all), meshes).chain(([driver, { role, mesh }]) =>
    fc.record({
      role: fc.constant(role),
      mesh: fc.constant(mesh),
      file: fc.constant('/srv/c.yaml'),
      agent: fc.constant((all[0] as Pop).id),
      pops: fc.constant(all),
      paths: paths(all, driver.kind === 'kernel' || driver.kind === 'auto'),
      commitments: commitments(all),
      measurement,
      watch: watches(all),
      trace: fc.record({
        enabled: fc.boolean(),
        quietAfterMs: fc.integer({ min: 1_000, max: 24 * 3_600_000 }),
      }),
      networks: fc.constantFrom({}, { '10.0.0.0/8': 'Our: backbone', '2001:db8::/32': 'Docs' }),
      driver: fc.constant(driver),
      store: databases.chain((database) =>
        fc.record({
          path: fc.constant(database.path),
          postgres: fc.constant(database.postgres),
          keepPacketsMonths: fc.integer({ min: 1, max: 13 }),
          keepRowsMonths: fc.integer({ min: 13, max: 1200 }),
        }),
      ),
      keys: fc.record({
        folder: fc.stringMatching(/^\/[a-z #:{}'"-]{0,20}[a-z]$/).map((path) => path.replace(/\/+/g, '/')),
      }),
      csv: fc.record({
        bom: fc.boolean(),
        separator: fc.constantFrom('comma' as const, 'semicolon' as const),
      }),
      statements: fc.record({
        graceMs: fc.integer({ min: 0, max: 31 * 86_400_000 }),
        claimReminderMs: fc.integer({ min: 0, max: 90 * 86_400_000 }),
        twoPersonSealing: fc.boolean(),
      }),
      billing: fc.record({
        zone: fc.constantFrom('UTC', 'Asia/Hong_Kong'),
        issuers: fc.constantFrom(
          [],
          [
            {
              id: 'ctg-hk',
              name: 'Our: company',
              address: ['1 Road, "Tower"'],
              city: 'Hong Kong',
              postcode: null,
              country: 'HK',
              taxId: '001',
              registration: null,
              currencies: ['HKD', 'USD'],
              notes: { prefix: 'CN-', first: 1, last: 999_999 },
            },
          ],
        ),
        accounts: fc.constantFrom(
          new Map(),
          new Map([['HKD', { revenue: '0410', tax: null, receivable: '1131', costCentre: null }]]),
        ),
        taxCodes: fc.constantFrom([], [{ rate: { n: 9n, d: 100n }, code: 'J1', category: 'S' as const }]),
        untaxed: fc.constantFrom(null, { category: 'O' as const, code: '', reason: 'no VAT' }),
        mappings: fc.constantFrom([], ['/srv/own.yaml']),
      }),
      http: fc
        .record({
          host: fc.constantFrom('127.0.0.1', '::1', 'localhost', '0.0.0.0'),
          port: fc.integer({ min: 0, max: 65_535 }),
          tls: fc.constantFrom(null, { cert: '/srv/cert.pem', key: '/srv/key.pem' }),
          publicUrl: fc.constantFrom(null, 'https://sla.example.net', 'http://127.0.0.1:9720'),
          trustedProxies: fc.constantFrom([], [{ address: '10.0.0.0', prefix: 8 }]),
          requestsPerMinute: fc.integer({ min: 1, max: 1_000_000 }),
          bodyLimit: fc.integer({ min: 1024, max: 100 * 2 ** 20 }),
          auth: fc.record({
            open: fc.constantFrom('loopback', 'never'),
            metrics: fc.constantFrom('open', 'signed-in'),
            sessionMs: fc.integer({ min: 60_000, max: 90 * 86_400_000 }),
            idleMs: fc.integer({ min: 60_000, max: 90 * 86_400_000 }),
            secondFactor: fc.record({
              roles: fc.constantFrom(['admin' as const], []),
              required: fc.boolean(),
            }),
            oidc: fc.constantFrom(null, {
              issuer: 'https://id.example.net/x',
              clientId: 'pop-sla',
              scopes: ['openid'],
              clientSecretFile: '/srv/oidc.secret',
              rolesClaim: 'groups',
              customerClaim: 'customer',
              nameClaim: 'name',
              roles: { operators: 'noc' as const },
              clockSkewMs: 5000,
              recheckMs: 600_000,
              unconfirmedMs: 7_200_000,
            }),
          }),
        })
        .filter(({ publicUrl, auth }) => publicUrl !== null || auth.oidc === null), // it needs a way back
      faults: fc.record({ suggestAfterRounds: fc.integer({ min: 1, max: 100 }) }),
      notifications,
      metrics: fc.record({ perSize: fc.boolean(), money: fc.boolean() }),
      log: fc.record({ level: fc.constantFrom(...logLevels), format: fc.constantFrom(...logFormats) }),
      customers: fc.constantFrom(null, '/srv/customers.yaml'),
      book: fc.constant(emptyCustomerRegistry),
      bookBase: fc.constant(null),
    }),
  ),
);
