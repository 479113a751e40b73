import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { loadConfig } from '../../src/config/load.js';
import type { Config } from '../../src/config/config.js';
import type { Role } from '../../src/core/access/rules.js';
import type { ObservedOutage } from '../../src/core/watch/outage.js';
import { buildHttp } from '../../src/http/http.js';
import type { LedgerService } from '../../src/services/ledger/service.js';
import { createBilling, type Billing } from '../../src/services/credits/billing.js';
import { createStanding } from '../../src/services/standing/keep-standing.js';
import type { TicketBacklog } from '../../src/services/tickets/service.js';
import { keyFolder } from '../../src/seal/keys.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import type { Store } from '../../src/store/store.js';
import { httpOptions } from '../http/support/server.js';
import { dayMs, hourMs, minuteMs, october, outage } from './ledger.js';
import { keptLog } from './log.js';
import { round, sample } from '../store/support.js';

/** The password of everybody in the scene. */
export const scenePassword = 'Long-enough-1';

const people: readonly (readonly [string, Role, string | null])[] = [
  ['bea', 'customer', 'bank'],
  ['nora', 'noc', null],
  ['paul', 'approver', null],
  ['fiona', 'finance', null],
  ['ada', 'admin', null],
];

const customers = `
customers:
  - { id: bank, name: Harbour Bank, timeZone: Asia/Hong_Kong, country: HK, taxId: HK-55 }
  - { id: mill, name: Lotus Mills }
sites:
  - { id: central, customer: bank, name: Central office }
  - { id: vault, customer: bank, name: Data centre }
  - { id: mill-site, customer: mill, name: Mill }
lines:
  - { id: bank-1, pop: SIN }
  - { id: bank-2, pop: FRA }
  - { id: bank-3, pop: LAX }
  - { id: mill-1, pop: FRA }
services:
  - { id: bank-backbone, customer: bank, site: central, start: 2026-01-01, plan: ctg-cloud-connection,
      class: protected-single, lines: [bank-1], paths: ['HKG>SIN', 'SIN>HKG'], rent: 12600, currency: CNY }
  - { id: bank-europe, customer: bank, site: central, start: 2026-01-01, plan: ctg-cloud-connection,
      class: single, lines: [bank-2], paths: ['HKG>FRA', 'FRA>HKG'], rent: 20000, currency: CNY }
  - { id: bank-vault, customer: bank, site: vault, start: 2026-01-01, plan: ctg-cloud-connection,
      class: single, lines: [bank-3], paths: ['HKG>LAX', 'LAX>HKG'], rent: 8000, currency: HKD }
  - { id: mill-line, customer: mill, site: mill-site, start: 2026-01-01, plan: ctg-cloud-connection,
      class: single, lines: [mill-1], paths: ['HKG>FRA'], rent: 5000, currency: HKD }
`;

const commitments = {
  'HKG>SIN': '41ms',
  'SIN>HKG': '41ms',
  'HKG>FRA': '190ms',
  'FRA>HKG': '190ms',
  'HKG>LAX': '155ms',
  'LAX>HKG': '155ms',
} as const;
type PathOfScene = keyof typeof commitments;

/** Whoever writes credit notes in the scene. */
const billing = {
  zone: 'Asia/Hong_Kong',
  issuers: [
    { id: 'carrier', name: 'Carrier Limited', country: 'HK', taxId: 'HK-1', notes: { prefix: 'CN-' } },
  ],
  accounts: ['CNY', 'HKD'].map((currency) => ({
    currency,
    revenue: '410100',
    tax: '221100',
    receivable: '113100',
  })),
  untaxed: { category: 'O', code: 'N0', reason: 'Not subject to VAT' },
};

/** 20 November 2026, 14:40 in Hong Kong. */
const sceneNow = Date.UTC(2026, 10, 20, 6, 40);

export interface Scene {
  readonly address: string;
  readonly http: FastifyInstance;
  readonly store: Store;
  readonly config: Config;
  readonly billing: Billing;
  readonly faults: TicketBacklog;
  close(): Promise<void>;
}

interface SceneOptions {
  /** Whether there is a key to seal with; by default there is. */
  readonly withKey?: boolean;
  readonly now?: number;
}

/**
 * A carrier with two customers, served over HTTP on a port of its own: October is over and has an outage of `SIN` that
 * pays a credit, a proposed exclusion that would excuse it, and a service that is incomplete; in November `HKG>SIN` has
 * been severe since noon.
 */
