import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import type { Role } from '../../../src/core/access/rules.js';
import { createBatches } from '../../../src/services/credits/batches.js';
import { createCredits, remindOfClaims } from '../../../src/services/credits/credits.js';
import { createDisputes } from '../../../src/services/credits/disputes.js';
import { createOutbox } from '../../../src/services/notifications/outbox.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Contact } from '../../../src/store/access-store.js';
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

/** With a mail server; without one nobody but targets is written to. */
const withMail = (config: Config, port = 25): Config => ({
  ...config,
  notifications: {
    ...config.notifications,
    smtp: {
      host: '127.0.0.1',
      port,
      security: 'none',
      from: 'sla@carrier.example',
      user: null,
      password: null,
    },
  },
});

const sending = (store: Store, config: Config) =>
  createOutbox({
    store,
    config: () => config,
    clock: { now: () => november + dayMs, sleep: () => Promise.resolve() },
    random: () => 0.5,
    log: keptLog().log,
    version: '1.2.3',
  });

async function person(store: Store, id: string, customer: string, more: Partial<Contact> = {}) {
  const contact = { id, customer, name: null, email: `${id}@${customer}.example`, phone: null };
  const times = { addedAt: 1, changedAt: 1, erasedAt: null, mutedAt: null };
  await store.contacts.put({ ...contact, ...times, ...more }, []);
}

async function user(
  store: Store,
  name: string,
  roles: readonly Role[],
  email: string | null,
  customer: string | null = null,
) {
  await store.access.users.add({
    name,
    roles,
    customer,
    password: 'scrypt$1',
    createdAt: 1,
    passwordAt: 1,
  });
  await store.access.users.setEmail(name, email);
}

const messages = async ({ outbox }: Pick<Store, 'outbox'>) =>
  (await outbox.list({ limit: 100 }))
    .map(({ key, body }) => {
      const { subject, summary } = JSON.parse(body) as { subject?: string; summary?: string };
      return [key, subject ?? summary];
    })
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
  const outbox = sending(month.store, withMail(month.config, port));
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
  const config = withMail(billingConfig());
  await person(store, 'P1', 'pacific');
  await person(store, 'P2', 'lion');
  await person(store, 'P3', 'harbour-bank');
  for (const id of ['pacific', 'lion', 'harbour-bank']) await store.targets.add(target(id, id));
  await store.targets.add(target('hook', null, { kind: 'webhook', address: 'https://erp.example/in' }));
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
    ['credit-confirmed:CN-2026-000001>contact:P1', 'CN-2026-000001 posted'],
    ['credit-confirmed:CN-2026-000001>hook', 'CN-2026-000001 posted'],
    ['credit-confirmed:CN-2026-000001>pacific', 'CN-2026-000001 posted'],
    ['credit-exported:CN-2026-000001>contact:P1', 'CN-2026-000001 issued'],
    ['credit-exported:CN-2026-000001>hook', 'CN-2026-000001 issued'],
    ['credit-exported:CN-2026-000001>pacific', 'CN-2026-000001 issued'],
  ]);
  const bodies = (await store.outbox.list({ limit: 100 })).filter((each) => each.target === 'hook');
  expect(bodies.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
    {
      event: 'credit-confirmed',
      at: '2026-10-31T17:00:00Z',
      language: 'en',
      summary: 'CN-2026-000001 posted',
      about: 'CN-2026-000001',
      customer: 'pacific',
      detail: '2026-11-01',
    },
    expect.objectContaining({ event: 'credit-exported', about: 'CN-2026-000001', customer: 'pacific' }),
  ]);
  await store.close();
});

