import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { createBilling, type Billing } from '../../../src/services/credits/billing.js';
import { remindOfClaims } from '../../../src/services/credits/credits.js';
import { audit } from '../../../src/services/ledger/backlog.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { keyFolder, publicKeyOf } from '../../../src/seal/keys.js';
import { sealFault } from '../../../src/seal/statement.js';
import { dayMs, hourMs, november, october } from '../../support/ledger.js';
import { maintenanceOf, statedOctober, statementsOf, type StatedMonth } from '../../support/statements.js';

const all = { month: '2026-10', services: null, acceptIncomplete: null };

async function sealedOctober(): Promise<StatedMonth & { readonly billing: Billing }> {
  const month = await statedOctober();
  await (await statementsOf(month)).seal('ann', all);
  const billing = createBilling({
    store: month.store,
    config: () => month.config,
    now: () => november + dayMs,
    software: '0.0.0-test',
    signer: () => keyFolder(`${month.folder}/keys`).signer(),
  });
  return { ...month, billing };
}

/** Excuses an hour of the outage that is credited: another revision then owes less. */
async function revised({ store, config, billing }: Awaited<ReturnType<typeof sealedOctober>>) {
  const ledgerService = createLedgerService({ store, config: () => config, now: () => november + hourMs });
  const from = october + 12 * dayMs;
  const [late] = await ledgerService.propose('ann', [maintenanceOf('FRA', from, from + 5 * hourMs)]);
  await ledgerService.decide('bob', 'approve', late?.id ?? '', null);
  return billing.statements.revise('ann', { ...all, services: ['other'] });
}

const first = 'CR-2026-10-000001';

describe('credits', () => {
  test('are exported at least once, in a stable order, and settled once', async () => {
    const { billing } = await sealedOctober();
    const { credits } = billing;
    const page = await credits.export('billing', { since: 0, limit: 10 });
    expect(page).toMatchObject({ cursor: 1, credits: [{ id: first, status: 'exported', gross: '758.06' }] });
    expect(await credits.export('billing', { since: 0, limit: 10 })).toEqual(page);
    expect(await credits.feed({ since: page.cursor, limit: 10 })).toEqual({ credits: [], cursor: 1 });
    expect(await credits.settle('billing', [first], 'invoice 7')).toMatchObject([
      { status: 'settled', note: 'invoice 7' },
    ]);
    expect(await credits.settle('billing', [first], 'invoice 7')).toMatchObject([{ status: 'settled' }]);
    await expect(credits.settle('billing', ['CR-2026-10-000009'], null)).rejects.toThrow(
      'id: CR-2026-10-000009 is no credit; allowed: an id as `credits list` prints it',
    );
    await expect(credits.claim('ann', first, null)).rejects.toThrow('needs no claim');
  });

  test('that are settled get an adjustment row by a new revision, and stay as they are', async () => {
    const month = await sealedOctober();
    const { credits } = month.billing;
    await credits.settle('billing', [first], null);
    await revised(month);
    expect(await credits.list()).toMatchObject([
      { id: first, kind: 'credit', gross: '758.06', status: 'settled' },
      { id: 'CR-2026-10-000002', kind: 'adjustment', of: first, gross: '-758.06', status: 'sealed' },
    ]);
    expect(await credits.feed({ since: 1, limit: 10 })).toMatchObject({
      cursor: 2,
      credits: [{ id: 'CR-2026-10-000002' }],
    });
  });

  test('that are reversed are taken back by a row of their own once finance has them', async () => {
    const { billing } = await sealedOctober();
    const { credits } = billing;
    await credits.export('billing', { since: 0, limit: 10 });
    await credits.reverse('ann', first, 'paid by hand already');
    expect(await credits.list()).toMatchObject([
      { id: first, status: 'reversed', note: 'paid by hand already' },
      { id: `${first}-R`, kind: 'reversal', of: first, gross: '-758.06', status: 'sealed', cursor: 2 },
    ]);
    await expect(credits.reverse('ann', first, 'again')).rejects.toThrow('is reversed');
    await expect(credits.reverse('ann', `${first}-R`, 'no')).rejects.toThrow('is a reversal itself');
  });

  test('that need a claim are not owed before it, are reminded of once, and late ones need a word', async () => {
    const month = await statedOctober();
    const plan = month.config.book.plans.get('ctg-cloud-connection');
    if (!plan) throw new Error('the plan is gone');
    const versions = plan.versions.map((each) => ({
      ...each,
      credit: { ...each.credit, claim: { days: 30, after: 'month' } as const },
    }));
    const plans = new Map(month.config.book.plans).set(plan.id, { ...plan, versions });
    const config = { ...month.config, book: { ...month.config.book, plans } };
    let now = november;
    await (await statementsOf(month, { config: () => config })).seal('ann', all);
    const { credits } = createBilling({
      store: month.store,
      config: () => config,
      now: () => now,
      software: 'x',
      signer: () => Promise.reject(new Error('nothing is sealed here')),
    });
    expect(await credits.list()).toMatchObject([{ claimBy: '2026-11-30', status: 'sealed', cursor: 0 }]);
    expect((await credits.feed({ since: 0, limit: 10 })).credits).toEqual([]);
    await expect(credits.settle('billing', [first], null)).rejects.toThrow(`${first} is not claimed yet`);

    const remind = () =>
      remindOfClaims(month.store, { now: () => now, aheadMs: 7 * dayMs, config: () => month.config });
    expect(await remind()).toEqual([]);
    now = november + 24 * dayMs;
    expect((await remind()).map(({ id }) => id)).toEqual([first]);
    expect(await remind()).toEqual([]);
    expect((await month.store.ledger.events()).at(-1)?.action).toEqual({
      type: 'claim-reminded',
      id: first,
      claimBy: '2026-11-30',
    });

    now = november + 40 * dayMs;
    await expect(credits.claim('ann', first, null)).rejects.toThrow(
      `${first} could be claimed until 2026-11-30`,
    );
    expect(await credits.claim('ann', first, 'their mail of the 29th', true)).toMatchObject({
      status: 'claimed',
    });
    expect((await credits.feed({ since: 0, limit: 10 })).credits.map(({ id }) => id)).toEqual([first]);
    const exported = await credits.export('billing', { since: 0, limit: 10 });
    expect(exported.credits).toMatchObject([{ id: first, status: 'exported' }]);
    expect((await month.store.ledger.events()).at(-1)?.action).toEqual({
      type: 'credits-exported',
      id: first,
      credits: [first],
    });
  });
});

