import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../src/config/config.js';
import type { Store } from '../../src/store/store.js';
import { ledgerConfig, november, october, watchedOctober } from './ledger.js';
import { round } from './rounds.js';
import { tempDir } from './temp-dir.js';

/** `alpha` buys itself, `beta` from the reseller `shop`, in October only. */
const customers = `
customers: [{ id: alpha }, { id: beta }, { id: shop }]
resale: [{ seller: shop, buyer: beta, from: 2026-10-01, to: 2026-11-01 }]
sites: [{ id: alpha-site, customer: alpha }, { id: beta-site, customer: beta }]
lines: [{ id: alpha-line, pop: SIN }, { id: beta-line, pop: FRA }]
services:
  - { id: alpha-service, customer: alpha, site: alpha-site, start: 2026-01-01, plan: ctg-cloud-connection,
      class: protected-single, lines: [alpha-line], paths: ['HKG>SIN'], rent: 11111, currency: HKD }
  - { id: beta-service, customer: beta, site: beta-site, start: 2026-01-01, plan: ctg-cloud-connection,
      class: single, lines: [beta-line], paths: ['HKG>FRA'], rent: 22222, currency: HKD }
`;

export interface Tenants {
  readonly store: Store;
  readonly config: Config;
  readonly now: () => number;
}

/** Two tenants and a reseller over one store: a round each day at noon in October and November, and an outage of SIN. */
export const twoTenants = (): Promise<Tenants> => tenantsOf(customers);

/** The same with other customers. */
export async function tenantsOf(customers: string): Promise<Tenants> {
  const folder = tempDir();
  const file = ledgerConfig(folder);
  writeFileSync(join(folder, 'customers.yaml'), customers);
  const { store, config } = await watchedOctober(file);
  for (const path of ['HKG>SIN', 'HKG>FRA'] as const) {
    for (const day of [5, 20, 33]) await store.rounds.put(round({ path, slot: october + day * 86_400_000 }));
  }
  return { store, config, now: () => november };
}
