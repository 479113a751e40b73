import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import readExcelFile from 'read-excel-file/node';
import { describe, expect, test } from 'vitest';
import type { Config } from '../../../src/config/config.js';
import { minorOf } from '../../../src/core/money.js';
import { createBatches } from '../../../src/services/credits/batches.js';
import { createCredits } from '../../../src/services/credits/credits.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Store } from '../../../src/store/store.js';
import { billingConfig, billingSettings, billingStore, type Owed, sealOwed } from '../../support/billing.js';
import { tempDir } from '../../support/temp-dir.js';

const now = Date.UTC(2026, 10, 30, 20); // the first of December in Hong Kong

const october: readonly Owed[] = [
  { service: 'hb', customer: 'harbour-bank', sellers: ['lion', 'pacific'], parts: [['109.00', '9']] },
  {
    service: 'lion-own',
    customer: 'lion',
    sellers: ['pacific'],
    parts: [
      ['0.05', '9'],
      ['10.60', '6'],
    ],
  },
  { service: 'plant', customer: 'plant', currency: 'EUR', parts: [['33.33', '9']] },
  { service: 'tokyo', customer: 'yen', currency: 'JPY', parts: [['1000', null]] },
  { service: 'lost', customer: 'nowhere', parts: [['7.00', '9']] },
];

async function setUp(config: Config = billingConfig(), store?: Store) {
  const open = store ?? (await billingStore());
  for (const owed of october) await sealOwed(open, owed);
  const options = { store: open, config: () => config, now: () => now };
  return { store: open, batches: createBatches(options), credits: createCredits(options) };
}

const generic = { mapping: 'generic' };
const table = (bytes: Uint8Array, delimiter = ','): Record<string, string>[] =>
  parse(Buffer.from(bytes), { columns: true, delimiter, bom: true });

