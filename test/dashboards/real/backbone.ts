import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** More paths than any graph may have lines: what is not bounded shows. */
const pops = 60;
const id = (n: number): string => `P${String(n).padStart(2, '0')}`;

/** A path that is well, one that is slow beyond every band, one that loses, one that answers nothing. */
export const [well, slow, lossy, dead] = ['P00>P01', 'P00>P02', 'P00>P03', 'P00>P04'] as const;
export const deadPort = 'P04';
export const wellPort = 'P01';

/**
 * A daemon on a simulated backbone of 60 PoPs, with rounds of seconds, and a customer whose lines end on a port that is
 * down from the start, on one that goes down after `laterMs` and on one that is well.
 */
export function backboneConfig(folder: string, laterMs: number): string {
  const file = join(folder, 'pop-sla.yaml');
  const start = Date.now();
  const ipv4 = (n: number): string => `198.18.0.${n + 1}`;
  const config = {
    agent: id(0),
    pops: Array.from({ length: pops }, (_, n) => ({
      id: id(n),
      ipv4: ipv4(n),
      coordinates: [n - 30, 2 * n],
    })),
    // Due from a while ago on, so that coverage is that of a daemon that was started late.
    paths: { include: [{ path: `${id(0)}>*`, from: new Date(start - 600_000).toISOString() }] },
    commitments: [well, slow, lossy, dead].map((path) => ({ path, latency: '20ms' })),
    measurement: {
      every: '10s',
      packets: 5,
      packetInterval: '100ms',
      lostAfter: '1s',
      lateWait: '100ms',
      spread: '0s',
      // A busy machine that runs tests is not what is tested.
      lagLimit: '1m',
    },
    watch: { ports: [1, 4, 5].map(id), references: [1, 6].map(id), every: '500ms', heartbeat: '1s' },
    driver: {
      kind: 'simulated',
      seed: 1,
      rules: [
        { delay: '19ms', jitter: '200us' },
        { address: ipv4(2), delay: '30ms' },
        { address: ipv4(3), loss: '30%' },
        { address: ipv4(4), down: true },
        { address: ipv4(5), from: new Date(start + laterMs).toISOString(), down: true },
      ],
    },
    store: { path: join(folder, 'data', 'pop-sla.db') },
    http: { listen: '127.0.0.1:0' },
    log: { format: 'json' },
    metrics: { perSize: true, money: true },
    customers: 'customers.yaml',
  };
  const service = (name: string, line: string) => ({
    id: name,
    customer: 'bank',
    site: 'central',
    start: '2026-01-01',
    plan: 'ctg-cloud-connection',
    class: 'protected-single',
    lines: [line],
    paths: [well],
    rent: 10_000,
    currency: 'HKD',
  });
  writeFileSync(file, JSON.stringify(config));
  writeFileSync(
    join(folder, 'customers.yaml'),
    JSON.stringify({
      customers: [{ id: 'bank' }],
      sites: [{ id: 'central', customer: 'bank' }],
      lines: [1, 4, 5].map((n) => ({ id: `l${n}`, pop: id(n) })),
      services: [service('well', 'l1'), service('down', 'l4'), service('later', 'l5')],
    }),
  );
  return file;
}
