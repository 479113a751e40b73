import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRegistry } from '../../src/services/access/registry.js';
import { formatInstant, zonedMonth } from '../../src/core/time/calendar.js';
import { loadConfig } from '../../src/config/load.js';
import { keyFolder } from '../../src/seal/keys.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import type { Role } from '../../src/core/access/rules.js';
import { outage } from '../support/ledger.js';
import type { Namespace } from '../lab/namespace.js';

const dayMs = 86_400_000;
/** Everybody's, in these tests. */
export const password = 'Long-enough-1';
/** What would run where a page wrote down what people entered as it is. */
export const hostile = `<img src=x onerror="alert('xss')"><script>alert('xss')</script>`;

const users: readonly [string, Role, string | null][] = [
  ['bea', 'customer', 'bank'],
  ['nora', 'noc', null],
  ['paul', 'approver', null],
  ['fiona', 'finance', null],
];

export interface House {
  readonly config: string;
  /** The last month that is over. */
  readonly month: string;
}

/**
 * A folder with the configuration of a carrier whose only customer is a bank, the users of everybody's day, and a
 * database in which the last month was watched, with two hours of an outage. 5 ms are promised to `SIN`.
 */
export async function prepareHouse(
  folder: string,
  addresses: Readonly<Record<string, string>>,
): Promise<House> {
  const file = join(folder, 'pop-sla.yaml');
  writeFileSync(
    join(folder, 'customers.yaml'),
    JSON.stringify({
      customers: [{ id: 'bank', name: `Harbour Bank ${hostile}` }],
      sites: [{ id: 'central', customer: 'bank', name: `Central ${hostile}` }],
      lines: [{ id: 'l1', pop: 'SIN' }],
      services: [
        {
          id: 'bank-line',
          customer: 'bank',
          site: 'central',
          start: '2025-01-01',
          plan: 'ctg-cloud-connection',
          class: 'protected-single',
          lines: ['l1'],
          paths: ['HKG>SIN'],
          rent: 10_000,
          currency: 'HKD',
        },
      ],
    }),
  );
  const pops = Object.entries(addresses).map(([id, ipv4]) => ({ id, ipv4, name: `${id} ${hostile}` }));
  writeFileSync(
    file,
    JSON.stringify({
      agent: 'HKG',
      pops: [{ id: 'HKG', ipv4: '127.0.0.1' }, ...pops],
      customers: 'customers.yaml',
      commitments: [{ path: 'HKG>SIN', latency: '5ms' }],
      measurement: {
        every: '10s',
        packets: 10,
        packetInterval: '30ms',
        lostAfter: '1s',
        lateWait: '100ms',
        spread: '0s',
        lagLimit: '5s',
      },
      store: { path: join(folder, 'data', 'pop-sla.db') },
      keys: { folder: join(folder, 'keys') },
      http: { listen: '127.0.0.1:0' },
      log: { format: 'json' },
    }),
  );
  const loaded = await loadConfig(file);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  await keyFolder(loaded.config.keys.folder).make();
  const store = await openSqliteStore({ path: loaded.config.store.path });
  try {
    const now = () => Date.now();
    const registry = createRegistry({ store: store.access, now, customers: () => ['bank'] });
    for (const [name, role, customer] of users)
      await registry.addUser({ name, roles: [role], customer, password });
    const zone = 'Asia/Hong_Kong';
    const current = zonedMonth(formatInstant(now(), zone).slice(0, 7), zone);
    const month = zonedMonth(formatInstant(current.from - 1, zone).slice(0, 7), zone);
    await store.watch.put({
      outages: [outage('SIN', month.from + 9 * dayMs, month.from + 9 * dayMs + 2 * 3_600_000)],
      states: [{ observer: 'HKG', port: 'SIN', at: month.from - 1, state: 'up', reason: null }],
      spans: [{ observer: 'HKG', from: month.from - 1, to: month.to }],
      blind: [],
    });
    return { config: file, month: month.name };
  } finally {
    await store.close();
  }
}

/** A program that is Debian's Chromium inside of a namespace: what it opens is there. */
export function chromiumIn({ prefix }: Namespace, folder: string): string {
  const file = join(folder, 'chromium');
  writeFileSync(file, `#!/bin/sh\nexec ${prefix.join(' ')} /usr/bin/chromium "$@"\n`);
  chmodSync(file, 0o755);
  return file;
}
