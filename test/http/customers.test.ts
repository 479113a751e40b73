import { describe, expect, test } from 'vitest';
import { callerOf } from '../../src/http/access/caller.js';
import { shownTo } from '../../src/http/customers/keys.js';
import { ledgerConfig, november, watchedOctober } from '../support/ledger.js';
import { testServer } from './support/server.js';

async function setUp() {
  const { store, config } = await watchedOctober(ledgerConfig());
  const { http } = testServer({ store, config, now: () => november });
  const get = async (url: string): Promise<unknown> => (await http.inject(`/api/v1/${url}`)).json();
  const post = async (url: string, payload: object, headers: Record<string, string> = {}) => {
    const sent = { 'x-pop-sla-actor': 'ann', ...headers };
    const answer = await http.inject({ method: 'POST', url: `/api/v1/${url}`, payload, headers: sent });
    return [answer.statusCode, answer.json<unknown>()] as const;
  };
  return { store, config, http, get, post };
}

const service = {
  id: 'mill-link',
  customer: 'mill',
  site: 'mill-east',
  start: '2026-12-01',
  plan: 'ctg-cloud-connection',
  class: 'single',
  lines: ['m1'],
  paths: ['HKG>SIN'],
  rent: '3100.00',
  currency: 'HKD',
};

describe('customers and services over HTTP', () => {
  test('are listed, entered, changed, ended and taken back', async () => {
    const { get, post } = await setUp();
    expect(await post('customers', { id: 'mill', name: 'Mill', reason: 'signed' })).toEqual([
      201,
      { entry: 'B1' },
    ]);
    expect(await post('sites', { id: 'mill-east', customer: 'mill' })).toEqual([201, { entry: 'B2' }]);
    expect(await post('lines', { id: 'm1', pop: 'SIN' })).toEqual([201, { entry: 'B3' }]);
    expect(await post('services', service)).toEqual([201, { entry: 'B4' }]);
    const change = { from: '2027-01-16', rent: '6200.00' };
    expect(await post('services/mill-link/change', change)).toEqual([201, { entry: 'B5' }]);
    expect(await post('services/mill-link/end', { day: '2027-12-01' })).toEqual([201, { entry: 'B6' }]);
    expect(await post('resale', { seller: 'bank', buyer: 'mill', from: '2026-12-01' })).toEqual([
      201,
      { entry: 'B7' },
    ]);
    expect(await post('resale/B7/end', { day: '2027-06-01' })).toEqual([201, { entry: 'B8' }]);
    expect(await post('customers/mill/change', { name: 'Mill AG' })).toEqual([201, { entry: 'B9' }]);
    expect(await post('sites/mill-east/change', { name: 'East' })).toEqual([201, { entry: 'B10' }]);
    expect(await get('customers')).toMatchObject({
      customers: [
        { id: 'bank', origin: { file: expect.stringContaining('customers.yaml') as string, entry: null } },
        { id: 'mill', name: 'Mill AG', origin: { file: null, entry: 'B1' } },
      ],
    });
    expect(await get('customers/mill')).toMatchObject({ id: 'mill' });
    expect(await get('sites')).toMatchObject({
      sites: [{ id: 'central' }, { id: 'mill-east', name: 'East' }],
    });
    expect(await get('lines')).toMatchObject({
      lines: [{ id: 'l1' }, { id: 'l2' }, { id: 'm1', pop: 'SIN' }],
    });
    expect(await get('resale')).toMatchObject({ resale: [{ seller: 'bank', to: '2027-06-01' }] });
    expect(await get('services/mill-link')).toMatchObject({
      services: [
        {
          end: '2027-12-01',
          terms: [
            { from: '2026-12-01', rent: '3100.00' },
            { from: '2027-01-16', rent: '6200.00' },
          ],
        },
      ],
    });
    expect(await post('book/B5/withdraw', { reason: 'a slip' })).toEqual([201, { entry: 'B11' }]);
    expect(await get('services')).toMatchObject({
      services: [{ id: 'single' }, { id: 'other' }, { id: 'mill-link', terms: [{ rent: '3100.00' }] }],
    });
    expect(await get('book')).toMatchObject({
      entered: [
        { entry: 'B1', list: 'customers', entries: [{ actor: 'ann', reason: 'signed' }, { does: 'change' }] },
        { entry: 'B2' },
        { entry: 'B3' },
        { entry: 'B4', changes: [], entries: [{}, { withdrawn: true }, {}, { does: 'withdraw', of: 'B5' }] },
        { entry: 'B7' },
      ],
    });
    expect(await get('audit')).toMatchObject({ ok: true, events: 11 });
  });

  test.each<[string, string, object, number, RegExp]>([
    ['an unknown PoP', 'lines', { id: 'm1', pop: 'XXX' }, 400, /^pop: "XXX" is an unknown PoP; allowed: HKG/],
    ['an unknown key', 'lines', { id: 'm1', port: 'SIN' }, 400, /port/],
    ['a number for a text', 'services', { ...service, rent: 12 }, 400, /rent/],
    ['what is not there', 'services/none/end', { day: null }, 404, /^id: is no service that was entered/],
    [
      "the file's",
      'customers/bank/change',
      { name: 'x' },
      409,
      /^id: can't be changed here: bank is in the file/,
    ],
    ['no day', 'services/none/end', {}, 400, /day/],
  ])('refuse %s', async (_, url, body, status, message) => {
    const { post, store } = await setUp();
    const [code, answer] = await post(url, body);
    expect([code, (answer as { detail: string }).detail]).toEqual([status, expect.stringMatching(message)]);
    expect(await store.ledger.events()).toEqual([]);
  });

  test('answer 404 to the id of nobody', async () => {
    const { http } = await setUp();
    expect((await http.inject('/api/v1/customers/nobody')).statusCode).toBe(404);
    expect((await http.inject('/api/v1/services/none')).statusCode).toBe(404);
  });
});

