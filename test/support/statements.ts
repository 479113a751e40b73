import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../src/config/config.js';
import type { Store } from '../../src/store/store.js';
import {
  createStatements,
  type Statements,
  type StatementsOptions,
} from '../../src/services/statements/statements.js';
import { keyFolder } from '../../src/seal/keys.js';
import { createLedgerService } from '../../src/services/ledger/service.js';
import { packets, round, sample } from '../store/support.js';
import { dayMs, hourMs, ledgerConfig, minuteMs, november, october, watchedOctober } from './ledger.js';
import { tempDir } from './temp-dir.js';

export interface StatedMonth {
  readonly store: Store;
  readonly config: Config;
  readonly file: string;
  readonly folder: string;
}

/**
 * October of two services, one of them in two stretches and with a path: a watched month with an outage of 44 minutes,
 * of which planned maintenance excuses 14, one outage that was added by hand, and rounds on three days.
 * `customersOf` changes the file of customers.
 */
export async function statedOctober(
  customersOf: (text: string) => string = (text) => text,
): Promise<StatedMonth> {
  const folder = tempDir();
  const file = ledgerConfig(folder);
  const customers = join(folder, 'customers.yaml');
  const text = readFileSync(customers, 'utf8').replace('lines: [l1],', 'lines: [l1], paths: [HKG>SIN],');
  writeFileSync(customers, customersOf(text));
  const settings = JSON.parse(readFileSync(file, 'utf8')) as object;
  writeFileSync(file, JSON.stringify({ ...settings, commitments: [{ path: 'HKG>SIN', latency: '1.5ms' }] }));
  const { store, config } = await watchedOctober(file);
  await putRound(store, october, [1000, 2000]);
  await putRound(store, october + dayMs, [3000, null]);
  await putRound(store, october + 20 * dayMs, [1600, 1700]);
  await enterOctober(store, config);
  return { store, config, file, folder };
}

export async function putRound(store: Store, slot: number, rtts: readonly (number | null)[]): Promise<void> {
  await store.rounds.put(round({ slot, sizes: [sample(64, packets(...rtts))] }));
}

async function enterOctober(store: Store, config: Config): Promise<void> {
  let now = october - 5 * dayMs;
  const ledgerService = createLedgerService({ store, config: () => config, now: () => now });
  const tenth = october + 9 * dayMs;
  const [maintenance] = await ledgerService.propose('ann', [
    maintenanceOf('SIN', tenth + 30 * minuteMs, tenth + 2 * hourMs),
  ]);
  now += hourMs;
  await ledgerService.decide('bob', 'approve', maintenance?.id ?? '', null);
  now = october + 13 * dayMs;
  const from = october + 12 * dayMs;
  await ledgerService.correct('bob', {
    of: null,
    port: 'FRA',
    interval: { from, to: from + 5 * hourMs },
    reason: 'the cable was cut, and the watch stood on our side of it',
    evidence: null,
    attachments: [],
  });
}

/** Planned maintenance of a PoP, announced five days before October. */
export const maintenanceOf = (pop: string, from: number, to: number) => ({
  kind: 'planned-maintenance' as const,
  scope: { pops: [pop], paths: [], lines: [], services: [], customers: [] },
  intervals: [{ from, to }],
  recurrence: null,
  notices: [{ at: october - 6 * dayMs, text: null }],
  reason: 'a new line card',
  proof: null,
  attachments: [],
  source: null,
});

/** The desk over that month, with a key of its own. */
export async function statementsOf(
  { store, config, folder }: StatedMonth,
  options: Partial<StatementsOptions> = {},
): Promise<Statements> {
  const keys = keyFolder(join(folder, 'keys'));
  if ((await keys.list()).length === 0) await keys.make();
  return createStatements({
    store,
    config: () => config,
    now: () => november,
    software: '0.0.0-test',
    signer: () => keys.signer(),
    ...options,
  });
}
