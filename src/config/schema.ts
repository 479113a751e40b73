import { isIP } from 'node:net';
import { z } from 'zod';
import { roles } from '../core/access/rules.js';
import { isUrl, parsePostgresUrl, postgresUrlAllowed } from '../core/address/postgres.js';
import { lengthBases } from '../core/measurement/round.js';
import { isPopId, pathEnds, popIdRule } from '../core/path.js';
import type { PathId } from '../core/types.js';
import { defaultDriver, driverNames, meshRoles } from './defaults.js';
import {
  canonicalAddress,
  duration,
  fineDuration,
  hostName,
  instant,
  ip,
  ipv4,
  ipv6,
  isWrong,
  latency,
  listen,
  months,
  name,
  network,
  oneOf,
  ratio,
  readHostName,
  scalar,
  textual,
  whole,
  wrong,
  yesOrNo,
} from './scalars.js';
import { networksSchema, traceSchema } from './schema/trace.js';

const device = () =>
  textual('the name of a network interface, at most 15 characters', (text) =>
    /^[^\s/]{1,15}$/.test(text) ? text : wrong('is not the name of an interface'),
  );

/** How the packets of a path are made; what is left out is the system's choice. */
const probeSchema = z.strictObject({
  dscp: whole(0, 63).optional(),
  ttl: whole(1, 255).optional(),
  sourceAddress: ip().optional(),
  dontFragment: yesOrNo().optional(),
  interface: device().optional(),
});

const form = 'SOURCE>DESTINATION, two different PoP ids';

/** One directed path. */
export const path = () =>
  textual(form, (text) => {
    const [source, destination] = text.split('>');
    if (source === destination && isPopId(source ?? '')) return wrong('is a path from a PoP to itself');
    return pathEnds(text) === null ? wrong('is not a path') : (text as PathId);
  });

/** One path, or `SOURCE>*`, those to every other PoP. */
const pathPattern = () =>
  textual(`${form}, or SOURCE>* for those to every other PoP`, (text) => {
    const [source, destination] = text.split('>');
    if (source === destination && isPopId(source ?? '')) return wrong('is a path from a PoP to itself');
    const all = text === `${source ?? ''}>*` && isPopId(source ?? '');
    return pathEnds(text) === null && !all ? wrong('is not a path') : (text as PathId);
  });

const entry = z.strictObject({
  path: pathPattern(),
  from: instant().optional(),
  to: instant().optional(),
  probe: probeSchema.optional(),
});

/** `'HKG>SIN'` is short for `{ path: 'HKG>SIN' }`. */
export type IncludeEntry = z.output<typeof entry>;

const pathsSchema = z.strictObject({
  include: z
    .array(z.preprocess((input) => (typeof input === 'string' ? { path: input } : input), entry))
    .optional(),
  exclude: z.array(path()).default([]),
});

const regions = () =>
  scalar(
    'a pair of regions of the PoPs, such as [asia-east, europe]',
    (input): readonly [string, string] | ReturnType<typeof wrong> => {
      if (!Array.isArray(input) || input.length !== 2) return wrong('is not a pair of regions');
      const [one, other] = input as unknown[];
      if (typeof one !== 'string' || typeof other !== 'string') return wrong('is not a pair of regions');
      return [one, other];
    },
  );

const commitmentSchema = z.strictObject({
  path: path().optional(),
  regions: regions().optional(),
  latency: latency(),
  from: instant().optional(),
});

const rule = z.strictObject({
  address: ip().optional(),
  from: instant().optional(),
  to: instant().optional(),
  delay: fineDuration(60_000).optional(),
  jitter: fineDuration(60_000).optional(),
  loss: ratio().optional(),
  down: yesOrNo().optional(),
});

