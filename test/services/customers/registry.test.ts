import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { loadConfig } from '../../../src/config/load.js';
import { segmentsOf } from '../../../src/core/customer/book.js';
import { formatRefusal } from '../../../src/core/ledger/errors.js';
import { CustomerConflictError, withLedgerEntries } from '../../../src/services/customers/in-force.js';
import { createRegistry } from '../../../src/services/customers/registry.js';
import { audit } from '../../../src/services/ledger/backlog.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { ValidationError } from '../../../src/services/ledger/entries.js';
import { judgeStored } from '../../../src/services/months/judge.js';
import { serviceViews } from '../../../src/render/availability.js';
import { ledgerConfig, november, october, watchedOctober } from '../../support/ledger.js';

async function setUp() {
  const file = ledgerConfig();
  const { store, config } = await watchedOctober(file);
  const registry = createRegistry({ ledger: store.ledger, config: () => config, now: () => november });
  const add = (list: Parameters<typeof registry.add>[1], item: Parameters<typeof registry.add>[2]) =>
    registry.add('ann', list, item, null);
  /** A customer with a site, a line on SIN and a service on it from the 11th of October on. */
  const newcomer = async () => {
    await add('customers', { id: 'mill', name: 'Mill Ltd', locale: 'en-SG' });
    await add('sites', { id: 'mill-east', customer: 'mill' });
    await add('lines', { id: 'm1', pop: 'SIN' });
    await add('lines', { id: 'm2', pop: 'FRA' });
    return add('services', service);
  };
  return { file, store, config, registry, add, newcomer };
}

const service = {
  id: 'mill-link',
  customer: 'mill',
  site: 'mill-east',
  start: '2026-10-06',
  plan: 'ctg-cloud-connection',
  class: 'protected-single',
  lines: ['m1'],
  paths: ['HKG>SIN'],
  rent: '3100.00',
  currency: 'HKD',
  taxPercent: '6',
};

const refusals = async (work: Promise<unknown>): Promise<string[]> => {
  const error: unknown = await work.then(
    () => null,
    (reason: unknown) => reason,
  );
  return error instanceof ValidationError ? error.refusals.map(formatRefusal) : [String(error)];
};

