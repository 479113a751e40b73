import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { loadConfig } from '../../src/config/load.js';
import type { TicketActor } from '../../src/core/ticket/actions.js';
import type { EpochMs } from '../../src/core/types.js';
import { createTicketService, type TicketService } from '../../src/services/tickets/service.js';
import type { FilingRequest } from '../../src/services/tickets/file.js';
import { createLedgerService, type LedgerService } from '../../src/services/ledger/service.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import type { Store } from '../../src/store/store.js';
import { packets, round, sample } from '../store/support.js';
import { bandsConfig } from './bands.js';

export const newestSlot = Date.UTC(2026, 9, 12, 3, 30);
export const slotMs = 1_800_000;

export const bank: TicketActor = { name: 'bank', side: 'customer' };
export const ann: TicketActor = { name: 'ann', side: 'noc' };
export const bob: TicketActor = { name: 'bob', side: 'noc' };

export interface Rig {
  readonly store: Store;
  readonly config: Config;
  readonly ticketService: TicketService;
  readonly ledger: LedgerService;
  /** Two minutes after the newest slot, until a test says otherwise. */
  now: EpochMs;
}

/**
 * A desk over a database of its own, with P1 and P3 (erased) at the bank and P2 at the shop, and two days of rounds of HKG>SIN:
 * 35 ms, and 46 ms in the newest.
 */
export async function faultRig(more: object = {}): Promise<Rig> {
  const loaded = await loadConfig(bandsConfig(more));
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.problems));
  const { config } = loaded;
  const store = await openSqliteStore({ path: config.store.path });
  onTestFinished(() => store.close());
  await Promise.all(
    Array.from({ length: 96 }, (_, back) =>
      putRound(store, newestSlot - back * slotMs, back === 0 ? 46_000 : 35_000),
    ),
  );
  for (const [id, customer, erasedAt] of [
    ['P1', 'bank', null],
    ['P2', 'shop', null],
    ['P3', 'bank', newestSlot],
  ] as const) {
    const data = { name: erasedAt === null ? id : null, email: null, phone: null };
    await store.contacts.put(
      { id, customer, ...data, addedAt: 0, changedAt: 0, erasedAt, mutedAt: null },
      [],
    );
  }
  const times = { now: newestSlot + 120_000 };
  const now = () => times.now;
  const ledger = createLedgerService({ store, config: () => config, now });
  const ticketService = createTicketService({ store, ledger, config: () => config, now });
  return Object.assign(times, { store, config, ticketService, ledger });
}

export const putRound = (store: Pick<Store, 'rounds'>, slot: EpochMs, rttUs: number) =>
  store.rounds.put(round({ slot, sizes: [64, 128, 512].map((b) => sample(b, packets(rttUs, rttUs))) }));

export const filing = (over: Partial<FilingRequest> = {}): FilingRequest => ({
  customer: 'bank',
  path: 'HKG>SIN',
  service: null,
  window: 'round',
  since: null,
  subject: null,
  text: null,
  severity: null,
  kind: null,
  channel: 'customer',
  reporter: null,
  attachments: [],
  externalIds: [],
  ...over,
});