/** `driver: net-ping` is short for `driver: { kind: net-ping }`. */
const driverSchema = z
  .preprocess(
    (input) => (typeof input === 'string' ? { kind: input } : input),
    z.strictObject({
      kind: oneOf(driverNames),
      seed: whole(0, 4_294_967_295).optional(),
      rules: z.array(rule).optional(),
    }),
  )
  .default({ kind: defaultDriver });

const file = () =>
  textual('the path of a file', (text) =>
    text === '' || text.endsWith('/') || text.includes('\0') ? wrong('is not the path of a file') : text,
  );

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** An address of somebody's server; only one that is this machine's may go without TLS. */
const url = () =>
  textual('an address of https, such as https://id.example.net (http for 127.0.0.1 only)', (text) => {
    if (!URL.canParse(text)) return wrong('is not an address');
    const { protocol, hostname, username, password, search, hash } = new URL(text);
    const local = /^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname);
    if (protocol !== 'https:' && !(protocol === 'http:' && local)) return wrong('is not an address of https');
    if (username !== '' || password !== '' || search !== '' || hash !== '')
      return wrong('has more than a place');
    return text.replace(/\/+$/, '');
  });

const oidc = z.strictObject({
  issuer: url(),
  clientId: name(200),
  clientSecretFile: file().optional(),
  scopes: z.array(name(100)).default(['openid', 'profile']),
  rolesClaim: name(100).default('roles'),
  customerClaim: name(100).default('customer'),
  nameClaim: name(100).default('name'),
  roles: z.record(z.string(), oneOf(roles)).default({}),
  clockSkew: duration(0, 10 * minuteMs).default(30_000),
  recheck: duration(minuteMs, 24 * 60 * minuteMs).default(15 * minuteMs),
  unconfirmed: duration(minuteMs, 90 * dayMs).default(60 * minuteMs),
});

const httpSchema = z.strictObject({
  listen: listen().default({ host: '127.0.0.1', port: 9720 }),
  tls: z.strictObject({ cert: file(), key: file() }).optional(),
  publicUrl: url().optional(),
  trustedProxies: z.array(network()).default([]),
  requestsPerMinute: whole(1, 1_000_000).default(1200),
  bodyLimit: whole(1024, 100 * 2 ** 20).default(2 ** 20),
  auth: z
    .strictObject({
      open: oneOf(['loopback', 'never']).default('loopback'),
      metrics: oneOf(['open', 'signed-in']).default('open'),
      session: duration(minuteMs, 90 * dayMs).default(12 * 60 * minuteMs),
      idle: duration(minuteMs, 90 * dayMs).default(60 * minuteMs),
      secondFactor: z
        .strictObject({
          roles: z.array(oneOf(roles)).default(['finance', 'approver', 'admin']),
          required: yesOrNo().default(false),
        })
        .prefault({}),
      oidc: oidc.optional(),
    })
    .prefault({}),
});

export type RawHttp = z.output<typeof httpSchema>;

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;

/** The defaults are the contract's, clause 2.1 (2) and (3). */
const measurementSchema = z.strictObject({
  every: duration(second, 24 * hour).default(30 * minute),
  packets: whole(1, 10_000).default(100),
  minimumSent: whole(0, 10_000).optional(),
  sizes: z.array(whole(1, 65_575)).default([64, 128, 512]),
  lengthBasis: oneOf(lengthBases).default('icmp'),
  lostAfter: duration(1, minute).default(2000),
  lateWait: duration(0, minute).default(second),
  packetInterval: duration(1, minute).default(second),
  spread: duration(0, 12 * hour).default(5 * minute),
  lagLimit: duration(1, minute).default(500),
  probe: probeSchema.optional(),
});
const day = 86_400_000;

