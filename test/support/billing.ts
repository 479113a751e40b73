import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Config } from '../../src/config/config.js';
import { parseConfig } from '../../src/config/parse.js';
import { parseCustomers } from '../../src/config/customers/parse.js';
import { planFiles } from '../../src/config/plan/parse.js';
import { plansFrom } from '../../src/config/customers/draft.js';
import { formatAmount, minorOf, taxWithin } from '../../src/core/money.js';
import { parseDecimal, fromPercent } from '../../src/core/number.js';
import type { StatementDocument } from '../../src/core/statement/document.js';
import { digestOf } from '../../src/seal/canonical.js';
import { adjustmentOf, creditOf } from '../../src/services/statements/draw.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import type { CreditChange } from '../../src/store/statement-store.js';
import type { Store } from '../../src/store/store.js';
import { root } from './source-files.js';
import { tempDir } from './temp-dir.js';

/** A chain of resellers, a customer without a tax id, one that is billed to another, and one in no currency of ours. */
export const billedCustomers = `
customers:
  - { id: pacific, name: Pacific Wholesale Ltd, address: [9 Quay Street], city: Hong Kong, country: HK, taxId: HK-9001 }
  - { id: lion, name: Lion Networks Pte, country: SG, taxId: SG-77 }
  - { id: harbour-bank, name: 海港銀行, country: HK, taxId: HK-55 }
  - { id: nowhere, name: Nowhere Inc, country: HK }
  - { id: group, name: Škoda Łódź S.A., address: [ul. Piotrkowska 1, 2. piętro], city: Łódź, postcode: 90-001, country: PL, taxId: PL7250000001, registration: KRS 0000012345 }
  - { id: plant, name: Plant, billTo: group }
  - { id: yen, name: 株式会社, country: JP, taxId: T123 }
resale:
  - { seller: pacific, buyer: lion, from: 2026-01-01 }
  - { seller: lion, buyer: harbour-bank, from: 2026-01-01 }
`;

export const billingSettings = {
  zone: 'Asia/Hong_Kong',
  issuers: [
    {
      id: 'ctg-hk',
      name: 'Carrier (Hong Kong) Limited',
      address: ['28/F, 108 Gloucester Road'],
      city: 'Hong Kong',
      postcode: '999077',
      country: 'HK',
      taxId: 'HK-1',
      registration: 'CR 0123456',
      currencies: ['HKD', 'JPY'],
      notes: { prefix: 'CN-' },
    },
    {
      id: 'ctg-eu',
      name: 'Carrier (Europe) GmbH',
      address: ['Mainzer Landstraße 1'],
      city: 'Frankfurt',
      postcode: '60329',
      country: 'DE',
      taxId: 'DE999999999',
      notes: { prefix: 'EU/' },
    },
  ],
  accounts: [
    { currency: 'HKD', revenue: '410100', tax: '221100', receivable: '113100', costCentre: 'NET-1' },
    { currency: 'EUR', revenue: '410300', tax: '221300', receivable: '113300' },
    { currency: 'JPY', revenue: '410200', tax: '221200', receivable: '113200' },
  ],
  taxCodes: [{ percent: 9, code: 'J1' }],
  untaxed: { category: 'O', code: 'N0', reason: 'Not subject to VAT' },
};

/** A configuration with these customers and this section `billing`, as if its files had been read. */
export function billingConfig(billing: object = billingSettings, customers = billedCustomers): Config {
  const pops = ['HKG', 'SIN'].map((id, index) => ({ id, ipv4: `127.0.0.1${index}` }));
  const text = JSON.stringify({ agent: 'HKG', pops, driver: 'simulated', billing });
  const parsed = parseConfig(text, join(tempDir(), 'pop-sla.yaml'));
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems));
  const plans = plansFrom(planFiles(root), root);
  const book = parseCustomers(customers, { file: 'customers.yaml', pops: ['HKG'], plans });
  if (!book.ok) throw new Error(JSON.stringify(book.problems));
  return { ...parsed.config, book: book.book, bookBase: book.base };
}

export interface Owed {
  readonly service: string;
  readonly customer: string;
  readonly sellers?: readonly string[];
  readonly month?: string;
  readonly currency?: string;
  /** One part for each: gross and rate; null: no rate is known. */
  readonly parts: readonly (readonly [gross: string, ratePercent: string | null])[];
}

/** A statement of which only what a credit rests on is filled in. */
function documentOf(of: Owed, revision: number, previous: string | null): StatementDocument {
  const { service, customer, sellers = [], month = '2026-10', currency = 'HKD' } = of;
  const parts = of.parts.map(([gross, ratePercent]) => {
    const minor = minorOf(gross, currency);
    const rate = ratePercent === null ? null : parseDecimal(ratePercent)?.value;
    const within = rate ? taxWithin(minor, fromPercent(rate)) : null;
    const printed = (value: bigint | undefined) =>
      value === undefined ? null : formatAmount(value, currency);
    return {
      period: { from: `${month}-01T00:00:00+08:00`, to: '2026-11-01T00:00:00+08:00', totalMs: 1 },
      availabilityPercent: '98.7654',
      credit: { amount: gross },
      tax: { ratePercent, gross, tax: printed(within?.tax), net: printed(within?.net) },
      claim: null,
    };
  });
  const sum = (values: readonly (string | null)[]): string | null =>
    values.includes(null)
      ? null
      : formatAmount(
          values.reduce((total, value) => total + minorOf(value ?? '0', currency), 0n),
          currency,
        );
  const total = {
    rent: '0',
    credit: sum(parts.map(({ credit }) => credit.amount)) ?? '0',
    tax: sum(parts.map(({ tax }) => tax.tax)),
    net: sum(parts.map(({ tax }) => tax.net)),
  };
  const named = { id: `${month}/${service}`, month, service, customer, site: `${customer}-site`, sellers };
  const document = { ...named, revision, previous, state: 'sealed', currency, parts, total };
  return document as unknown as StatementDocument;
}

/** Seals the next revision of a statement with its credit, or with the difference to the one before. */
export async function sealOwed({ statements }: Pick<Store, 'statements'>, owed: Owed): Promise<void> {
  const id = `${owed.month ?? '2026-10'}/${owed.service}`;
  const before = await statements.sealed(id);
  const revision = (before?.document.revision ?? 0) + 1;
  const document = documentOf(owed, revision, before?.hash ?? null);
  const rows = await statements.credits({ statement: id });
  const facts = before ? adjustmentOf(document, before.document, rows) : creditOf(document);
  await statements.putDraft(
    { document: { ...document, state: 'draft' }, hash: digestOf(document), at: 1 },
    facts,
  );
  const [row] = (await statements.credits({ statement: id })).filter(({ status }) => status === 'draft');
  const credits: CreditChange[] =
    facts && row ? [{ id: row.id, from: ['draft'], to: 'sealed', at: 2, note: null, feed: true }] : [];
  const seal = { key: 'k', signature: 's', sealedAt: '2026-11-02T00:00:00+08:00', sealedBy: 'ann' };
  const sealed = { document, hash: digestOf(document), ...seal };
  const done = await statements.commit({ events: [], sealed, sealedAt: 2, credits });
  if (done !== 'stored') throw new Error(`${id} was not sealed: ${done}`);
}

export async function billingStore(file = join(tempDir(), 'pop-sla.db')): Promise<Store> {
  const store = await openSqliteStore({ path: file });
  onTestFinished(() => store.close().catch(() => undefined));
  return store;
}