describe('a batch', () => {
  test('has a line a credit, billed to who buys from the operator, and a note for each account and currency', async () => {
    const { batches } = await setUp();
    const { batch, refused } = await batches.make('fiona', generic);
    const { bytes } = await batches.fetch('fiona', batch?.id ?? '');
    expect(table(bytes)).toMatchObject([
      {
        batch: 'EB-000001',
        credit: 'CR-2026-10-000003',
        note_number: 'EU/2026-000001',
        bill_to: 'group',
        bill_to_name: 'Škoda Łódź S.A.',
        end_buyer: 'plant',
        resellers: '',
        currency: 'EUR',
        gross: '33.33',
        net: '30.58',
        tax: '2.75',
        gl_account: '410300',
        cost_centre: '',
      },
      {
        note_number: 'CN-2026-000001',
        statement: '2026-10/hb',
        revision: '1',
        bill_to: 'pacific',
        bill_to_tax_id: 'HK-9001',
        end_buyer: 'harbour-bank',
        resellers: 'lion|pacific',
        period: '2026-10',
        period_from: '2026-10-01',
        period_to: '2026-10-31',
        posting_date: '2026-12-01',
        tax_code: 'J1',
        tax_percent: '9',
        net: '100.00',
        tax: '9.00',
        gross: '109.00',
        gl_account: '410100',
        cost_centre: 'NET-1',
        reason: 'SLA credit 2026-10: availability 98.7654%',
      },
      { note_number: 'CN-2026-000001', end_buyer: 'lion', tax_percent: '9+6', gross: '10.65' },
      {
        note_number: 'CN-2026-000002',
        bill_to: 'yen',
        currency: 'JPY',
        net: '1000',
        tax: '0',
        tax_code: 'N0',
      },
    ]);
    expect(batch?.totals).toEqual([
      { currency: 'EUR', credits: 1, net: '30.58', tax: '2.75', gross: '33.33' },
      { currency: 'HKD', credits: 2, net: '110.05', tax: '9.60', gross: '119.65' },
      { currency: 'JPY', credits: 1, net: '1000', tax: '0', gross: '1000' },
    ]);
    expect(refused).toEqual([
      {
        billTo: 'nowhere',
        month: '2026-10',
        currency: 'HKD',
        gross: '7.00',
        credits: ['CR-2026-10-000005'],
        why: ['no-tax-id'],
      },
    ]);
  });

  test('is the same bytes each time, also when the program was stopped at any step', async () => {
    const file = join(tempDir(), 'pop-sla.db');
    const config = billingConfig();
    const first = await openSqliteStore({ path: file });
    const { batches } = await setUp(config, first);
    const made = await batches.make('fiona', generic);
    await first.close();
    const again = async () => {
      const store = await openSqliteStore({ path: file });
      const other = createBatches({ store, config: () => config, now: () => now + 1 });
      return { store, other };
    };
    const second = await again();
    expect(await second.other.make('gina', generic)).toEqual({ ...made, again: true });
    const fetched = await second.other.fetch('gina', 'EB-000001');
    await second.store.close();
    const third = await again();
    const bytes = (await third.other.fetch('gina', 'EB-000001')).bytes;
    expect(Buffer.from(bytes)).toEqual(Buffer.from(fetched.bytes));
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(made.batch?.hash);
    expect((await third.store.ledger.events()).map(({ action }) => action.type)).toEqual([
      'batch-made',
      'batch-fetched',
    ]);
    await third.store.close();
  });

  test('exports its credits when it is fetched, and is confirmed after that only', async () => {
    const { batches, credits, store } = await setUp();
    await batches.make('fiona', generic);
    const states = async () => (await credits.list()).map(({ status, batch }) => [status, batch]);
    const sealed = ['sealed', 'EB-000001'];
    expect(await states()).toEqual([sealed, sealed, sealed, sealed, ['sealed', null]]);
    await expect(batches.confirm('fiona', 'EB-000001', null)).rejects.toThrow('was not fetched yet');
    // What is reserved is moved by its batch alone; the feed's export leaves it too.
    await expect(credits.settle('fiona', ['CR-2026-10-000001'], null)).rejects.toThrow(
      'in the export batch EB-000001',
    );
    await expect(credits.reverse('fiona', 'CR-2026-10-000001', 'x')).rejects.toThrow('in the export batch');
    await credits.export('feed', { since: 0, limit: 10 });
    const exported = ['exported', 'EB-000001'];
    expect(await states()).toEqual([sealed, sealed, sealed, sealed, ['exported', null]]);
    await batches.fetch('fiona', 'EB-000001');
    expect(await states()).toEqual([exported, exported, exported, exported, ['exported', null]]);
    expect(await batches.confirm('gina', 'EB-000001', 'doc 4711')).toMatchObject({
      state: 'confirmed',
      note: 'doc 4711',
    });
    await batches.confirm('gina', 'EB-000001', null);
    await expect(batches.withdraw('fiona', 'EB-000001', 'no')).rejects.toThrow('EB-000001 is confirmed');
    await batches.fetch('fiona', 'EB-000001');
    expect((await batches.get('EB-000001')).state).toBe('confirmed');
    expect((await store.ledger.events()).map(({ action }) => action.type)).toEqual([
      'batch-made',
      'credits-exported',
      'batch-fetched',
      'batch-confirmed',
    ]);
  });

  test('that is taken back leaves its credits owed, and its numbers are never given again', async () => {
    const { batches, credits } = await setUp();
    await batches.make('fiona', generic);
    await batches.fetch('fiona', 'EB-000001');
    await batches.withdraw('fiona', 'EB-000001', 'the wrong mapping');
    expect((await credits.list()).map(({ status, batch }) => [status, batch])).toEqual(
      Array.from({ length: 5 }, () => ['sealed', null]),
    );
    const { batch } = await batches.make('fiona', { ...generic, postingDate: '2026-12-31' });
    expect(batch?.content.notes.map(({ id }) => id)).toEqual([
      'EU/2026-000002',
      'CN-2026-000003',
      'CN-2026-000004',
    ]);
    await batches.withdraw('fiona', 'EB-000002', 'another year');
    const next = await batches.make('fiona', { ...generic, postingDate: '2027-01-04' });
    expect(next.batch?.content.notes.map(({ id }) => id)).toEqual([
      'EU/2027-000001',
      'CN-2027-000001',
      'CN-2027-000002',
    ]);
    await expect(batches.fetch('fiona', 'EB-000002')).rejects.toThrow('is withdrawn');
  });

  test('can not be taken back once one of its credits went on', async () => {
    const { batches, credits } = await setUp();
    await batches.make('fiona', generic);
    await batches.fetch('fiona', 'EB-000001');
    await credits.settle('fiona', ['CR-2026-10-000001'], null);
    await expect(batches.withdraw('fiona', 'EB-000001', 'x')).rejects.toThrow(
      'CR-2026-10-000001 of EB-000001 is settled',
    );
    expect((await batches.get('EB-000001')).state).toBe('fetched');
  });
});