describe('who sees its own only', () => {
  test('sees nothing of others, no amount that is not its own, and not where it comes from', async () => {
    const { config } = await setUp();
    const [bank] = config.book.customers;
    if (!bank) throw new Error('no customer');
    const place = { address: [], city: null, postcode: null, country: null };
    const billing = { ...place, taxId: 'T1', registration: null, billTo: 'bank' };
    const book = {
      ...config.book,
      customers: [bank, { ...bank, id: 'shop', billing }],
      resale: [{ seller: 'bank', buyer: 'shop', from: '2026-01-01', to: null }],
      services: config.book.services.map((one) => (one.id === 'other' ? { ...one, customer: 'shop' } : one)),
    };
    const today = '2026-11-22';
    const view = { book, entered: [], file: 'customers.yaml' };
    const as = (role: 'customer' | 'reseller', customer: string) =>
      callerOf(
        { id: 'u', name: 'u', roles: [role], customer, scopes: null, via: 'token' },
        ...(['customers:read', 'own'] as const),
        book,
        today,
      );
    const shop = as('customer', 'shop');
    expect(shownTo(shop, 'customers', view, today)).toMatchObject([
      { id: 'shop', origin: null, billing: { taxId: 'T1', billTo: null } },
    ]);
    expect(shownTo(shop, 'services', view, today)).toMatchObject([
      { id: 'other', terms: [{ rent: null }, {}] },
    ]);
    expect(shownTo(shop, 'lines', view, today)).toMatchObject([{ id: 'l2' }]);
    expect(shownTo(shop, 'sites', view, today)).toEqual([]);
    expect(shownTo(shop, 'resale', view, today)).toEqual([]);
    const seller = as('reseller', 'bank');
    expect(shownTo(seller, 'services', view, today)).toMatchObject([
      { id: 'single', terms: [{ rent: '10000.00' }] },
      { id: 'other', terms: [{ rent: '10000.00' }, { rent: '20000.00' }] },
    ]);
    expect(shownTo(seller, 'customers', view, today)).toMatchObject([
      { id: 'bank' },
      { id: 'shop', billing: { billTo: 'bank' } },
    ]);
    expect(shownTo(seller, 'resale', view, today)).toMatchObject([{ buyer: 'shop' }]);
  });
});