test('people with an address are mailed what concerns them, once each, unless they have turned it off', async () => {
  const month = await statedOctober();
  const { store } = month;
  const { port, mails } = await smtpServer();
  const config = withMail(month.config, port);
  await person(store, 'P1', 'bank');
  await person(store, 'P2', 'bank', { mutedAt: 2 });
  await person(store, 'P3', 'bank', { email: null, phone: '+852 1234' });
  await person(store, 'P4', 'somebody-else');
  // The same address as a target, and as a user: one mail.
  await store.targets.add(target('desk', 'bank', { address: 'Desk@bank.example' }));
  await person(store, 'P5', 'bank', { email: 'desk@bank.example' });
  await person(store, 'P6', 'bank', { email: 'gone@bank.example' });
  await user(store, 'fiona', ['finance'], 'fiona@carrier.example');
  await user(store, 'alan', ['approver', 'noc'], 'alan@carrier.example');
  await user(store, 'nora', ['noc'], 'nora@carrier.example');
  await user(store, 'mute', ['finance'], null);
  await user(store, 'left', ['finance'], 'left@carrier.example');
  await store.access.users.disable('left', 2);
  await user(store, 'carl', ['customer'], 'carl@bank.example', 'bank');
  await user(store, 'olga', ['customer'], 'olga@else.example', 'somebody-else');
  const statements = await statementsOf({ ...month, config });
  for (let n = 0; n < 2; n += 1) {
    await statements.close('2026-10');
    await statements.seal('ann', { month: '2026-10', services: ['single'], acceptIncomplete: null });
  }
  // Who was erased after it was told is written to no more; a corrected address counts.
  await person(store, 'P6', 'bank', { email: null, erasedAt: 3 });
  await store.access.users.setEmail('alan', 'alan@new.example');
  const outbox = sending(store, config);
  for (let n = 0; n < 4; n += 1) await outbox.turn();
  expect(
    mails.map(({ to, raw }) => `${to[0] ?? ''} ${/^Subject: (.*)$/m.exec(raw)?.[1] ?? ''}`).sort(),
  ).toEqual([
    'Desk@bank.example Statement 2026-10/single sealed',
    'P1@bank.example Statement 2026-10/single sealed',
    'alan@new.example 2026-10: statements to review',
    'alan@new.example Statement 2026-10/single sealed',
    'carl@bank.example Statement 2026-10/single sealed',
    'fiona@carrier.example 2026-10: statements to review',
    'fiona@carrier.example Statement 2026-10/single sealed',
  ]);
  expect(mails.map(({ raw }) => raw).join('')).not.toMatch(/HKD|\d\.\d\d\D/);
  expect(JSON.stringify(await store.outbox.list({ limit: 100 }))).not.toMatch(/[a-z]@(?:bank|carrier|new)/i);
});

test('what a person prepares for another to seal is told to the others, once for what is the same', async () => {
  const month = await statedOctober();
  const { store } = month;
  const settings = { ...month.config.statements, twoPersonSealing: true };
  for (const name of ['ann', 'bob']) await user(store, name, ['finance'], `${name}@carrier.example`);
  const statements = await statementsOf({
    ...month,
    config: { ...withMail(month.config), statements: settings },
  });
  const ann = { name: 'Ann', identity: 'user:ann' };
  const single = { month: '2026-10', services: ['single'], acceptIncomplete: null };
  for (let n = 0; n < 2; n += 1) await statements.prepare(ann, single);
  const told = await messages(store);
  expect(told).toEqual([
    [expect.stringMatching(/^draft-waiting:2026-10@\d+>user:bob$/), '2026-10: statements to review'],
  ]);
  await statements.seal({ name: 'Bob', identity: 'user:bob' }, single);
  await putRound(store, october + 4 * dayMs, [1000]);
  await statements.prepare(ann, single);
  const later = (await messages(store)).filter(([key]) => key?.startsWith('draft-waiting'));
  expect(later).toHaveLength(2);
});

test('nobody but targets is told where the configuration says so, or there is no mail server', async () => {
  for (const [smtp, people] of [
    [true, false],
    [false, true],
  ]) {
    const month = await statedOctober();
    await person(month.store, 'P1', 'bank');
    await user(month.store, 'fiona', ['finance'], 'fiona@carrier.example');
    await month.store.targets.add(target('bank', 'bank'));
    const mail = smtp ? withMail(month.config) : month.config;
    const config = { ...mail, notifications: { ...mail.notifications, people: people ?? false } };
    const statements = await statementsOf({ ...month, config });
    await statements.seal('ann', { month: '2026-10', services: ['single'], acceptIncomplete: null });
    expect((await messages(month.store)).map(([key]) => key)).toEqual([
      'statement-sealed:2026-10/single@1>bank',
    ]);
  }
});

test('a preparation waits for nobody where one person is enough', async () => {
  const month = await statedOctober();
  await month.store.targets.add(target('finance', null));
  const statements = await statementsOf(month);
  await statements.prepare('ann', { month: '2026-10', services: ['single'] });
  expect(await messages(month.store)).toEqual([]);
});

