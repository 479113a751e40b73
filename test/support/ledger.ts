import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load.js';
import type { ObservedOutage } from '../../src/core/watch/outage.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import type { Store } from '../../src/store/store.js';
import { tempDir } from './temp-dir.js';

/** 2026-10-01 in Hong Kong, the first instant of the month that tests judge. */
export const october = Date.UTC(2026, 8, 30, 16);
export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;
export const dayMs = 24 * hourMs;
/** After that month is over. */
export const november = october + 31 * dayMs + hourMs;

const customers = `
customers: [{ id: bank }]
sites: [{ id: central, customer: bank }]
lines: [{ id: l1, pop: SIN }, { id: l2, pop: FRA }]
services:
  - { id: single, customer: bank, site: central, start: 2026-01-01, plan: ctg-cloud-connection,
      class: protected-single, lines: [l1], rent: 10000, currency: HKD }
  - { id: other, customer: bank, site: central, start: 2026-01-01, plan: ctg-cloud-connection,
      class: single, lines: [l2], rent: 10000, currency: HKD,
      changes: [{ from: 2026-10-16, rent: 20000 }] }
`;

/** A configuration with customers in a folder of its own; gives the name of its file. */
export function ledgerConfig(folder = tempDir()): string {
  const file = join(folder, 'pop-sla.yaml');
  writeFileSync(join(folder, 'customers.yaml'), customers);
  const pops = ['HKG', 'SIN', 'FRA'].map((id, n) => ({ id, ipv4: `127.0.0.1${n + 1}` }));
  const store = { path: join(folder, 'data', 'pop-sla.db') };
  const http = { listen: '127.0.0.1:0' };
  const rest = { driver: 'simulated', customers: 'customers.yaml' };
  writeFileSync(file, JSON.stringify({ agent: 'HKG', pops, store, http, ...rest }));
  return file;
}

export const outage = (port: string, from: number, to: number | null): ObservedOutage => ({
  observer: 'HKG',
  port,
  start: { at: from, earliest: from - 500, latest: from + 20 },
  end: to === null ? null : { at: to, earliest: to - 200, latest: to + 20 },
  openedAt: from + 2_500,
  closedAt: to === null ? null : to + 600,
  inferred: [],
  voided: null,
});

const tenth = october + 9 * dayMs;

/** A store in which HKG watched SIN and FRA through October, with one outage of SIN: 44 minutes on the 10th. */
export async function watchedOctober(
  file: string,
  outages: readonly ObservedOutage[] = [outage('SIN', tenth, tenth + 44 * minuteMs)],
): Promise<{ readonly store: Store; readonly config: Config }> {
  const loaded = await loadConfig(file);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const store = await openSqliteStore({ path: config.store.path });
  onTestFinished(() => store.close().catch(() => undefined));
  const up = (port: string) =>
    ({ observer: 'HKG', port, at: october - hourMs, state: 'up', reason: null }) as const;
  await store.watch.put({
    outages,
    states: [up('SIN'), up('FRA')],
    spans: [{ observer: 'HKG', from: october - hourMs, to: november }],
    blind: [],
  });
  return { store, config };
}