const server = () =>
  textual('nats://HOST:PORT or tls://HOST:PORT, such as nats://hub.example.net:4222', (text) => {
    if (!URL.canParse(text)) return wrong('is not an address');
    const { protocol, hostname, port, username, password, pathname, search, hash } = new URL(text);
    if (protocol !== 'nats:' && protocol !== 'tls:') return wrong('is not the address of a NATS server');
    if (username !== '' || password !== '')
      return wrong('has a user in it', 'an address alone; the user stands in mesh.user');
    if ((pathname !== '' && pathname !== '/') || search !== '' || hash !== '') {
      return wrong('has more than a host and a port');
    }
    const host = hostname.replace(/^\[(.*)\]$/, '$1');
    if (host === '' || (isIP(host) === 0 && isWrong(readHostName(host)))) return wrong('has no valid host');
    return `${protocol}//${hostname}:${port === '' ? '4222' : port}`;
  });

/** How agents and hubs reach each other. */
const meshSchema = z.strictObject({
  servers: z.array(server()),
  user: name(200).optional(),
  passwordFile: file().optional(),
  nkeySeedFile: file().optional(),
  credsFile: file().optional(),
  tls: z.strictObject({ ca: file().optional(), cert: file().optional(), key: file().optional() }).optional(),
  replicas: scalar('1, 3 or 5', (input) =>
    input === 1 || input === 3 || input === 5 ? input : wrong('is not a number of replicas'),
  ).default(1),
  keep: duration(minute, 366 * day).default(31 * day),
  heartbeat: duration(100, minute).default(10 * second),
  clockLimit: duration(10, minute).default(second),
});

export type RawMesh = z.output<typeof meshSchema>;

/** When a fault report suggests itself. */
const faultsSchema = z.strictObject({
  suggestAfterRounds: whole(1, 100).default(2),
});

export const mailSecurities = ['starttls', 'tls', 'none'] as const;

