import { describe, expect, test } from 'vitest';
import type { Batch, CreditNote } from '../../../src/core/billing/batch.js';
import type { CreditFacts } from '../../../src/core/billing/credit.js';
import type { StatementDocument } from '../../../src/core/statement/document.js';
import type { CreditChange } from '../../../src/store/statement-store.js';
import type { Store as WholeStore } from '../../../src/store/store.js';

type Store = Pick<WholeStore, 'statements' | 'batches' | 'close'>;

const party = { address: [], city: null, postcode: null, country: 'HK', taxId: '1', registration: null };

const note = (number: number, year = '2026'): CreditNote => ({
  id: `CN-${year}-${number}`,
  issuer: { id: 'ctg', name: 'CTG', ...party },
  billTo: { id: 'bank', name: '海港銀行', ...party },
  year,
  number,
  month: '2026-10',
  date: `${year}-11-30`,
  currency: 'HKD',
  net: '9.17',
  tax: '0.83',
  gross: '10.00',
  taxes: [],
  credits: ['CR-2026-10-000001'],
});

const batch = (number: number, notes: readonly CreditNote[]): Batch => ({
  id: `EB-${number}`,
  number,
  state: 'made',
  mapping: 'generic',
  file: 'csv',
  month: '2026-10',
  postingDate: '2026-11-30',
  totals: [{ currency: 'HKD', credits: 1, net: '9.17', tax: '0.83', gross: '10.00' }],
  hash: 'f'.repeat(64),
  createdAt: 5,
  createdBy: 'fiona',
  fetchedAt: null,
  endedAt: null,
  endedBy: null,
  note: null,
  content: { format: 'pop-sla-credit-batch/1', notes, lines: [], refused: [] },
});

const bytes = new Uint8Array([0, 1, 2, 255]);
const credit = 'CR-2026-10-000001';

/** A sealed credit, which a batch can take. */
async function sealedCredit({ statements }: Store): Promise<void> {
  const facts: CreditFacts = {
    statement: '2026-10/a',
    revision: 1,
    kind: 'credit',
    of: null,
    month: '2026-10',
    service: 'a',
    customer: 'bank',
    site: 'central',
    currency: 'HKD',
    gross: '10.00',
    tax: '0.83',
    net: '9.17',
    claimBy: null,
  };
  const document = { id: '2026-10/a', month: '2026-10', service: 'a', customer: 'bank', revision: 1 };
  const draft = { document: document as unknown as StatementDocument, hash: 'h', at: 1 };
  await statements.putDraft(draft, facts);
  const seal = { id: credit, from: ['draft'], to: 'sealed', at: 2, note: null, feed: true } as const;
  await statements.commit({ events: [], credits: [seal] });
}

const into = (id: string): CreditChange => ({
  id: credit,
  from: ['sealed'],
  to: 'sealed',
  at: 3,
  note: null,
  feed: false,
  batch: { into: id },
});

