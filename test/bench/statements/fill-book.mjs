import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { openSqliteStore } from '../../../dist/src/store/sqlite/open.js';
import { linkAfter } from '../../../dist/src/core/ledger/chain.js';
import { digestOf } from '../../../dist/src/seal/canonical.js';

const first = Date.parse('2026-10-01T00:00:00+08:00');
const hourMs = 3_600_000;
const classes = ['single', 'protected-single', 'protected-dual'];

/** A configuration with a mesh's PoPs, a commitment for every path, and so many services of three classes. */
export function writeConfig({ folder, database, names, services, paths }) {
  const pop = (n) => names[n % names.length];
  const numbers = Array.from({ length: services }, (_, n) => n);
  const customers = Math.ceil(services / 5);
  const book = {
    customers: Array.from({ length: customers }, (_, n) => ({ id: `customer-${n}` })),
    sites: Array.from({ length: Math.ceil(services / 2) }, (_, n) => ({
      id: `site-${n}`,
      customer: `customer-${n % customers}`,
    })),
    lines: numbers.flatMap((n) => [
      { id: `l${n}a`, pop: pop(n) },
      ...(n % 3 === 2 ? [{ id: `l${n}b`, pop: pop(n + 1) }] : []),
    ]),
    services: numbers.map((n) => ({
      id: `svc-${n}`,
      customer: `customer-${(n >> 1) % customers}`,
      site: `site-${n >> 1}`,
      start: n % 10 === 0 ? '2026-10-11' : '2025-01-01',
      plan: 'ctg-cloud-connection',
      class: classes[n % 3],
      lines: n % 3 === 2 ? [`l${n}a`, `l${n}b`] : [`l${n}a`],
      paths: Array.from({ length: Math.min(5, paths.length) }, (_, k) => paths[(n * 5 + k) % paths.length]),
      rent: 5000 + n,
      currency: 'HKD',
    })),
  };
  writeFileSync(join(folder, 'customers.yaml'), JSON.stringify(book));
  const file = join(folder, 'pop-sla.yaml');
  const config = {
    agent: names[0],
    pops: names.map((id, n) => ({ id, region: `r${n % 5}`, ipv4: `127.0.${n >> 8}.${(n & 255) + 1}` })),
    commitments: ['r0', 'r1', 'r2', 'r3', 'r4'].flatMap((a, n, all) =>
      all.slice(n).map((b) => ({ regions: [a, b], latency: '30ms' })),
    ),
    store: { path: database },
    http: { listen: '127.0.0.1:0' },
    driver: 'simulated',
    customers: 'customers.yaml',
  };
  writeFileSync(file, JSON.stringify(config));
  return file;
}

/** Three outages of each port, seen by the first, and planned maintenance of every port. */
export async function enterMonth({ database, names }) {
  const store = await openSqliteStore({ path: database });
  const observer = names[0];
  const ports = names.slice(1);
  const edge = (at) => ({ at, earliest: at - 500, latest: at + 20 });
  await store.watch.put({
    outages: ports.flatMap((port, n) =>
      [0, 1, 2].map((k) => {
        const from = first + (1 + k * 200 + n) * hourMs;
        const to = from + (0.25 + (n % 4) / 2) * hourMs;
        return {
          ...{ observer, port, start: edge(from), end: edge(to), openedAt: from + 2500, closedAt: to + 600 },
          ...{ inferred: [], voided: null },
        };
      }),
    ),
    states: ports.map((port) => ({ observer, port, at: first - hourMs, state: 'up', reason: null })),
    spans: [{ observer, from: first - hourMs, to: first + 745 * hourMs }],
    blind: [],
  });
  let head = { seq: 0, hash: '0'.repeat(64) };
  const events = names.flatMap((pop, n) => {
    const id = `X${2 * n + 1}`;
    const from = first + (3 + 7 * n) * hourMs;
    const proposal = {
      ...{ type: 'exclusion-proposed', id, kind: 'planned-maintenance' },
      scope: { pops: [pop], paths: [], lines: [], services: [], customers: [] },
      ...{ intervals: [{ from, to: from + 2 * hourMs }], recurrence: null },
      ...{ notices: [{ at: first - 240 * hourMs, text: null }], reason: 'a new line card', proof: null },
      ...{ attachments: [], source: null },
    };
    return [
      { at: first, actor: 'ann', action: proposal },
      { at: first, actor: 'bob', action: { type: 'exclusion-approved', id, reason: null } },
    ].map((event) => (head = linkAfter(head, event, digestOf)));
  });
  await store.ledger.append(events);
  await store.close();
}
