import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createBatches } from '../../../src/services/credits/batches.js';
import { createOutbox } from '../../../src/services/notifications/outbox.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { NotifyTarget } from '../../../src/store/statement-store.js';
import type { Store } from '../../../src/store/store.js';
import { billingConfig, billingStore, sealOwed } from '../../support/billing.js';
import { dayMs, november, october } from '../../support/ledger.js';
import { keptLog } from '../../support/log.js';
import { smtpServer } from '../../support/smtp.js';
import { putRound, statedOctober, statementsOf } from '../../support/statements.js';
import { tempDir } from '../../support/temp-dir.js';

const target = (id: string, customer: string | null, more: Partial<NotifyTarget> = {}): NotifyTarget => ({
  id,
  customer,
  kind: 'mail',
  address: `${id}@example.test`,
  secret: null,
  language: 'en',
  events: ['*'],
  query: null,
  createdAt: 1,
  createdBy: 'ann',
  ...more,
});

const messages = async ({ outbox }: Pick<Store, 'outbox'>) =>
  (await outbox.list({ limit: 100 }))
    .map(({ key, body }) => [key, (JSON.parse(body) as { subject: string }).subject])
    .sort();

test('drafts that wait, a sealing and a revision are told once each, in the language of who is told', async () => {
  const month = await statedOctober();
  await month.store.targets.add(target('finance', null, { language: 'zh-CN' }));
  await month.store.targets.add(target('bank', 'bank'));
  await month.store.targets.add(target('other', 'somebody-else'));
  const statements = await statementsOf(month);
  const single = { month: '2026-10', services: ['single'], acceptIncomplete: null };
  for (let n = 0; n < 2; n += 1) {
    await statements.close('2026-10');
    await statements.seal('ann', single);
  }
  await putRound(month.store, october + 4 * dayMs, [1000]);
  await statements.revise('ann', single);
  await statements.revise('ann', single);
  expect(await messages(month.store)).toEqual([
    ['draft-waiting:2026-10>finance', '2026-10：月报待审核'],
    ['statement-revised:2026-10/single@2>bank', 'Statement 2026-10/single revised'],
    ['statement-revised:2026-10/single@2>finance', '月报 2026-10/single 已修订'],
    ['statement-sealed:2026-10/single@1>bank', 'Statement 2026-10/single sealed'],
    ['statement-sealed:2026-10/single@1>finance', '月报 2026-10/single 已封存'],
  ]);
  const [one] = await month.store.outbox.list({ limit: 1 });
  expect(one?.body).not.toMatch(/HKD|\d\.\d\d/);

  const { port, mails } = await smtpServer();
  const smtp = {
    host: '127.0.0.1',
    port,
    security: 'none',
    from: 'sla@carrier.example',
    user: null,
    password: null,
  } as const;
  const config = { ...month.config, notifications: { ...month.config.notifications, smtp } };
  const outbox = createOutbox({
    store: month.store,
    config: () => config,
    clock: { now: () => november + dayMs, sleep: () => Promise.resolve() },
    random: () => 0.5,
    log: keptLog().log,
    version: '1.2.3',
  });
  for (let n = 0; n < 3; n += 1) await outbox.turn();
  expect(mails.map(({ to }) => to[0]).sort()).toEqual([
    'bank@example.test',
    'bank@example.test',
    'finance@example.test',
    'finance@example.test',
    'finance@example.test',
  ]);
});

test('a note that is exported and confirmed is told to the account that it bills, never to who buys from a reseller', async () => {
  const path = join(tempDir(), 'pop-sla.db');
  let store = await billingStore(path);
  const config = billingConfig();
  for (const id of ['pacific', 'lion', 'harbour-bank']) await store.targets.add(target(id, id));
  const chain = { service: 'hb', customer: 'harbour-bank', sellers: ['lion', 'pacific'] };
  await sealOwed(store, { ...chain, parts: [['109.00', '9']] });
  const batches = () => createBatches({ store, config: () => config, now: () => november });
  await batches().make('fiona', { mapping: 'generic' });
  expect(await messages(store)).toEqual([]);
  for (let n = 0; n < 2; n += 1) {
    await batches().fetch('fiona', 'EB-000001');
    await store.close();
    store = await openSqliteStore({ path });
  }
  for (let n = 0; n < 2; n += 1) await batches().confirm('fiona', 'EB-000001', null);
  expect(await messages(store)).toEqual([
    ['credit-confirmed:CN-2026-000001>pacific', 'CN-2026-000001 posted'],
    ['credit-exported:CN-2026-000001>pacific', 'CN-2026-000001 issued'],
  ]);
  await store.close();
});