export async function openScene({ withKey = true, now: at = sceneNow }: SceneOptions = {}): Promise<Scene> {
  const folder = mkdtempSync(join(tmpdir(), 'pop-sla-scene-'));
  const { store, config } = await filledStore(folder);
  const now = (): number => at;
  const keys = keyFolder(config.keys.folder);
  if (withKey) await keys.make();
  const standing = await standingAt(store, config, at);
  const { log } = keptLog();
  const options = httpOptions({ store, config, now }, log);
  const billing = createBilling({
    store,
    config: () => config,
    now,
    software: '1.2.3',
    signer: () => keys.signer(),
  });
  const { access, ledger, faults } = options;
  for (const [name, role, customer] of people)
    await access.registry.addUser({ name, roles: [role], customer, password: scenePassword });
  await proposeMaintenance(ledger.ledgerBacklog.ledgerService);
  const http = buildHttp({
    ...options,
    billing,
    mesh: { mesh: standing.mesh, now },
    standing: { services: standing.services, now },
  });
  const address = await http.listen({ host: '127.0.0.1', port: 0 });
  return {
    address,
    http,
    store,
    config,
    billing,
    faults: faults.ticketBacklog,
    close: async () => {
      await http.close();
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function filledStore(folder: string): Promise<{ readonly store: Store; readonly config: Config }> {
  const file = join(folder, 'pop-sla.yaml');
  writeFileSync(join(folder, 'customers.yaml'), customers);
  const pops = ['HKG', 'SIN', 'FRA', 'LAX'].map((id, n) => ({ id, ipv4: `127.0.0.1${n + 1}` }));
  const rest = {
    driver: 'simulated',
    customers: 'customers.yaml',
    store: { path: join(folder, 'pop-sla.db') },
    keys: { folder: join(folder, 'keys') },
    http: { listen: '127.0.0.1:0', requestsPerMinute: 100_000 },
    billing,
    commitments: Object.entries(commitments).map(([path, latency]) => ({ path, latency })),
  };
  writeFileSync(file, JSON.stringify({ agent: 'HKG', pops, ...rest }));
  const loaded = await loadConfig(file);
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const store = await openSqliteStore({ path: config.store.path });
  await watch(store);
  for (const path of Object.keys(commitments) as PathOfScene[]) await measure(store, path);
  return { store, config };
}

async function watch(store: Store): Promise<void> {
  const observer = 'HKG';
  const began = october - hourMs;
  const down = (port: string, from: number, minutes: number): ObservedOutage =>
    outage(port, from, from + minutes * minuteMs);
  await store.watch.put({
    outages: [
      down('SIN', october + 9 * dayMs + 2 * hourMs, 250),
      down('SIN', october + 18 * dayMs, 12),
      down('FRA', october + 21 * dayMs, 40),
      down('SIN', october + 44 * dayMs, 31),
    ],
    states: ['SIN', 'FRA', 'LAX'].map((port) => ({ observer, port, at: began, state: 'up', reason: null })),
    // Nobody watched for a day of October.
    spans: [
      { observer, from: began, to: october + 25 * dayMs },
      { observer, from: october + 26 * dayMs, to: sceneNow },
    ],
    blind: [],
  });
}

const slotMs = 30 * minuteMs;
/** `HKG>SIN` has been slow and has lost packets since then. */
const slowSince = sceneNow - 20 * hourMs - 10 * minuteMs;

/** A few days of October and the last week: enough for every figure to be there. */
async function measure(store: Store, path: PathOfScene): Promise<void> {
  const base = Number.parseInt(commitments[path], 10) * 1000 * 0.97;
  const spans = [
    [october + 3 * dayMs, october + 6 * dayMs],
    [sceneNow - (sceneNow % slotMs) - 7 * dayMs, sceneNow],
  ] as const;
  const writes: Promise<unknown>[] = [];
  for (const [from, to] of spans)
    for (let slot = from; slot <= to; slot += slotMs) {
      const slow = path === 'HKG>SIN' && slot >= slowSince;
      const wave = Math.round(Math.sin(slot / 7_000_000) * base * 0.02);
      const rtt = Math.round(slow ? base * 1.78 : base) + wave;
      const packets = Array.from({ length: 100 }, (_, n) =>
        slow && n < 6
          ? ({ kind: 'lost' } as const)
          : ({ kind: 'received', rttUs: rtt + ((n * 37) % 211) } as const),
      );
      writes.push(
        store.rounds.put(round({ path, slot, sizes: [64, 128, 512].map((bytes) => sample(bytes, packets)) })),
      );
    }
  await Promise.all(writes);
}

async function standingAt(store: Store, config: Config, at: number) {
  const ended = new AbortController();
  const { log } = keptLog();
  const nothing = (): void => undefined;
  const keeper = createStanding({
    clock: {
      now: () => at,
      monotonicMs: () => at,
      sinceBootMs: () => at,
      sleep: () => {
        ended.abort();
        return Promise.resolve();
      },
    },
    store,
    config: () => config,
    defaultPlan: () => null,
    events: {
      roundGraded: nothing,
      pathStanding: nothing,
      terms: nothing,
      services: nothing,
      ledger: nothing,
      judged: nothing,
    },
    log,
  });
  await keeper.keep(ended.signal);
  return keeper;
}

async function proposeMaintenance(ledger: LedgerService): Promise<void> {
  const from = october + 9 * dayMs + hourMs;
  await ledger.propose('nora', [
    {
      kind: 'planned-maintenance',
      scope: { pops: ['SIN'], paths: [], lines: [], services: [], customers: [] },
      intervals: [{ from, to: from + 6 * hourMs }],
      recurrence: null,
      notices: [{ at: october, text: null }],
      reason: 'line card replaced',
      proof: null,
      attachments: [],
      source: null,
    },
  ]);
}
