import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { createBilling } from '../../src/services/credits/billing.js';
import { billingConfig, billingSettings, billingStore, sealOwed } from '../support/billing.js';
import { testServer } from './support/server.js';

async function setUp(config = billingConfig()) {
  const store = await billingStore();
  const now = () => Date.UTC(2026, 10, 30, 20);
  const chain = { service: 'hb', customer: 'harbour-bank', sellers: ['lion', 'pacific'] };
  await sealOwed(store, { ...chain, parts: [['109.00', '9']] });
  await sealOwed(store, { service: 'lost', customer: 'nowhere', parts: [['7.00', '9']] });
  const signer = () => Promise.reject(new Error('nothing is sealed here'));
  const billing = createBilling({ store, config: () => config, now, software: '1.2.3', signer });
  const { http } = testServer({ store, config, now }, { billing });
  const ask = async (method: 'GET' | 'POST', url: string, payload?: object) => {
    const answer = await http.inject({
      method,
      url: `/api/v1/${url}`,
      headers: { 'x-pop-sla-actor': 'finance' },
      ...(payload && { payload }),
    });
    return { status: answer.statusCode, answer };
  };
  const json = async (...asked: Parameters<typeof ask>) => {
    const { status, answer } = await ask(...asked);
    return { status, body: answer.json<Record<string, unknown>>() };
  };
  return { ask, json };
}

test('a batch is made, fetched as the same bytes, confirmed; what is refused is named', async () => {
  const { ask, json } = await setUp();
  const request = { mapping: 'generic', month: '2026-10', invoices: { '2026-10/hb': 'INV-7' } };
  const dry = await json('POST', 'credit-batches', { ...request, dryRun: true });
  expect(dry).toMatchObject({ status: 200, body: { batch: { notes: [{ id: 'CN-2026-000001' }] } } });
  expect(await json('GET', 'credit-batches')).toMatchObject({ body: { batches: [], nextCursor: null } });
  const made = await json('POST', 'credit-batches', request);
  expect(made).toMatchObject({
    status: 200,
    body: {
      again: false,
      batch: {
        id: 'EB-000001',
        state: 'made',
        totals: [{ currency: 'HKD', credits: 1, gross: '109.00' }],
        lines: [
          { billTo: 'pacific', customer: 'harbour-bank', resellers: ['lion', 'pacific'], invoice: 'INV-7' },
        ],
      },
      refused: [{ billTo: 'nowhere', why: ['no-tax-id'] }],
    },
  });
  expect(await json('POST', 'credit-batches', request)).toMatchObject({ body: { again: true } });
  const differs = { ...request, mapping: 'sap-fb01', postingDate: '2026-12-31', dryRun: true };
  for (const other of [differs, { ...differs, dryRun: false }])
    expect(await json('POST', 'credit-batches', other)).toMatchObject({
      status: 409,
      body: {
        errors: [
          {
            parameter: 'mapping',
            detail: expect.stringContaining('is sap-fb01, but EB-000001 waits') as string,
          },
          {
            parameter: 'postingDate',
            detail: expect.stringContaining('or fetch or withdraw EB-000001 first') as string,
          },
        ],
      },
    });
  expect(await json('POST', 'credit-batches/EB-000001/confirm', {})).toMatchObject({ status: 409 });
  const { answer } = await ask('POST', 'credit-batches/EB-000001/fetch', {});
  expect(answer.headers['content-type']).toContain('text/csv');
  const hash = createHash('sha256').update(answer.rawPayload).digest('hex');
  expect(await json('GET', 'credit-batches/EB-000001')).toMatchObject({ body: { state: 'fetched', hash } });
  const again = await ask('POST', 'credit-batches/EB-000001/fetch', {});
  expect(again.answer.rawPayload).toEqual(answer.rawPayload);
  expect(await json('POST', 'credit-batches/EB-000001/confirm', { note: 'doc 1' })).toMatchObject({
    status: 200,
    body: { state: 'confirmed', note: 'doc 1' },
  });
  expect((await ask('POST', 'credit-batches/EB-000001/withdraw', { reason: 'x' })).status).toBeGreaterThan(
    399,
  );
  expect((await ask('GET', 'credit-batches/EB-000002')).status).toBe(404);
  expect(await json('GET', 'credit-mappings')).toMatchObject({
    body: { mappings: [{ name: 'generic' }, {}, {}, {}, {}] },
  });
});

test('an exhausted range is one error that says which, and nothing is made or numbered', async () => {
  const [hk] = billingSettings.issuers;
  const issuers = [{ ...hk, currencies: [], notes: { prefix: 'CN-', first: 7, last: 7 } }];
  const { json } = await setUp(billingConfig({ ...billingSettings, issuers }));
  const request = { mapping: 'generic', postingDate: '2026-12-01' };
  expect(await json('POST', 'credit-batches', request)).toMatchObject({ status: 200 });
  await json('POST', 'credit-batches/EB-000001/withdraw', { reason: 'the wrong day' });
  const what = 'the numbers of ctg-hk for 2026 are exhausted at 7';
  const allowed = 'a greater billing.issuers[].notes.last';
  for (const dryRun of [true, false])
    expect(await json('POST', 'credit-batches', { ...request, dryRun })).toMatchObject({
      status: 400,
      body: {
        detail: `mapping: ${what}; allowed: ${allowed}`,
        errors: [{ parameter: 'mapping', detail: `${what}; allowed: ${allowed}` }],
      },
    });
  expect(await json('GET', 'credit-batches')).toMatchObject({
    body: { batches: [{ id: 'EB-000001', state: 'withdrawn' }] },
  });
});

test('a batch is withdrawn as a whole, with a reason', async () => {
  const { json } = await setUp();
  await json('POST', 'credit-batches', { mapping: 'sap-fb01' });
  expect(await json('POST', 'credit-batches/EB-000001/withdraw', { reason: ' ' })).toMatchObject({
    status: 400,
  });
  expect(await json('POST', 'credit-batches/EB-000001/withdraw', { reason: 'the wrong day' })).toMatchObject({
    body: { state: 'withdrawn', endedBy: 'finance', note: 'the wrong day' },
  });
  expect(await json('GET', 'credits?month=2026-10')).toMatchObject({
    body: {
      credits: [
        { status: 'sealed', batch: null },
        { status: 'sealed', batch: null },
      ],
    },
  });
});

test.each([
  [{ mapping: 'sap' }, 'sap is no mapping'],
  [{ mapping: 'generic', month: '2026-1' }, 'is no month'],
  [{ mapping: 'generic', postingDate: '2026-02-30' }, 'is no day'],
  [{ mapping: 'generic', file: 'ods' }, 'file'],
  [{}, 'mapping'],
])('%j is refused', async (payload, what) => {
  const { json } = await setUp();
  expect(await json('POST', 'credit-batches', payload)).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining(what) as string },
  });
});