describe('what is entered of the book', () => {
  test('stands beside the file and is judged like it, its stretches together', async () => {
    const { store, config, registry, newcomer } = await setUp();
    expect(await newcomer()).toBe('B5');
    await registry.change(
      'ann',
      { list: 'services', of: 'mill-link' },
      { from: '2026-10-16', rent: '6200' },
      'more',
    );
    await registry.end('bob', { list: 'services', of: 'mill-link' }, '2026-10-26', null);
    const { book } = await registry.read();
    expect(book.customers.map(({ id }) => id)).toEqual(['bank', 'mill']);
    const found = book.services.find(({ id }) => id === 'mill-link');
    expect(found && segmentsOf(found).map(({ start, end }) => [start, end])).toEqual([
      ['2026-10-06', '2026-10-16'],
      ['2026-10-16', '2026-10-26'],
    ]);
    const judged = await judgeStored({ store, config, now: november }, '2026-10');
    const views = judged.flatMap(serviceViews).filter(({ customer }) => customer === 'mill');
    // Ten days each of a month of 31, at 3100 and at 6200.
    expect(views.map(({ id, rent, unavailableMs }) => [id, rent.amount, unavailableMs])).toEqual([
      ['mill-link', '3000.00', 44 * 60_000],
    ]);
  });

  test('is in the chain of the ledger, with who said it and when', async () => {
    const { store, registry, newcomer } = await setUp();
    await newcomer();
    await registry.withdraw('bob', 'B5', 'the contract was not signed');
    expect(await audit(store)).toMatchObject({ ok: true, events: 6 });
    const { entered, book } = await registry.read();
    expect(book.services.map(({ id }) => id)).not.toContain('mill-link');
    expect(entered.find(({ entry }) => entry === 'B5')).toMatchObject({
      withdrawn: true,
      item: { id: 'mill-link' },
      entries: [
        { id: 'B5', does: 'add', actor: 'ann', at: november, withdrawn: true },
        { id: 'B6', does: 'withdraw', of: 'B5', actor: 'bob', reason: 'the contract was not signed' },
      ],
    });
  });

  test('can be an end that is moved, taken back, or a change between two others', async () => {
    const { registry, newcomer } = await setUp();
    await newcomer();
    const what = { list: 'services', of: 'mill-link' } as const;
    const first = await registry.end('ann', what, '2026-11-01', null);
    const second = await registry.end('ann', what, '2026-12-01', null);
    const end = async () => (await registry.read()).book.services.find(({ id }) => id === 'mill-link')?.end;
    expect(await end()).toBe('2026-12-01');
    await registry.withdraw('ann', second, null);
    expect(await end()).toBe('2026-11-01');
    await registry.withdraw('ann', first, null);
    expect(await end()).toBeNull();
    await registry.end('ann', what, '2026-12-01', null);
    await registry.end('ann', what, null, 'it goes on');
    expect(await end()).toBeNull();
    await registry.change('ann', what, { from: '2026-11-16', rent: '1' }, null);
    await registry.change('ann', what, { from: '2026-11-01', class: 'single' }, null);
    const found = (await registry.read()).book.services.find(({ id }) => id === 'mill-link');
    expect(found?.terms.map((one) => [one.from, one.class, one.monthlyRent.minor])).toEqual([
      ['2026-10-06', 'protected-single', 310_000n],
      ['2026-11-01', 'single', 310_000n],
      ['2026-11-16', 'single', 100n],
    ]);
  });

  test('gives an entered customer and site other names, and resale links an end', async () => {
    const { registry, add, newcomer } = await setUp();
    await newcomer();
    await registry.change(
      'ann',
      { list: 'customers', of: 'mill' },
      { name: 'Mill AG', timeZone: 'Europe/Berlin' },
      null,
    );
    await registry.change('ann', { list: 'sites', of: 'mill-east' }, { name: 'East' }, null);
    const link = await add('resale', { seller: 'bank', buyer: 'mill', from: '2026-01-01' });
    await registry.end('ann', { list: 'resale', of: link }, '2026-06-01', null);
    const { book } = await registry.read();
    expect(book.customers.at(-1)).toEqual({
      id: 'mill',
      name: 'Mill AG',
      locale: 'en-SG',
      timeZone: 'Europe/Berlin',
    });
    expect(book.sites.at(-1)).toEqual({ id: 'mill-east', customer: 'mill', name: 'East' });
    expect(book.resale).toEqual([{ seller: 'bank', buyer: 'mill', from: '2026-01-01', to: '2026-06-01' }]);
  });

  test('is in the scope that an exclusion may name', async () => {
    const { store, config, newcomer } = await setUp();
    await newcomer();
    const ledgerService = createLedgerService({ store, config: () => config, now: () => november });
    const scope = { pops: [], paths: [], lines: [], services: ['mill-link'], customers: [] };
    const text = { kind: 'customer-cause', scope, recurrence: null, notices: [], reason: 'theirs' } as const;
    const intervals = [{ from: october, to: october + 60_000 }];
    const rest = { intervals, proof: null, attachments: [], source: null };
    expect(await ledgerService.propose('ann', [{ ...text, ...rest }])).toMatchObject([{ state: 'proposed' }]);
  });

  test('needs no file of customers', async () => {
    const { file, store } = await setUp();
    const bare = join(dirname(file), 'bare.yaml');
    writeFileSync(
      bare,
      JSON.stringify({
        agent: 'HKG',
        pops: [
          { id: 'HKG', ipv4: '127.0.0.1' },
          { id: 'SIN', ipv4: '127.0.0.2' },
        ],
      }),
    );
    const loaded = await loadConfig(bare);
    if (!loaded.ok) throw new Error('the bare file is refused');
    const registry = createRegistry({
      ledger: store.ledger,
      config: () => loaded.config,
      now: () => november,
    });
    await registry.add('ann', 'customers', { id: 'mill' }, null);
    await registry.add('ann', 'sites', { id: 'mill-east', customer: 'mill' }, null);
    await registry.add('ann', 'lines', { id: 'm1', pop: 'SIN' }, null);
    await registry.add('ann', 'services', service, null);
    const { book } = await registry.read();
    expect([...book.plans.keys()]).toEqual(['ctg-cloud-connection']);
  });
});