const mailAddress = () =>
  textual('an e-mail address, or a name with one, such as SLA desk <sla@example.net>', (text) =>
    /^(?:[^\r\n<>"]{1,100} <[^\s<>@]{1,64}@[^\s<>@]{1,253}>|[^\s<>@]{1,64}@[^\s<>@]{1,253})$/.test(text)
      ? text
      : wrong('is not an e-mail address'),
  );

const secret = () =>
  textual('one line of 1 to 200 characters', (text) =>
    text === '' || text.length > 200 || /[\r\n\0]/.test(text) ? wrong('is not one line') : text,
  );

const notificationsServer = () =>
  textual('a DNS name or an IP address', (text) =>
    isIP(text) === 0 ? readHostName(text) : canonicalAddress(text),
  );

const smtpSchema = z.strictObject({
  host: notificationsServer(),
  port: whole(1, 65_535).default(587),
  security: oneOf(mailSecurities).default('starttls'),
  from: mailAddress(),
  user: name(200).optional(),
  password: secret().optional(),
});

/** How customers and other systems are told of what happens. */
const notificationsSchema = z.strictObject({
  attempts: whole(1, 100).default(12),
  firstRetry: duration(second, hour).default(10 * second),
  longestRetry: duration(second, 24 * hour).default(hour),
  timeout: duration(100, minute).default(10 * second),
  webhooks: z.strictObject({ allow: z.array(network()).default([]) }).prefault({}),
  smtp: smtpSchema.optional(),
});

export const popId = () => textual(popIdRule, (text) => (isPopId(text) ? text : wrong('is not a PoP id')));

const coordinates = () =>
  scalar('[latitude from -90 to 90, longitude from -180 to 180], in degrees', (input) => {
    if (!Array.isArray(input) || input.length !== 2) return wrong('is not a pair of numbers');
    const [latitude, longitude] = input as unknown[];
    if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return wrong('is not a pair of numbers');
    if (Math.abs(latitude as number) > 90) return wrong('has a latitude out of range');
    if (Math.abs(longitude as number) > 180) return wrong('has a longitude out of range');
    return { latitude: latitude as number, longitude: longitude as number };
  });

const popSchema = z.strictObject({
  id: popId(),
  name: name(100).optional(),
  region: name(64).optional(),
  ipv4: ipv4().optional(),
  ipv6: ipv6().optional(),
  host: hostName().optional(),
  coordinates: coordinates().optional(),
});

const postgresUrl = () =>
  textual(postgresUrlAllowed, (text) => {
    const address = parsePostgresUrl(text);
    return 'wrong' in address ? wrong(address.wrong) : text;
  });

/** `store: postgres://…` is short for `store: { url: postgres://… }`, and another text for `store: { path: … }`. */
const storeSchema = z.preprocess(
  (input) => (typeof input !== 'string' ? input : isUrl(input) ? { url: input } : { path: input }),
  z.strictObject({
    path: file().optional(),
    url: postgresUrl().optional(),
    passwordFile: file().optional(),
    keepPackets: months(1, 1200).default(13),
    keepRows: months(1, 1200).default(37),
  }),
);

const metricsSchema = z.strictObject({
  perSize: yesOrNo().default(false),
  money: yesOrNo().default(false),
});

export const logLevels = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
export const logFormats = ['auto', 'json', 'pretty'] as const;

const logSchema = z.strictObject({
  level: oneOf(logLevels).default('info'),
  format: oneOf(logFormats).default('auto'),
});

/** What signs the statements. */
const keysSchema = z.strictObject({ folder: file().optional() });

/** How a month is closed. */
const statementsSchema = z.strictObject({
  grace: duration(0, 31 * day).default(day),
  claimReminder: duration(0, 90 * day).default(7 * day),
});

const reference = () =>
  textual('the id of a PoP, or an IP address', (text) => {
    if (isIP(text) !== 0) return canonicalAddress(text);
    return isPopId(text) ? text : wrong('is neither a PoP id nor an address');
  });

const quorum = () =>
  scalar('majority, or a whole number from 1 to 1000', (input) => {
    if (input === 'majority') return input;
    if (typeof input !== 'number') return wrong('is not known');
    return Number.isInteger(input) && input >= 1 && input <= 1000 ? input : wrong('is out of range');
  });

/** The continuous availability check of the ports, beside the rounds. */
const watchSchema = z.strictObject({
  ports: z.array(popId()).optional(),
  every: duration(100, minute).default(500),
  threshold: duration(100, minute).default(2 * second),
  overdue: z
    .strictObject({ factor: whole(1, 100).default(4), atLeast: duration(50, minute).default(250) })
    .prefault({}),
  burst: z
    .strictObject({
      every: duration(100, 10 * second).default(200),
      length: duration(100, minute).default(2 * second),
    })
    .prefault({}),
  recovery: whole(1, 100).default(3),
  references: z.array(reference()).optional(),
  quorum: quorum().default('majority'),
  heartbeat: duration(second, 30 * second).default(10 * second),
  bytes: whole(16, 1400).default(64),
});

/** What may stand in a config file, key by key; what keys mean to each other is in `checks/`. */
export const configSchema = z.strictObject({
  role: oneOf(meshRoles).default('standalone'),
  agent: popId().optional(),
  mesh: meshSchema.optional(),
  pops: z.array(popSchema).optional(),
  paths: pathsSchema.prefault({}),
  commitments: z.array(commitmentSchema).default([]),
  measurement: measurementSchema.prefault({}),
  watch: watchSchema.prefault({}),
  trace: traceSchema.prefault({}),
  networks: networksSchema.default({}),
  driver: driverSchema,
  store: storeSchema.prefault({}),
  http: httpSchema.prefault({}),
  metrics: metricsSchema.prefault({}),
  log: logSchema.prefault({}),
  faults: faultsSchema.prefault({}),
  notifications: notificationsSchema.prefault({}),
  customers: file().optional(),
  keys: keysSchema.prefault({}),
  statements: statementsSchema.prefault({}),
});

/** A file whose every key is right by itself, with defaults filled in. */
export type RawConfig = z.output<typeof configSchema>;
