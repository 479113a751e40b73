import { expect, onTestFinished, test } from 'vitest';
import { startMonthWorker } from '../../src/app/workers/month.js';
import { createLedgerService } from '../../src/services/ledger/service.js';
import { judgeHere } from '../../src/services/months/impact.js';
import { dayMs, hourMs, october } from '../support/ledger.js';
import { twoTenants } from '../support/tenants.js';

const built = new URL('../../dist/src/app/workers/month-thread.js', import.meta.url);
const month = '2026-10';

async function both(entry = built) {
  const { store, config, now } = await twoTenants();
  const options = { store, config: () => config, now, software: 'test' };
  const apart = startMonthWorker({ ...options, entry });
  onTestFinished(() => apart.close());
  return { store, config, now, here: judgeHere(options), apart };
}

test('a thread judges as this one does, and says so again once something was entered', async () => {
  const { store, config, now, here, apart } = await both();
  const before = await apart.availability(month);
  expect(before).toEqual(await here.availability(month));
  expect(await apart.availability(month)).toBe(before);
  const desk = createLedgerService({ store, config: () => config, now });
  const from = october + 9 * dayMs;
  const [proposed] = await desk.propose('ann', [
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
  await desk.decide('bob', 'approve', id, null);
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
  const { apart } = await both(new URL('data:text/javascript,process.exit(3)'));
  await expect(apart.availability(month)).rejects.toThrow('ended');
  await expect(apart.availability(month)).rejects.toThrow('ended');
});