describe('what may not be entered', () => {
  type Case = readonly [
    string,
    (on: Awaited<ReturnType<typeof setUp>>) => Promise<unknown>,
    readonly (string | RegExp)[],
  ];
  const onService = { list: 'services', of: 'mill-link' } as const;
  const over = (values: object) => ({ ...service, id: 'second', ...values });
  const cases: readonly Case[] = [
    [
      'an id that the file has',
      ({ add }) => add('customers', { id: 'bank' }),
      [/^id: "bank" is in the file .*customers\.yaml; allowed: an id that the file does not have/],
    ],
    [
      'an id that was entered',
      ({ add }) => add('customers', { id: 'mill' }),
      ['id: "mill" is given twice: B1 has it; allowed: each id once'],
    ],
    ['no id', ({ add }) => add('customers', { name: 'Mill' }), [/^id: is missing; allowed: letters, digits/]],
    [
      'an unknown key',
      ({ add }) => add('customers', { id: 'c', colour: 'red' }),
      ['colour: is not a known key; allowed: id, name, locale, timeZone, address, city, postcode, country, taxId, registration, billTo'],
    ],
    [
      'what is no language and no time zone',
      ({ add }) => add('customers', { id: 'c', locale: '!', timeZone: 'Mars' }),
      [
        'locale: "!" is not a language tag; allowed: a language tag, such as en or zh-CN',
        'timeZone: "Mars" is not a known time zone; allowed: a time zone by its IANA name, such as Asia/Hong_Kong',
      ],
    ],
    [
      'a line on an unknown PoP',
      ({ add }) => add('lines', { id: 'm9', pop: 'SNI' }),
      ['pop: "SNI" is an unknown PoP (did you mean "SIN"?); allowed: HKG, SIN, FRA'],
    ],
    [
      'a site of nobody',
      ({ add }) => add('sites', { id: 's', customer: 'mil' }),
      ['customer: "mil" is an unknown customer (did you mean "mill"?); allowed: bank, mill'],
    ],
    [
      'a service on a line that another one is on at the time',
      ({ add }) => add('services', over({ lines: ['l1'] })),
      [
        'lines[0]: "l1" is on the service single at the same time, from 2026-01-01; allowed: a line on one service at a time',
      ],
    ],
    [
      'an unknown plan',
      ({ add }) => add('services', over({ lines: ['m2'], plan: 'gold' })),
      [/^plan: "gold" is an unknown plan; allowed: ctg-cloud-connection/],
    ],
    [
      'an unknown class',
      ({ add }) => add('services', over({ lines: ['m2'], class: 'gold' })),
      [/^class: "gold" is no class of the plan ctg-cloud-connection, version .*; allowed: single, /],
    ],
    [
      'too few lines',
      ({ add }) => add('services', over({ lines: ['m2'], class: 'protected-dual' })),
      [/^lines: \["m2"\] has 1 line in the class protected-dual; allowed: /],
    ],
    [
      'a second currency on a site',
      ({ add }) => add('services', over({ lines: ['m2'], currency: 'USD' })),
      ['currency: "USD" is a second currency on the site mill-east; allowed: HKD: a site has one currency'],
    ],
    [
      "another customer's site",
      ({ add }) => add('services', over({ lines: ['m2'], site: 'central' })),
      ['site: "central" is a site of bank; allowed: a site of mill'],
    ],
    [
      'an end before the start',
      ({ add }) => add('services', over({ lines: ['m2'], end: '2026-10-06' })),
      ['end: "2026-10-06" is not after "start", 2026-10-06; allowed: the first day without it'],
    ],
    [
      'a stretch that overlaps another of the id',
      ({ add }) => add('services', { ...service, lines: ['m2'], start: '2027-01-01' }),
      ['id: "mill-link" is given twice at the same time: B5 has it; allowed: each id once at a time'],
    ],
    [
      'a change on a day that has one',
      async ({ registry }) => {
        await registry.change('ann', onService, { from: '2026-11-01', rent: '1' }, null);
        return registry.change('ann', onService, { from: '2026-11-01', rent: '2' }, null);
      },
      [
        'from: "2026-11-01" is not after the change before it, 2026-11-01; allowed: changes in the order of their days',
      ],
    ],
    [
      'a change before the start',
      ({ registry }) => registry.change('ann', onService, { from: '2026-10-01', rent: '1' }, null),
      ['from: "2026-10-01" is not after the start, 2026-10-06; allowed: changes in the order of their days'],
    ],
    [
      'a change of nothing',
      ({ registry }) => registry.change('ann', onService, { from: '2026-11-01' }, null),
      [/changes nothing; allowed: from, and at least one of the terms$/],
    ],
    [
      'a change of what is for good',
      ({ registry }) =>
        registry.change('ann', { list: 'sites', of: 'mill-east' }, { customer: 'bank' }, null),
      [`customer: can't be changed; allowed: name of a site`],
    ],
    [
      "a change of the file's",
      ({ registry }) =>
        registry.change('ann', { list: 'services', of: 'single' }, { from: '2026-11-01', rent: '1' }, null),
      [/^id: can't be changed here: single is in the file .*; allowed: to change it in that file$/],
    ],
    [
      'the end of what is not there',
      ({ registry }) => registry.end('ann', { list: 'services', of: 'mil' }, '2026-11-01', null),
      ['id: is no service that was entered; allowed: mill-link'],
    ],
    [
      'an end that is no day',
      ({ registry }) => registry.end('ann', onService, '2026-02-30', null),
      [/^day: "2026-02-30" is not a day; allowed: a day of the calendar/],
    ],
    [
      'the end of a customer',
      ({ registry }) => registry.end('ann', { list: 'customers', of: 'mill' }, '2026-11-01', null),
      ['id: does not end; allowed: a service or a resale link'],
    ],
    [
      'to take back what others stand on',
      ({ registry }) => registry.withdraw('ann', 'B1', null),
      [
        'B2 customer: "mill" is an unknown customer; allowed: bank',
        'B5 customer: "mill" is an unknown customer; allowed: bank',
      ],
    ],
    [
      'to take back twice',
      async ({ registry }) => {
        await registry.withdraw('ann', 'B5', null);
        return registry.withdraw('ann', 'B5', null);
      },
      ['id: is no entry that counts; allowed: B1, B2, B3, B4'],
    ],
    [
      'a loop of sellers',
      async ({ add }) => {
        await add('resale', { seller: 'bank', buyer: 'mill', from: '2026-01-01' });
        return add('resale', { seller: 'mill', buyer: 'bank', from: '2026-01-01' });
      },
      [/makes a loop of sellers; allowed: distributor → reseller → end customer$/],
    ],
    [
      'a second seller at a time',
      async ({ add }) => {
        await add('customers', { id: 'hill' });
        await add('resale', { seller: 'bank', buyer: 'mill', from: '2026-01-01' });
        return add('resale', { seller: 'hill', buyer: 'mill', from: '2026-06-01' });
      },
      ['buyer: "mill" has a seller at the same time, in B7; allowed: one seller at a time'],
    ],
  ];

  test.each(cases)('%s', async (_, work, expected) => {
    const on = await setUp();
    await on.newcomer();
    const found = await refusals(work(on));
    expect(found).toEqual(
      expected.map((one) => (typeof one === 'string' ? one : (expect.stringMatching(one) as string))),
    );
  });

  test('leaves nothing behind, and needs a name', async () => {
    const { store, add, registry } = await setUp();
    await refusals(add('customers', { id: 'bank' }));
    expect(await refusals(registry.add(' ', 'customers', { id: 'c' }, null))).toEqual([
      'actor: is missing; allowed: one line of 1 to 100 characters',
    ]);
    expect(await store.ledger.events()).toEqual([]);
  });
});

describe('a file that changed since', () => {
  test('and does not go with what was entered is told apart, with each entry', async () => {
    const { store, config, newcomer } = await setUp();
    await newcomer();
    const events = await store.ledger.events();
    const pops = config.pops.filter(({ id }) => id !== 'SIN');
    expect(() => withLedgerEntries({ ...config, pops }, events)).toThrow(CustomerConflictError);
    expect(() => withLedgerEntries({ ...config, pops }, events)).toThrow(
      /entered by hand: B3 pop: "SIN" is an unknown PoP; allowed: HKG, FRA/,
    );
    expect(withLedgerEntries(config, []).book).toBe(config.book);
  });
});
