import { describe, expect, test } from 'vitest';
import { createBatches } from '../../../src/services/credits/batches.js';
import { renderNote } from '../../../src/render/note/files.js';
import { en16931Fault } from '../../../src/render/note/en16931.js';
import type { NoteSource } from '../../../src/render/note/source.js';
import { redLetterCsv, redLetterFault } from '../../../src/render/note/red-letter.js';
import { billingConfig, billingSettings, billingStore, type Owed, sealOwed } from '../../support/billing.js';
import { ciiFaults, ublFaults } from '../../support/en16931.js';

async function notesOf(owed: readonly Owed[], billing: object = billingSettings): Promise<NoteSource[]> {
  const store = await billingStore();
  for (const each of owed) await sealOwed(store, each);
  const config = billingConfig(billing);
  const batches = createBatches({ store, config: () => config, now: () => Date.UTC(2026, 10, 30, 20) });
  const invoices = new Map([['2026-10/plant', 'INV-2026-77']]);
  const { batch, refused } = await batches.make('fiona', { mapping: 'generic', invoices });
  expect(refused).toEqual([]);
  const sources = await Promise.all((batch?.content.notes ?? []).map(({ id }) => batches.note(id)));
  return sources.flatMap((source) => source ?? []);
}

const text = async (...asked: Parameters<typeof renderNote>): Promise<string> =>
  Buffer.from(await renderNote(...asked)).toString();

const chain = { customer: 'harbour-bank', sellers: ['lion', 'pacific'] };
const cases: Readonly<Record<string, readonly Owed[]>> = {
  'of two rates and a part that cannot be split evenly': [
    {
      service: 'hb',
      ...chain,
      parts: [
        ['109.00', '9'],
        ['0.05', '6'],
      ],
    },
    { service: 'lion-own', customer: 'lion', sellers: ['pacific'], parts: [['33.33', '9']] },
  ],
  'of a VAT number and an original invoice': [
    { service: 'plant', customer: 'plant', currency: 'EUR', parts: [['33.33', '9']] },
  ],
  'outside of VAT, in a currency without decimals': [
    { service: 'tokyo', customer: 'yen', currency: 'JPY', parts: [['1000', null]] },
  ],
  'with a line that takes back': [
    { service: 'hb', ...chain, parts: [['109.00', '9']] },
    { service: 'lion-own', customer: 'lion', sellers: ['pacific'], parts: [['50.00', '9']] },
    { service: 'lion-own', customer: 'lion', sellers: ['pacific'], parts: [['20.00', '9']] },
  ],
};

describe.each(Object.entries(cases))('a note %s', (_, owed) => {
  test('is UBL 2.1 and CII by EN 16931, in its order of elements and its arithmetic', async () => {
    const notes = await notesOf(owed);
    expect(notes).not.toEqual([]);
    for (const source of notes) {
      expect(en16931Fault(source)).toBeNull();
      expect(ublFaults(await text(source, 'ubl', 'en'))).toEqual([]);
      expect(ciiFaults(await text(source, 'cii', 'en'))).toEqual([]);
    }
  });
});

test('a note by which more is owed than before is a debit note with amounts that are owed', async () => {
  const store = await billingStore();
  const config = billingConfig();
  const batches = createBatches({ store, config: () => config, now: () => Date.UTC(2026, 10, 30, 20) });
  const owed = { service: 'hb', ...chain };
  await sealOwed(store, { ...owed, parts: [['109.00', '9']] });
  await batches.make('fiona', { mapping: 'generic' });
  await batches.fetch('fiona', 'EB-000001');
  await sealOwed(store, { ...owed, parts: [['9.00', '9']] });
  const { batch } = await batches.make('fiona', { mapping: 'generic' });
  const source = await batches.note(batch?.content.notes[0]?.id ?? '');
  if (!source) throw new Error('it has a note');
  expect(source.note).toMatchObject({ id: 'CN-2026-000002', gross: '-100.00' });
  const ubl = await text(source, 'ubl', 'en');
  expect(ubl).toContain('<cbc:InvoiceTypeCode>383</cbc:InvoiceTypeCode>');
  expect(ubl).toContain('<cbc:PayableAmount currencyID="HKD">100.00</cbc:PayableAmount>');
  expect([ublFaults(ubl), ciiFaults(await text(source, 'cii', 'en'))]).toEqual([[], []]);
});

test('a check of the standard finds a wrong sum, an order that is none and a negative price', async () => {
  const [source] = await notesOf(cases['of a VAT number and an original invoice'] ?? []);
  if (!source) throw new Error('it has a note');
  const ubl = await text(source, 'ubl', 'en');
  const broken = (from: string, to: string) => ublFaults(ubl.replace(from, to)).join();
  expect(broken('">33.33</cbc:PayableAmount>', '">33.34</cbc:PayableAmount>')).toContain('BR-CO-16');
  expect(broken('">2.75</cbc:TaxAmount>', '">2.76</cbc:TaxAmount>')).toContain('BR-CO-14');
  expect(
    broken('<cbc:CreditedQuantity unitCode="C62">1<', '<cbc:CreditedQuantity unitCode="C62">2<'),
  ).toContain('line net');
  expect(broken('>30.58</cbc:PriceAmount>', '>-30.58</cbc:PriceAmount>')).toContain('BR-27');
  expect(broken('<cbc:CustomizationID>', '<cbc:Note>x</cbc:Note><cbc:CustomizationID>')).toContain('order');
  expect(broken('DE999999999', '999999999')).toContain('BR-CO-09');
});