describe('a dispute', () => {
  test('is opened against a sealed revision, answered, and over once it is decided', async () => {
    const { billing } = await sealedOctober();
    const { disputes } = billing;
    const opened = await disputes.open('ann', {
      statement: '2026-10/other',
      text: 'it was longer',
      contact: null,
    });
    expect(opened).toMatchObject({ state: 'open', revision: 1, openedBy: 'ann', words: [] });
    await disputes.move('bob', 'answer', opened.id, { text: 'we look at it' });
    const over = await disputes.move('bob', 'accept', opened.id, { text: 'it was: revision 2' });
    expect(over.state).toBe('accepted');
    expect(over.words.map(({ state, by }) => [state, by])).toEqual([
      ['answered', 'bob'],
      ['accepted', 'bob'],
    ]);
    await expect(disputes.move('bob', 'reject', opened.id, { text: 'no' })).rejects.toThrow(
      `id: ${opened.id} is accepted; allowed: a dispute that is open or answered`,
    );
    expect(await disputes.list({ open: true })).toEqual([]);
    await expect(
      disputes.open('ann', { statement: '2026-09/other', text: 'x', contact: null }),
    ).rejects.toThrow('statement: 2026-09/other is not sealed');
    await expect(
      disputes.open('ann', { statement: '2026-10/other', text: ' ', contact: null }),
    ).rejects.toThrow('text: is missing');
  });
});

describe('somebody at a customer', () => {
  test('is shown, corrected and erased everywhere; every hash still verifies, and the trail names nobody', async () => {
    const month = await sealedOctober();
    const { contacts, disputes, statements } = month.billing;
    const who = { name: '陳大文 Chan Tai Man', email: 'chan@bank.example', phone: '+852 1234 5678' };
    const added = await contacts.add('ann', 'bank', who);
    expect(await contacts.show(added.id)).toMatchObject(who);
    await contacts.correct('ann', added.id, { email: 'tm.chan@bank.example' });
    await disputes.open('ann', { statement: '2026-10/other', text: 'too little', contact: added.id });
    const erased = await contacts.erase('bob', added.id);
    expect(erased).toMatchObject({
      id: added.id,
      name: null,
      email: null,
      phone: null,
      erasedAt: november + dayMs,
    });
    await expect(contacts.correct('ann', added.id, { name: 'Chan' })).rejects.toThrow('was erased');

    const events = await month.store.ledger.events();
    expect(events.slice(-4).map(({ action }) => action.type)).toEqual([
      'contact-added',
      'contact-corrected',
      'dispute-opened',
      'contact-erased',
    ]);
    expect(await audit(month.store)).toMatchObject({ ok: true });
    const keys = await keyFolder(`${month.folder}/keys`).list();
    for (const service of ['other', 'single']) {
      const sealed = await statements.show('2026-10', service);
      if (!('signature' in sealed)) throw new Error('not sealed');
      expect(sealFault(sealed, () => publicKeyOf(keys[0]?.pem ?? ''))).toBeNull();
    }
    expect(await month.store.statements.list()).toHaveLength(2);
    await month.store.close();
    const file = readFileSync(month.config.store.path).toString('latin1');
    for (const trace of ['Chan Tai Man', 'chan@bank', '1234 5678', Buffer.from('陳大文').toString('latin1')])
      expect(file).not.toContain(trace);
  });

  test('has to be one: a bad address, an unknown customer and nobody are refused', async () => {
    const { billing } = await sealedOctober();
    const { contacts } = billing;
    const nobody = { name: null, email: null, phone: null };
    await expect(contacts.add('ann', 'bank', { ...nobody, email: 'chan' })).rejects.toThrow(
      'email: "chan" can\'t be one; allowed: an address as ann@bank.example',
    );
    await expect(contacts.add('ann', 'bonk', { ...nobody, name: 'Chan' })).rejects.toThrow(
      'customer: bonk is no customer; allowed: bank',
    );
    await expect(contacts.add('ann', 'bank', nobody)).rejects.toThrow('at least one of the three');
    await expect(contacts.show('P99')).rejects.toThrow('id: P99 is nobody');
    expect(await contacts.list()).toEqual([]);
  });
});