describe('two exports at once', () => {
  test('give one batch, and each credit is in it once', async () => {
    const file = join(tempDir(), 'pop-sla.db');
    const config = billingConfig();
    const { store, batches } = await setUp(config, await billingStore(file));
    const beside = await billingStore(file);
    const other = createBatches({ store: beside, config: () => config, now: () => now });
    const made = await Promise.all([batches.make('fiona', generic), other.make('gina', generic)]);
    expect(made.map(({ batch }) => batch?.id)).toEqual(['EB-000001', 'EB-000001']);
    expect(made.filter(({ again }) => again)).toHaveLength(1);
    expect(await store.batches.list()).toHaveLength(1);
  });

  test('by two mappings give the first one a batch, and the other one is told which waits', async () => {
    const { batches, store } = await setUp();
    const both = await Promise.allSettled([
      batches.make('fiona', generic),
      batches.make('gina', { mapping: 'oracle-autoinvoice' }),
    ]);
    expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(String(both.find((each) => each.status === 'rejected')?.reason)).toContain(
      'but EB-000001 waits to be fetched, and was made with',
    );
    expect(await store.batches.list()).toHaveLength(1);
  });
});

/** The lines of what an export is refused with. */
const refusedWith = (asked: Promise<unknown>): Promise<string[]> =>
  asked.then(
    () => [],
    (error: unknown) => (error as Error).message.split('\n'),
  );

describe('while a batch waits to be fetched, an export', () => {
  const first = {
    mapping: 'generic',
    month: '2026-10',
    postingDate: '2026-12-24',
    invoices: new Map([['2026-10/hb', 'INV-1']]),
  };
  const waits = (made: string): string => `but EB-000001 waits to be fetched, and was made with ${made}`;
  const instead = '; or fetch or withdraw EB-000001 first';

  test.each([
    ['mapping', { mapping: 'sap-fb01' }, `is sap-fb01, ${waits('generic')}; allowed: generic`],
    ['month', { month: '2026-11' }, `is 2026-11, ${waits('2026-10')}; allowed: 2026-10`],
    ['month', { month: null }, `is none, ${waits('2026-10')}; allowed: 2026-10`],
    ['postingDate', { postingDate: '2026-12-31' }, `is 2026-12-31, ${waits('2026-12-24')}`],
    ['postingDate', { postingDate: null }, `is none, ${waits('2026-12-24')}; allowed: 2026-12-24`],
    ['file', { file: 'xlsx' as const }, `is xlsx, ${waits('csv')}; allowed: csv`],
    ['invoices.2026-10/hb', { invoices: new Map() }, `is none, ${waits('INV-1')}; allowed: INV-1`],
    [
      'invoices.2026-10/lion-own',
      {
        invoices: new Map([
          ['2026-10/hb', 'INV-1'],
          ['2026-10/lion-own', 'INV-2'],
        ]),
      },
      `is INV-2, ${waits('none')}; allowed: leave it out, which gives EB-000001 again${instead}`,
    ],
  ])('with another %s (%j) is refused, dry or not, and says so', async (field, change, what) => {
    const { batches, store } = await setUp();
    await batches.make('fiona', first);
    for (const ask of [
      () => batches.make('gina', { ...first, ...change }),
      () => batches.preview({ ...first, ...change }),
    ]) {
      const lines = await refusedWith(ask());
      expect(lines).toEqual([expect.stringContaining(`${field}: ${what}`)]);
      expect(lines).toEqual([expect.stringContaining(instead)]);
    }
    expect(await store.batches.list()).toHaveLength(1);
    await batches.fetch('fiona', 'EB-000001');
    expect((await batches.make('gina', { ...first, ...change })).again).toBe(false);
  });

  test('names each parameter that differs', async () => {
    const { batches } = await setUp();
    await batches.make('fiona', first);
    const lines = await refusedWith(batches.make('gina', { mapping: 'kingdee', month: '2026-11' }));
    expect(lines.map((line) => line.split(':')[0])).toEqual([
      'mapping',
      'month',
      'postingDate',
      'invoices.2026-10/hb',
    ]);
  });

  test('with the same parameters gives that batch, also when they are said and were the default', async () => {
    const { batches } = await setUp();
    const made = await batches.make('fiona', generic);
    for (const same of [
      generic,
      { ...generic, postingDate: '2026-12-01' },
      { ...generic, file: 'csv' as const },
      { ...generic, month: null },
      // Of a note that was refused.
      { ...generic, invoices: new Map([['2026-10/lost', 'INV-9']]) },
    ]) {
      expect(await batches.make('gina', same)).toEqual({ ...made, again: true });
      const { batch, bytes, again } = await batches.preview(same);
      expect({ batch, again }).toEqual({ batch: made.batch, again: true });
      expect(
        createHash('sha256')
          .update(bytes ?? '')
          .digest('hex'),
      ).toBe(made.batch?.hash);
    }
  });
});