test.each([
  ['AE', 'Reverse charge'],
  ['E', 'Exempt from VAT'],
  [undefined, ''],
] as const)('a rate of zero of the category %s says why no tax is due: %j', async (category, reason) => {
  const taxCodes = [{ percent: 0, code: 'J0', ...(category && { category }) }];
  const owed = { service: 'plant', customer: 'plant', currency: 'EUR', parts: [['33.33', '0']] } as const;
  const [source] = await notesOf([owed], { ...billingSettings, taxCodes });
  if (!source) throw new Error('it has a note');
  expect(en16931Fault(source)).toBeNull();
  const ubl = await text(source, 'ubl', 'en');
  expect(ubl).toContain(`<cbc:ID>${category ?? 'Z'}</cbc:ID>`);
  expect(/<cbc:TaxExemptionReason>(.*)<\/cbc:TaxExemptionReason>/.exec(ubl)?.[1] ?? '').toBe(reason);
  expect([ublFaults(ubl), ciiFaults(await text(source, 'cii', 'en'))]).toEqual([[], []]);
});

test.each([
  [{ taxCodes: [{ percent: 9, code: 'J1', category: 'E' }] }, 'does not go with the category E'],
  [{ issuers: [{ id: 'hk', name: 'HK', country: 'HK' }] }, 'hk has no tax id'],
  [{ issuers: [{ id: 'hk', name: 'HK', taxId: '1' }] }, 'hk has no country'],
])('a note by %j has no document by the standard', async (change, fault) => {
  const owed = { service: 'plant', customer: 'plant', currency: 'EUR', parts: [['33.33', '9']] } as const;
  const [source] = await notesOf([owed], { ...billingSettings, ...change });
  expect(source && en16931Fault(source)).toContain(fault);
});

test('a currency with three decimals has no document by the standard, and its PDF', async () => {
  const accounts = [{ currency: 'KWD', revenue: '1' }];
  const issuers = [{ ...billingSettings.issuers[1] }];
  const owed = { service: 'q8', customer: 'yen', currency: 'KWD', parts: [['1.234', '5']] } as const;
  const [source] = await notesOf([owed], { ...billingSettings, accounts, issuers });
  if (!source) throw new Error('it has a note');
  expect(en16931Fault(source)).toContain('KWD has more than the two decimals');
  expect(
    Buffer.from(await renderNote(source, 'pdf', 'en'))
      .subarray(0, 5)
      .toString(),
  ).toBe('%PDF-');
});

test.each(['en', 'zh-CN', 'zh-TW'] as const)(
  'the PDF in %s is the same bytes each time',
  async (language) => {
    const [source] = await notesOf(cases['of two rates and a part that cannot be split evenly'] ?? []);
    if (!source) throw new Error('it has a note');
    const first = Buffer.from(await renderNote(source, 'pdf', language));
    expect(first.subarray(0, 5).toString()).toBe('%PDF-');
    expect(Buffer.from(await renderNote(source, 'pdf', language)).equals(first)).toBe(true);
  },
);

test('a red-letter application names itself one, has negative amounts, and needs every original invoice', async () => {
  const [issuer] = billingSettings.issuers;
  const billing = {
    ...billingSettings,
    issuers: [{ ...issuer, country: 'CN', currencies: ['CNY'], taxId: '91310000MA1K00000X' }],
    accounts: [{ currency: 'CNY', revenue: '6001' }],
  };
  const owed = { service: 'plant', customer: 'plant', currency: 'CNY', parts: [['109.00', '9']] } as const;
  const [known] = await notesOf([owed], billing);
  if (!known) throw new Error('it has a note');
  expect(redLetterFault(known)).toBeNull();
  const csv = redLetterCsv(known);
  expect(csv).toContain('红字信息确认单申请（非发票）');
  expect(csv).toMatch(/冲红合计金额,-100\.00\r\n冲红合计税额,-9\.00\r\n冲红价税合计,-109\.00/);
  expect(csv).toMatch(/1,INV-2026-77,\*电信服务\*plant,,,,-100\.00,9%,-9\.00,/);
  const [unknown] = await notesOf([{ ...owed, service: 'other' }], billing);
  expect(unknown && redLetterFault(unknown)).toContain('the original invoice is not known');
  const [abroad] = await notesOf(cases['of a VAT number and an original invoice'] ?? []);
  expect(abroad && redLetterFault(abroad)).toContain('an issuer in China');
});