/** What every database behind the port does with export batches and the numbers of credit notes. */
export function batchConformance(name: string, open: () => Promise<Store>): void {
  const using = async (work: (store: Store) => Promise<void>): Promise<void> => {
    const store = await open();
    try {
      await sealedCredit(store);
      await work(store);
    } finally {
      await store.close();
    }
  };
  describe(`${name}: export batches`, () => {
    test('are kept with their bytes, and reserve their credits', () =>
      using(async ({ statements, batches }) => {
        expect(await batches.next()).toBe(1);
        const first = batch(1, [note(1)]);
        const commit = { events: [], batch: { add: first, bytes }, credits: [into('EB-1')] };
        expect(await statements.commit(commit)).toBe('stored');
        expect(await batches.get('EB-1')).toEqual(first);
        expect(Buffer.from((await batches.bytes('EB-1')) ?? [])).toEqual(Buffer.from(bytes));
        expect(await batches.next()).toBe(2);
        expect(await batches.lastNote('ctg', '2026')).toBe(1);
        expect(await batches.lastNote('ctg', '2027')).toBeNull();
        expect(await batches.batchOfNote('CN-2026-1')).toBe('EB-1');
        expect(await batches.batchOfNote('CN-2026-2')).toBeNull();
        expect(await statements.credits({ batch: 'EB-1' })).toMatchObject([{ id: credit, batch: 'EB-1' }]);
        expect([await batches.get('EB-2'), await batches.bytes('EB-2')]).toEqual([null, null]);
      }));

    test('take a credit once, and none of a batch is left when one of its credits is taken', () =>
      using(async ({ statements, batches }) => {
        await statements.commit({ events: [], batch: { add: batch(1, []), bytes }, credits: [into('EB-1')] });
        const second = { events: [], batch: { add: batch(2, [note(1)]), bytes }, credits: [into('EB-2')] };
        expect(await statements.commit(second)).toBe('conflict');
        expect(await batches.get('EB-2')).toBeNull();
        expect(await batches.lastNote('ctg', '2026')).toBeNull();
      }));

    test('have numbers that follow one another, by issuer and year', () =>
      using(async ({ statements, batches }) => {
        const add = (of: Batch) => statements.commit({ events: [], batch: { add: of, bytes } });
        expect(await add(batch(2, []))).toBe('conflict');
        expect(await add(batch(1, [note(7), note(8)]))).toBe('stored');
        expect(await add(batch(1, [note(9)]))).toBe('conflict');
        expect(await add(batch(2, [note(10)]))).toBe('conflict');
        expect(await add(batch(2, [note(8)]))).toBe('conflict');
        expect(await add(batch(2, [note(9), note(1, '2027')]))).toBe('stored');
        expect([await batches.lastNote('ctg', '2026'), await batches.lastNote('ctg', '2027')]).toEqual([
          9, 1,
        ]);
        expect((await batches.list()).map(({ id }) => id)).toEqual(['EB-2', 'EB-1']);
        expect((await batches.list({ before: 2 })).map(({ id }) => id)).toEqual(['EB-1']);
      }));

    test('move from state to state once, with their credits or not at all', () =>
      using(async ({ statements, batches }) => {
        await statements.commit({ events: [], batch: { add: batch(1, []), bytes }, credits: [into('EB-1')] });
        const move = (from: 'made' | 'fetched', to: 'fetched' | 'withdrawn', change: Partial<CreditChange>) =>
          statements.commit({
            events: [],
            batch: {
              id: 'EB-1',
              from: [from],
              to,
              at: 9,
              by: 'fiona',
              note: to === 'fetched' ? null : 'wrong',
            },
            credits: [{ ...into('EB-1'), batch: { outOf: 'EB-1' }, ...change }],
          });
        const exported = { to: 'exported', batch: { outOf: 'EB-9' } } as const;
        expect(await move('made', 'fetched', exported)).toBe('conflict');
        expect(await batches.list({ states: ['made'] })).toMatchObject([{ id: 'EB-1', fetchedAt: null }]);
        expect(await move('made', 'withdrawn', {})).toBe('stored');
        expect(await move('made', 'withdrawn', {})).toBe('conflict');
        expect(await batches.get('EB-1')).toMatchObject({
          state: 'withdrawn',
          endedAt: 9,
          endedBy: 'fiona',
          note: 'wrong',
        });
        expect(await statements.credits({ id: credit })).toMatchObject([{ status: 'sealed', batch: null }]);
      }));

    test('are not posted into a locked month, and a month with an open one is not locked', () =>
      using(async ({ statements, batches }) => {
        const add = (of: Batch) => statements.commit({ events: [], batch: { add: of, bytes } });
        const lock = { month: '2026-11', at: 7, by: 'fiona', principal: 'user:fiona', note: 'closed' };
        const locks = () => statements.commit({ events: [], period: { lock } });
        const december = { ...batch(2, [note(2)]), postingDate: '2026-12-01' };
        expect(await statements.locks()).toEqual([]);
        expect(await add(batch(1, [note(1)]))).toBe('stored');
        expect(await locks()).toBe('conflict');
        const move = { id: 'EB-1', from: ['made'], to: 'withdrawn', at: 9, by: 'fiona', note: 'x' } as const;
        expect(await statements.commit({ events: [], batch: move })).toBe('stored');
        expect(await locks()).toBe('stored');
        expect(await locks()).toBe('conflict');
        expect(await statements.locks()).toEqual([lock]);
        expect(await add(batch(2, [note(2)]))).toBe('conflict');
        expect([await batches.get('EB-2'), await batches.lastNote('ctg', '2026')]).toEqual([null, 1]);
        expect(await add(december)).toBe('stored');
        expect(await statements.commit({ events: [], period: { unlock: '2026-11' } })).toBe('stored');
        expect(await statements.commit({ events: [], period: { unlock: '2026-11' } })).toBe('conflict');
        expect(await add(batch(3, [note(3)]))).toBe('stored');
      }));
  });
}
