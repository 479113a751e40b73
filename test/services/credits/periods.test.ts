import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createBatches } from '../../../src/services/credits/batches.js';
import { createPeriods } from '../../../src/services/credits/periods.js';
import { openPostgresStore } from '../../../src/store/postgres/open.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Store } from '../../../src/store/store.js';
import { billingConfig, billingStore, sealOwed } from '../../support/billing.js';
import { startPostgres } from '../../support/postgres.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';

const december = Date.UTC(2026, 11, 4);
const plant = { service: 'plant', customer: 'plant', currency: 'EUR' } as const;
const fiona = { name: 'Fiona', identity: 'user:fiona' };
const georg = { name: 'Fiona', identity: 'user:georg' };
const generic = { mapping: 'generic' };

function servicesOn(store: Store, now = december) {
  const config = billingConfig();
  const options = { store, config: () => config, now: () => now };
  return { store, batches: createBatches(options), periods: createPeriods(options) };
}

async function setUp(now = december) {
  const store = await billingStore();
  await sealOwed(store, { ...plant, parts: [['33.33', '9']] });
  return servicesOn(store, now);
}

describe('a locked month', () => {
  test('takes no posting: a day of it is refused, and without one the next open month is taken', async () => {
    const { batches, periods } = await setUp();
    expect(await periods.lock(fiona, '2026-10', 'books closed')).toEqual({
      month: '2026-10',
      at: december,
      by: 'Fiona',
      principal: 'user:fiona',
      note: 'books closed',
    });
    await periods.lock(fiona, '2026-11', null);
    await expect(batches.make('fiona', { ...generic, postingDate: '2026-10-31' })).rejects.toThrow(
      'postingDate: 2026-10-31 is in 2026-10, which is locked; allowed: a day of a month that is open, as 2026-12-01; or none',
    );
    await expect(batches.preview({ ...generic, postingDate: '2026-11-01' })).rejects.toThrow('locked');
    expect((await batches.make('fiona', generic)).batch?.postingDate).toBe('2026-12-04');
  });

  test('sends a batch of today to the first day of the next open month where the clock was set back', async () => {
    const { store, periods } = await setUp();
    await periods.lock(fiona, '2026-11', null);
    const { batches } = servicesOn(store, Date.UTC(2026, 10, 20));
    expect((await batches.preview(generic)).batch?.postingDate).toBe('2026-12-01');
  });

  test('stays as it was: what a later revision changes is posted in the open month', async () => {
    const { store, batches, periods } = await setUp();
    await batches.make('fiona', { ...generic, postingDate: '2026-11-30' });
    await batches.fetch('fiona', 'EB-000001');
    await batches.confirm('fiona', 'EB-000001', null);
    await periods.lock(fiona, '2026-11', null);
    await sealOwed(store, { ...plant, parts: [['40.00', '9']] });
    const { batch } = await batches.make('fiona', generic);
    expect(batch).toMatchObject({
      postingDate: '2026-12-04',
      content: {
        lines: [{ kind: 'adjustment', gross: '6.67', month: '2026-10', postingDate: '2026-12-04' }],
      },
    });
    expect((await batches.get('EB-000001')).totals).toMatchObject([{ currency: 'EUR', gross: '33.33' }]);
  });

  test('is over, and has no batch that may still be withdrawn', async () => {
    const { batches, periods } = await setUp();
    await expect(periods.lock(fiona, '2026-12', null)).rejects.toThrow('2026-12 is not over');
    await expect(periods.lock(fiona, '2026-13', null)).rejects.toThrow('2026-13 is no month');
    await batches.make('fiona', { ...generic, postingDate: '2026-11-30' });
    const open =
      'month: 2026-11 has batches that are neither confirmed nor withdrawn: EB-000001; allowed: a month whose batches';
    await expect(periods.lock(fiona, '2026-11', null)).rejects.toThrow(open);
    await batches.fetch('fiona', 'EB-000001');
    await expect(periods.lock(fiona, '2026-11', null)).rejects.toThrow(open);
    await periods.lock(fiona, '2026-10', null);
    await batches.withdraw('fiona', 'EB-000001', 'the wrong day');
    await periods.lock(fiona, '2026-11', null);
    // Again is no error, and says who it was.
    expect(await periods.lock(georg, '2026-11', 'again')).toMatchObject({
      principal: 'user:fiona',
      note: null,
    });
  });

  test('is unlocked by another person with a reason; who that is the name does not say', async () => {
    const { store, batches, periods } = await setUp();
    await expect(periods.unlock(georg, '2026-10', 'x')).rejects.toThrow('2026-10 is not locked');
    await periods.lock(fiona, '2026-10', null);
    const renamed = { name: 'Fiona Smith', identity: 'user:fiona' };
    await expect(periods.unlock(renamed, '2026-10', 'x')).rejects.toThrow(
      'actor: is Fiona, who locked 2026-10; allowed: another person',
    );
    // At the command line nobody signs in: there the name decides.
    await expect(periods.unlock('  fiona ', '2026-10', 'x')).rejects.toThrow('another person');
    await expect(periods.unlock(georg, '2026-10', ' ')).rejects.toThrow('reason: is missing');
    await expect(periods.unlock(georg, '2026-10', 'x'.repeat(100_000))).rejects.toThrow('100000 characters');
    await expect(periods.lock(georg, '2026-11', '\u0007')).rejects.toThrow('no text');
    await periods.unlock(georg, '2026-10', 'an invoice was missing');
    expect(await periods.list()).toEqual([]);
    expect((await batches.make('fiona', { ...generic, postingDate: '2026-10-31' })).batch).not.toBeNull();
    expect((await store.ledger.events()).slice(0, 2)).toMatchObject([
      { principal: 'user:fiona', action: { type: 'period-locked', id: '2026-10', note: null } },
      {
        principal: 'user:georg',
        action: { type: 'period-unlocked', id: '2026-10', reason: 'an invoice was missing' },
      },
    ]);
  });
});

