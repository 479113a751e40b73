import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { showConfig } from '../../src/config/show.js';
import { root } from '../support/source-files.js';
import { anyConfig } from './arbitrary.js';
import { configOf } from './support.js';

test('what is shown is a config that says the same', () => {
  fc.assert(
    fc.property(anyConfig, (config) => {
      expect(configOf(showConfig(config))).toEqual(config);
    }),
    { numRuns: 100 },
  );
});

test.each(['config/pop-sla.yaml', 'config/reference.yaml'])('%s survives being shown', (file) => {
  const config = configOf(readFileSync(join(root, file), 'utf8'));
  expect(configOf(showConfig(config))).toEqual(config);
});

test('the defaults are filled in, in the units of the file', () => {
  const text = `agent: HKG
pops:
  - { id: HKG, ipv4: 192.0.2.11 }
  - { id: SIN, ipv6: '2001:db8::12' }
commitments: [{ path: HKG>SIN, latency: 35ms, from: 2026-01-01 }]
http: { listen: '[::1]:0' }
`;
  expect(showConfig(configOf(text))).toBe(`# /srv/c.yaml, with every default filled in

role: standalone
agent: HKG
pops:
  - { id: HKG, name: HKG, ipv4: 192.0.2.11 }
  - { id: SIN, name: SIN, ipv6: 2001:db8::12 }
paths:
  include:
    - HKG>SIN
  exclude: []
commitments:
  - { path: HKG>SIN, latency: 35ms, from: 2026-01-01 }
measurement:
  every: 30m
  packets: 100
  sizes: [ 64, 128, 512 ]
  lengthBasis: icmp
  lostAfter: 2s
  lateWait: 1s
  packetInterval: 1s
  spread: 5m
  lagLimit: 500ms
watch:
  # the shortest outage that is sure to be seen: 2s670ms at an RTT of 20ms, 3s400ms at an RTT of 200ms
  ports: [ SIN ]
  every: 500ms
  threshold: 2s
  overdue:
    factor: 4
    atLeast: 250ms
  burst:
    every: 200ms
    length: 2s
  recovery: 3
  references: []
  quorum: majority
  heartbeat: 10s
  bytes: 64
trace:
  enabled: true
  quietAfter: 1h
driver: auto
store:
  path: /srv/data/pop-sla.db
  keepPackets: 13 months
  keepRows: 37 months
http:
  listen: "[::1]:0"
  trustedProxies: []
  requestsPerMinute: 1200
  bodyLimit: 1048576
  auth:
    open: loopback
    metrics: open
    session: 12h
    idle: 1h
    secondFactor:
      roles: [ finance, approver, admin ]
      required: false
metrics:
  perSize: false
  money: false
log:
  level: info
  format: auto
faults:
  suggestAfterRounds: 2
notifications:
  attempts: 12
  firstRetry: 10s
  longestRetry: 1h
  timeout: 10s
  webhooks:
    allow: []
  language: en
  people: true
keys:
  folder: /srv/data/keys
statements:
  grace: 24h
  claimReminder: 168h
  twoPersonSealing: false
csv:
  bom: false
  separator: comma
billing:
  zone: UTC
  issuers: []
  accounts: []
  taxCodes: []
  mappings: []
`);
});