describe('an export is refused', () => {
  test('whole, where the numbers of an issuer are exhausted: nothing is half exported', async () => {
    const [hk, eu] = billingSettings.issuers;
    const issuers = [{ ...hk, notes: { prefix: 'CN-', first: 41, last: 41 } }, eu];
    const { batches, store, credits } = await setUp(billingConfig({ ...billingSettings, issuers }));
    await expect(batches.make('fiona', generic)).rejects.toThrow(
      'the numbers of ctg-hk for 2026 are exhausted at 41',
    );
    expect(await store.batches.list()).toEqual([]);
    expect(await store.batches.lastNote('ctg-eu', '2026')).toBeNull();
    expect((await credits.list()).every(({ batch, status }) => batch === null && status === 'sealed')).toBe(
      true,
    );
  });

  test.each([
    ['no-account', 'generic', { accounts: billingSettings.accounts.slice(0, 1) }, ['group', 'yen']],
    [
      'no-receivable-account',
      'sap-fb01',
      { accounts: [{ currency: 'JPY', revenue: '1' }, ...billingSettings.accounts.slice(0, 2)] },
      ['yen'],
    ],
    ['no-tax-rate', 'generic', { untaxed: undefined }, ['yen']],
    ['no-issuer', 'generic', { issuers: billingSettings.issuers.slice(0, 1) }, ['group']],
  ])('a note with %s (%s), and named; the others are made', async (reason, mapping, change, accounts) => {
    const { batches } = await setUp(billingConfig({ ...billingSettings, ...change }));
    const { batch, refused } = await batches.make('fiona', { mapping });
    const named = refused.filter(({ why }) => (why as readonly string[]).includes(reason));
    expect(named.map(({ billTo }) => billTo)).toEqual(accounts);
    const exported = new Set(batch?.content.lines.map(({ billTo }) => billTo));
    expect(exported.size).toBeGreaterThan(0);
    for (const { billTo } of refused) expect(exported).not.toContain(billTo);
  });

  test.each(['INV-1\n2', 'INV\u0000', 'INV\ud800', 'x'.repeat(101)])(
    'with the invoice %j, which is no line of text for its files',
    async (number) => {
      const { batches } = await setUp();
      const invoices = new Map([['2026-10/hb', number]]);
      await expect(batches.make('fiona', { ...generic, invoices })).rejects.toThrow(
        'is no number of an invoice',
      );
    },
  );

  test('where another issuer gave the number before, and an invoice without a number is none', async () => {
    const { batches, store } = await setUp();
    const invoices = new Map([['2026-10/hb', ' ']]);
    const { batch } = await batches.make('fiona', { ...generic, invoices });
    expect(batch?.content.lines.map(({ invoice }) => invoice)).toEqual([null, null, null, null]);
    await batches.withdraw('fiona', 'EB-000001', 'the issuer was renamed');
    const issuers = billingSettings.issuers.map((issuer) => ({ ...issuer, id: `${issuer.id}-2` }));
    const config = billingConfig({ ...billingSettings, issuers });
    const renamed = createBatches({ store, config: () => config, now: () => now });
    await expect(renamed.make('fiona', generic)).rejects.toThrow(
      'EU/2026-000001 was given by another issuer',
    );
  });

  test('by an unknown mapping, without issuers, for a month that is none', async () => {
    const { batches } = await setUp();
    await expect(batches.make('fiona', { mapping: 'sap' })).rejects.toThrow(
      'mapping: sap is no mapping; allowed: generic, kingdee, oracle-autoinvoice, sap-fb01, yonyou',
    );
    await expect(batches.make('fiona', { ...generic, month: '2026-13' })).rejects.toThrow('is no month');
    await expect(batches.make('fiona', { ...generic, postingDate: '2026-02-30' })).rejects.toThrow(
      'is no day',
    );
    await expect(batches.make(' ', generic)).rejects.toThrow('actor');
    const without = await setUp(billingConfig({}));
    await expect(without.batches.make('fiona', generic)).rejects.toThrow('nobody issues credit notes');
  });
});