test('credits that a system pulls and settles are told as those of batches are', async () => {
  const store = await billingStore(join(tempDir(), 'pop-sla.db'));
  const config = withMail(billingConfig());
  await person(store, 'P1', 'pacific');
  await person(store, 'P2', 'harbour-bank');
  const chain = { service: 'hb', customer: 'harbour-bank', sellers: ['lion', 'pacific'] };
  await sealOwed(store, { ...chain, parts: [['109.00', '9']] });
  const credits = createCredits({ store, config: () => config, now: () => november });
  const [row] = await credits.list();
  const id = row?.id ?? '';
  await credits.feed({ since: 0, limit: 10 });
  expect(await messages(store)).toEqual([]);
  for (let n = 0; n < 2; n += 1) await credits.export('erp', { since: 0, limit: 10 });
  for (let n = 0; n < 2; n += 1) await credits.settle('erp', [id], null);
  expect(await messages(store)).toEqual([
    [`credit-confirmed:${id}>contact:P1`, `${id} posted`],
    [`credit-exported:${id}>contact:P1`, `${id} issued`],
  ]);
  // Of what is in a batch the batch tells.
  await sealOwed(store, { ...chain, service: 'hb2', parts: [['218.00', '9']] });
  const batches = createBatches({ store, config: () => config, now: () => november });
  const { batch } = await batches.make('fiona', { mapping: 'generic' });
  await batches.fetch('fiona', batch?.id ?? '');
  await batches.confirm('fiona', batch?.id ?? '', null);
  await credits.export('erp', { since: 0, limit: 10 });
  await credits.settle(
    'erp',
    (await credits.list()).map((each) => each.id),
    null,
  );
  expect((await messages(store)).map(([key]) => key)).toEqual([
    'credit-confirmed:CN-2026-000001>contact:P1',
    `credit-confirmed:${id}>contact:P1`,
    'credit-exported:CN-2026-000001>contact:P1',
    `credit-exported:${id}>contact:P1`,
  ]);
});

test('a claim that is about to end is told once to who would claim, with its last day', async () => {
  const month = await statedOctober();
  const { store } = month;
  const plan = month.config.book.plans.get('ctg-cloud-connection');
  if (!plan) throw new Error('the plan is gone');
  const claim = { days: 30, after: 'month' } as const;
  const versions = plan.versions.map((each) => ({ ...each, credit: { ...each.credit, claim } }));
  const plans = new Map(month.config.book.plans).set(plan.id, { ...plan, versions });
  const config = withMail({ ...month.config, book: { ...month.config.book, plans } });
  const statements = await statementsOf(month, { config: () => config });
  await statements.seal('ann', { month: '2026-10', services: null, acceptIncomplete: null });
  await person(store, 'P1', 'bank');
  await person(store, 'P2', 'somebody-else');
  let now = november;
  const remind = () => remindOfClaims(store, { now: () => now, aheadMs: 7 * dayMs, config: () => config });
  await remind();
  expect(await messages(store)).toEqual([]);
  now = november + 24 * dayMs;
  for (let n = 0; n < 2; n += 1) await remind();
  expect(await messages(store)).toEqual([
    ['claim-ending:CR-2026-10-000001>contact:P1', 'CR-2026-10-000001: claim by 2026-11-30'],
  ]);
  const [one] = await store.outbox.list({ limit: 1 });
  expect((JSON.parse(one?.body ?? '{}') as { text: string }).text).toContain(
    'CR-2026-10-000001 has not been claimed; the last day is 2026-11-30.',
  );
});

test('a dispute is told to both sides when it is opened, answered and decided, but not to who did it', async () => {
  const month = await statedOctober();
  const { store } = month;
  const config = withMail(month.config);
  const statements = await statementsOf({ ...month, config });
  await statements.seal('ann', { month: '2026-10', services: ['single'], acceptIncomplete: null });
  for (const { id } of await store.outbox.list({ limit: 100 })) await store.outbox.drop(id, november);
  await person(store, 'P1', 'bank');
  await user(store, 'fiona', ['finance'], 'fiona@carrier.example');
  const disputes = createDisputes({ store, statements, config: () => config, now: () => november });
  const fiona = { name: 'Fiona', identity: 'user:fiona' };
  const { id } = await disputes.open('carl', {
    statement: '2026-10/single',
    text: 'HKD 1.50 less',
    contact: null,
  });
  await disputes.move('carl', 'comment', id, { text: 'see there' });
  await disputes.move(fiona, 'answer', id, { text: 'we look at it' });
  await disputes.move(fiona, 'reject', id, { text: 'it is right' });
  const told = await messages(store);
  expect(told.map(([key, subject]) => [key?.replace(/@\d+/, ''), subject])).toEqual([
    [`dispute-answered:${id}>contact:P1`, `Dispute ${id} answered`],
    [`dispute-decided:${id}>contact:P1`, `Dispute ${id} decided`],
    [`dispute-opened:${id}>contact:P1`, `Dispute ${id} opened`],
    [`dispute-opened:${id}>user:fiona`, `Dispute ${id} opened`],
  ]);
  expect(JSON.stringify(await store.outbox.list({ limit: 100 }))).not.toContain('1.50');
});
