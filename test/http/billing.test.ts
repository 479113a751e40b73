import { expect, test } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { createBilling } from '../../src/services/credits/billing.js';
import { keyFolder } from '../../src/seal/keys.js';
import { november } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';
import { unjudgeable, unjudgedReasons } from '../support/unjudged.js';
import { testServer } from './support/server.js';

async function setUp(adapt = (config: Config): Config => config) {
  const month = await statedOctober();
  const { store, folder } = month;
  const config = adapt(month.config);
  const now = () => november;
  const keys = keyFolder(`${folder}/keys`);
  await keys.make();
  const billing = createBilling({
    store,
    config: () => config,
    now,
    software: '1.2.3',
    signer: () => keys.signer(),
  });
  const { http } = testServer({ store, config, now }, { billing });
  const ask = async (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', url: string, payload?: object) => {
    const answer = await http.inject({
      method,
      url: `/api/v1/${url}`,
      headers: { 'x-pop-sla-actor': 'finance' },
      ...(payload && { payload }),
    });
    return { status: answer.statusCode, body: answer.json<Record<string, unknown>>() };
  };
  return { ask };
}

test('statements are drawn up, sealed, revised and shown', async () => {
  const { ask } = await setUp();
  expect(await ask('GET', 'statements/2026-10/single?toDate=true')).toMatchObject({
    status: 200,
    body: { document: { id: '2026-10/single', state: 'draft' } },
  });
  expect(await ask('GET', 'statements/2026-10/single')).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('2026-10/single has no statement yet') as string },
  });
  const sealed = await ask('POST', 'statements/2026-10/seal', {});
  expect(sealed).toMatchObject({
    status: 200,
    body: { statements: [{ id: '2026-10/other', outcome: 'sealed', revision: 1 }, { outcome: 'sealed' }] },
  });
  expect(await ask('POST', 'statements/2026-10/seal', { services: ['other'] })).toMatchObject({
    body: { statements: [{ outcome: 'already-sealed' }] },
  });
  expect(await ask('POST', 'statements/2026-10/revise', { services: ['other'], dryRun: true })).toMatchObject(
    {
      body: { statements: [{ outcome: 'unchanged', revision: 1 }] },
    },
  );
  expect(await ask('GET', 'statements?month=2026-10')).toMatchObject({
    body: { statements: [{ id: '2026-10/other', state: 'sealed', credit: '758.06', changed: null }, {}] },
  });
  expect(await ask('GET', 'statements/2026-10/other?revision=2')).toMatchObject({ status: 400 });
  expect(await ask('POST', 'statements/2026-11/seal', {})).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('2026-11 is not over') as string },
  });
});

test('credits are polled, exported, settled and reversed', async () => {
  const { ask } = await setUp();
  await ask('POST', 'statements/2026-10/seal', {});
  const id = 'CR-2026-10-000001';
  expect(await ask('GET', 'credits?since=0')).toMatchObject({
    body: { cursor: 1, credits: [{ id, status: 'sealed', gross: '758.06', tax: null }] },
  });
  expect(await ask('POST', 'credits/export', { since: 0 })).toMatchObject({
    body: { cursor: 1, credits: [{ id, status: 'exported' }] },
  });
  expect(await ask('GET', 'credits?since=1')).toMatchObject({ body: { cursor: 1, credits: [] } });
  expect(await ask('POST', 'credits/settle', { ids: [id] })).toMatchObject({
    body: { credits: [{ id, status: 'settled' }] },
  });
  expect(await ask('POST', `credits/${id}/claim`, {})).toMatchObject({ status: 409 });
  expect(await ask('POST', `credits/${id}/reverse`, { reason: 'twice' })).toMatchObject({
    body: { status: 'reversed', note: 'twice' },
  });
  expect(await ask('GET', 'credits?month=2026-10')).toMatchObject({
    body: { credits: [{ id }, { id: `${id}-R`, gross: '-758.06' }] },
  });
  expect(await ask('GET', 'credits?since=x')).toMatchObject({ status: 400 });
});

test('disputes are opened and answered; people are added, corrected and erased', async () => {
  const { ask } = await setUp();
  await ask('POST', 'statements/2026-10/seal', {});
  const added = await ask('POST', 'persons', { customer: 'bank', name: 'Chan', email: 'chan@bank.example' });
  expect(added.status).toBe(201);
  const person = String(added.body['id']);
  const opened = await ask('POST', 'disputes', {
    statement: '2026-10/other',
    text: 'too little',
    contact: person,
  });
  expect(opened).toMatchObject({ status: 201, body: { state: 'open', contact: person } });
  const dispute = String(opened.body['id']);
  expect(await ask('POST', `disputes/${dispute}/answer`, { text: 'no' })).toMatchObject({
    body: { state: 'answered' },
  });
  expect(await ask('POST', `disputes/${dispute}/reject`, { text: 'no' })).toMatchObject({
    body: { state: 'rejected' },
  });
  expect(await ask('GET', 'disputes')).toMatchObject({
    body: { disputes: [{ id: dispute, words: [{}, {}] }] },
  });
  expect(await ask('PATCH', `persons/${person}`, { email: null })).toMatchObject({
    body: { name: 'Chan', email: null },
  });
  expect(await ask('DELETE', `persons/${person}`)).toMatchObject({
    status: 200,
    body: { id: person, name: null },
  });
  expect(await ask('GET', 'persons')).toMatchObject({ body: { persons: [{ id: person, name: null }] } });
  expect(await ask('GET', 'persons/P999')).toMatchObject({ status: 404 });
});

test.each([
  ['other', 'single'],
  ['single', 'other'],
] as const)('where %s can not be judged, the routes name it and judge %s', async (id, good) => {
  const { ask } = await setUp((config) => unjudgeable(config, [id]));
  const reason = unjudgedReasons[id];
  const refused = { id: `2026-10/${id}`, outcome: 'refused', why: [`can't be judged: ${reason}`] };
  expect(await ask('GET', 'availability?month=2026-10')).toMatchObject({
    status: 200,
    body: {
      services: [{ id: good }],
      unjudged: [{ service: id, customer: 'bank', site: 'central', reason }],
    },
  });
  expect(await ask('POST', 'statements/2026-10/close', {})).toEqual({
    status: 200,
    body: { drafts: 1, unjudged: [{ service: id, reason }] },
  });
  for (const [what, outcome] of [
    ['seal', 'sealed'],
    ['revise', 'unchanged'],
  ] as const) {
    const { status, body } = await ask('POST', `statements/2026-10/${what}`, {});
    expect(status).toBe(200);
    expect(body['statements']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: `2026-10/${good}`, outcome }),
        expect.objectContaining(refused),
      ]),
    );
  }
});
