import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempDir } from './temp-dir.js';

const customers = `
customers: [{ id: bank, locale: zh-CN }, { id: shop }, { id: broker }]
resale: [{ seller: broker, buyer: shop, from: 2026-01-01 }]
sites: [{ id: central, customer: bank }, { id: store, customer: shop }]
lines: [{ id: l1, pop: SIN }, { id: l2, pop: FRA }]
services:
  - { id: single, customer: bank, site: central, start: 2026-01-01, plan: ctg-cloud-connection,
      class: protected-single, lines: [l1], paths: ['HKG>SIN'], rent: 10000, currency: HKD }
  - { id: retail, customer: shop, site: store, start: 2026-01-01, plan: ctg-cloud-connection,
      class: single, lines: [l2], paths: ['HKG>SIN'], rent: 10000, currency: HKD }
`;

/**
 * A configuration in a folder of its own in which the services of two customers, one of them resold to, use the path
 * HKG>SIN, which is promised 35 ms; gives the name of its file.
 */
export function bandsConfig(more: object = {}, folder = tempDir()): string {
  const file = join(folder, 'pop-sla.yaml');
  writeFileSync(join(folder, 'customers.yaml'), customers);
  const pops = ['HKG', 'SIN', 'FRA'].map((id, n) => ({ id, ipv4: `127.0.0.1${n + 1}` }));
  const store = { path: join(folder, 'data', 'pop-sla.db') };
  const http = { listen: '127.0.0.1:0' };
  const commitments = [{ path: 'HKG>SIN', latency: '35ms' }];
  const rest = { driver: 'simulated', customers: 'customers.yaml', commitments };
  writeFileSync(file, JSON.stringify({ agent: 'HKG', pops, store, http, ...rest, ...more }));
  return file;
}