describe('the mappings', () => {
  test('are all right by their own check', async () => {
    const { batches } = await setUp();
    expect(batches.mappings().map(({ name, file, rows }) => [name, file, rows])).toEqual([
      ['generic', 'csv', 'credits'],
      ['kingdee', 'xlsx', 'entries'],
      ['oracle-autoinvoice', 'csv', 'credits'],
      ['sap-fb01', 'csv', 'entries'],
      ['yonyou', 'xlsx', 'entries'],
    ]);
  });

  test('of journals balance to the minor unit, also where a revision takes back', async () => {
    const { batches, store } = await setUp();
    await sealOwed(store, { ...(october[0] as Owed), parts: [['50.01', '9']] });
    await batches.make('fiona', { mapping: 'sap-fb01' });
    const { bytes } = await batches.fetch('fiona', 'EB-000001');
    const rows = table(bytes, ';');
    const sums = new Map<string, bigint>();
    for (const { XBLNR = '', WAERS = '', BSCHL = '', WRBTR = '' } of rows) {
      expect(['40', '50', '11', '01']).toContain(BSCHL);
      const amount = minorOf(WRBTR, WAERS);
      const debit = BSCHL === '40' || BSCHL === '01';
      sums.set(XBLNR, (sums.get(XBLNR) ?? 0n) + (debit ? amount : -amount));
    }
    expect([...sums.values()]).toEqual([0n, 0n, 0n]);
    expect(rows.filter(({ ZUONR }) => ZUONR === 'CR-2026-10-000006')).toMatchObject([
      { BSCHL: '50', HKONT: '410100', WRBTR: '54.12', MWSKZ: 'J1', KUNNR: '', BUDAT: '20261201' },
      { BSCHL: '50', HKONT: '221100', WRBTR: '4.87' },
      { BSCHL: '01', HKONT: '113100', WRBTR: '58.99', KUNNR: 'pacific', MWSKZ: '' },
    ]);
  });

  test('of Oracle have negative amounts, of Kingdee and Yonyou workbooks whose sides are equal', async () => {
    const { batches } = await setUp();
    const { bytes } = await batches.preview({ mapping: 'oracle-autoinvoice' });
    expect(table(bytes ?? new Uint8Array())[1]).toMatchObject({ AMOUNT: '-100.00', TAX_AMOUNT: '-9.00' });
    for (const [mapping, debit, credit, reason] of [
      ['kingdee', '借方金额', '贷方金额', '摘要'],
      ['yonyou', '原币借方', '原币贷方', '摘要'],
    ] as const) {
      const made = await batches.preview({ mapping });
      const [sheet] = await readExcelFile(Buffer.from(made.bytes ?? []));
      const [heads = [], ...rows] = sheet?.data ?? [];
      const column = (name: string) => rows.map((row) => row[heads.indexOf(name)]);
      const sum = (name: string) =>
        column(name).reduce<number>((total, value) => total + Math.round(Number(value) * 100), 0);
      expect(sum(debit)).toBe(sum(credit));
      expect(column(reason)).toContain('2026-10 SLA 赔付：可用率 98.7654%');
    }
  });

  test('write rates with their own decimal mark, as amounts', async () => {
    const file = join(tempDir(), 'comma.yaml');
    const columns = '[{ name: rate, field: taxPercent }, { name: net, field: net }]';
    writeFileSync(file, `title: Comma\ndecimalMark: ','\ncsv: { delimiter: ';' }\ncolumns: ${columns}\n`);
    const config = billingConfig({ ...billingSettings, mappings: [file] });
    const store = await billingStore();
    const own = { service: 'hb', customer: 'harbour-bank', sellers: ['lion', 'pacific'] };
    await sealOwed(store, { ...own, parts: [['108.25', '8.25']] });
    await sealOwed(store, {
      ...own,
      service: 'two',
      parts: [
        ['1.00', '8.25'],
        ['1.00', '9.5'],
      ],
    });
    const batches = createBatches({ store, config: () => config, now: () => now });
    const { bytes } = await batches.preview({ mapping: 'comma' });
    expect(table(bytes ?? new Uint8Array(), ';')).toEqual([
      { rate: '8,25', net: '100,00' },
      { rate: '8,25+9,5', net: expect.stringMatching(/^1,\d\d$/) as string },
    ]);
    const workbook = await batches.preview({ mapping: 'comma', file: 'xlsx' });
    const [sheet] = await readExcelFile(Buffer.from(workbook.bytes ?? []));
    expect(sheet?.data.map(([rate]) => rate)).toEqual(['rate', 8.25, '8,25+9,5']);
  });

  test('give no number in a dry run', async () => {
    const { batches, store } = await setUp();
    const before = (await store.ledger.events()).length;
    const { batch } = await batches.preview({ ...generic, invoices: new Map([['2026-10/hb', 'INV-1']]) });
    expect(batch?.content.lines.map(({ invoice }) => invoice)).toEqual([null, 'INV-1', null, null]);
    expect([await store.batches.list(), await store.batches.lastNote('ctg-hk', '2026')]).toEqual([[], null]);
    expect(await store.ledger.events()).toHaveLength(before);
  });
});