/** Two exports and a lock of one month at the same time, each over a connection of its own. */
async function race(open: () => Promise<Store>): Promise<void> {
  const stores = await Promise.all([1, 2, 3].map(open));
  const [first, second, third] = stores.map((store) => servicesOn(store));
  if (!first || !second || !third) throw new Error('three were opened');
  onTestFinished(async () => {
    for (const store of stores) await store.close();
  });
  for (let round = 0; round < 8; round += 1) {
    const month = `2026-${String(round + 1).padStart(2, '0')}`;
    await sealOwed(first.store, { ...plant, month, parts: [['33.33', '9']] });
    const posting = { ...generic, month, postingDate: `${month}-28` };
    const [one, other, lock] = await Promise.allSettled([
      first.batches.make('fiona', posting),
      second.batches.make('gina', { ...posting, mapping: 'oracle-autoinvoice' }),
      third.periods.lock('georg', month, null),
    ]);
    const locked = (await first.periods.list()).some((each) => each.month === month);
    const posted = (await first.batches.list()).filter(({ postingDate }) => postingDate.startsWith(month));
    // The credit is in one batch at most; and there is a batch, or the month is locked, never both.
    expect(posted.length).toBe(locked ? 0 : 1);
    expect(lock.status).toBe(locked ? 'fulfilled' : 'rejected');
    for (const result of [one, other, lock])
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ name: 'Refused' });
    if (locked) continue;
    // One of them has the batch, and the other one is told that it waits; the next round begins without one.
    expect([one.status, other.status].sort()).toEqual(['fulfilled', 'rejected']);
    await first.batches.fetch('fiona', posted[0]?.id ?? '');
  }
}

test('two exports at once while their month is being locked', async () => {
  const path = join(tempDir(), 'pop-sla.db');
  await race(() => openSqliteStore({ path }));
});

describe('on PostgreSQL', () => {
  requires({ postgres: true });
  test('two exports at once while their month is being locked', async () => {
    const server = await startPostgres();
    onTestFinished(() => server.stop());
    const url = await server.newSchema();
    await race(() => openPostgresStore({ url }));
  });
});
