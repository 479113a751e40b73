import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { judgeInThread } from '../../src/app/workers/month.js';
import { createWorkerPool } from '../../src/app/workers/pool.js';
import { createLedgerService } from '../../src/services/ledger/service.js';
import { judgeHere } from '../../src/services/months/impact.js';
import { dayMs, hourMs, october } from '../support/ledger.js';
import { tempDir } from '../support/temp-dir.js';
import { twoTenants } from '../support/tenants.js';

const built = new URL('../../dist/src/app/workers/thread.js', import.meta.url);
const month = '2026-10';

async function both(entry = built) {
  const { store, config, now } = await twoTenants();
  const options = { store, config: () => config, now, software: 'test' };
  const pool = createWorkerPool({ entry });
  onTestFinished(() => pool.close());
  const apart = judgeInThread({ ...options, pool });
  return { store, config, now, here: judgeHere(options), apart };
}

test('a thread judges as this one does, and says so again once something was entered', async () => {
  const { store, config, now, here, apart } = await both();
  const before = await apart.availability(month);
  expect(before).toEqual(await here.availability(month));
  expect(await apart.availability(month)).toBe(before);
  const ledgerService = createLedgerService({ store, config: () => config, now });
  const from = october + 9 * dayMs;
  const [proposed] = await ledgerService.propose('ann', [
    {
      kind: 'planned-maintenance',
      scope: { pops: ['SIN'], paths: [], lines: [], services: [], customers: [] },
      intervals: [{ from, to: from + hourMs }],
      recurrence: null,
      notices: [{ at: from - dayMs, text: null }],
      reason: 'a card',
      proof: null,
      attachments: [],
      source: null,
    },
  ]);
  const id = proposed?.id ?? '';
  const impacts = await apart.impact(id);
  expect(impacts).toEqual(await here.impact(id));
  expect(impacts.map(({ service }) => service)).toEqual(['alpha-service']);
  await ledgerService.decide('bob', 'approve', id, null);
  const after = await apart.availability(month);
  expect(after).toEqual(await here.availability(month));
  expect(after).not.toEqual(before);
});

test('statements are drawn up there as here, fresh or kept', async () => {
  const { here, apart } = await both();
  const services = ['alpha-service', 'beta-service'];
  const own = await here.draw(month, services, true);
  for (const fresh of [true, false]) {
    const drawn = await apart.draw(month, services, fresh);
    expect(drawn.services).toEqual(own.services);
    for (const service of services) expect(drawn.draft(service)).toEqual(own.draft(service));
    expect(() => drawn.draft('none')).toThrow('no day in 2026-10');
  }
});

test('a thread that ends takes what was asked with it, and another is started', async () => {
  const file = join(tempDir(), 'ends.mjs');
  writeFileSync(file, 'export const judge = () => process.exit(3);');
  const { apart } = await both(pathToFileURL(file));
  await expect(apart.availability(month)).rejects.toThrow('exit');
  await expect(apart.availability(month)).rejects.toThrow('exit');
});

test('a thread that was started since gets the configuration', async () => {
  const { store, config, now, here } = await both();
  const pool = createWorkerPool({ entry: built, idleMs: 1 });
  onTestFinished(() => pool.close());
  const apart = judgeInThread({ store, config: () => config, now, software: 'test', pool });
  for (const services of [['alpha-service'], ['beta-service']]) {
    const drawn = await apart.draw(month, services, true);
    expect(drawn.services).toEqual((await here.draw(month, services, true)).services);
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
});
