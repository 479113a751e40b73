import { describe, expect, test } from 'vitest';
import type { CreditFacts } from '../../../src/core/billing/credit.js';
import type { LedgerEvent } from '../../../src/core/ledger/actions.js';
import { headOf, linkAfter } from '../../../src/core/ledger/chain.js';
import type { SealedStatement, StatementDocument } from '../../../src/core/statement/document.js';
import { digestOf } from '../../../src/seal/canonical.js';
import type { Contact } from '../../../src/store/access-store.js';
import type { StatementCommit, StatementQuery } from '../../../src/store/statement-store.js';
import type { Store as WholeStore } from '../../../src/store/store.js';

type Store = Pick<WholeStore, 'statements' | 'contacts' | 'ledger' | 'close'>;

const document = (service: string, revision = 1, previous: string | null = null, credit = '10.00') =>
  ({
    id: `2026-10/${service}`,
    month: '2026-10',
    service,
    revision,
    previous,
    state: 'sealed',
    customer: 'bank',
    site: '中環',
    currency: 'HKD',
    complete: true,
    total: { rent: '100.00', credit, tax: null, net: null },
  }) as unknown as StatementDocument;

const sealedOf = (of: StatementDocument): SealedStatement => ({
  document: of,
  hash: digestOf(of),
  key: 'k1',
  signature: 'c2ln',
  sealedAt: '2026-11-02T00:00:00+08:00',
  sealedBy: 'ann',
});

const facts = (service: string, revision = 1): CreditFacts => ({
  statement: `2026-10/${service}`,
  revision,
  kind: 'credit',
  of: null,
  month: '2026-10',
  service,
  customer: 'bank',
  site: '中環',
  currency: 'HKD',
  gross: '10.00',
  tax: '0.83',
  net: '9.17',
  claimBy: null,
});

const eventOf = (events: readonly LedgerEvent[], id: string): LedgerEvent => {
  const action = { type: 'credit-claimed', id, note: null } as const;
  return linkAfter(headOf(events), { at: 1, actor: 'ann', action }, digestOf);
};

const draftOf = (of: StatementDocument) => ({
  document: { ...of, state: 'draft' as const },
  hash: digestOf(of),
  at: 5,
});

/** What every database behind the port does with statements, what they owe, and people at customers. */
export function statementConformance(name: string, open: () => Promise<Store>): void {
  const using = async (work: (store: Store) => Promise<void>): Promise<void> => {
    const store = await open();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };
  const seal = (of: StatementDocument, rest: Partial<StatementCommit> = {}): StatementCommit => ({
    events: [],
    sealed: sealedOf(of),
    sealedAt: 7,
    ...rest,
  });

  describe(`${name}: statements`, () => {
    test('keeps the latest draft of a month, and its row for billing under one id', () =>
      using(async ({ statements }) => {
        const first = document('a');
        await statements.putDraft(draftOf(first), facts('a'));
        await statements.putDraft(draftOf(document('b')), null);
        expect(await statements.draft(first.id)).toEqual(draftOf(first));
        await statements.putDraft(draftOf(first), null);
        expect(await statements.credits()).toMatchObject([{ id: 'CR-2026-10-000001', status: 'dropped' }]);
        await statements.putDraft(draftOf(first), { ...facts('a'), gross: '12.00' });
        expect(await statements.credits()).toMatchObject([
          { id: 'CR-2026-10-000001', status: 'draft', gross: '12.00', cursor: 0 },
        ]);
        expect(await statements.list({ month: '2026-10' })).toMatchObject([
          { id: '2026-10/a', state: 'draft', site: '中環', credit: '10.00', complete: true },
          { id: '2026-10/b', state: 'draft' },
        ]);
      }));

    test('keeps the names of a sealed revision as they were first stored', () =>
      using(async ({ statements }) => {
        const first = document('a');
        const second = document('a', 2, digestOf(first), '8.00');
        await statements.commit(seal(first));
        await statements.commit(seal(second));
        const named = (name: string) => ({ customers: { bank: name }, sites: {}, pops: {} });
        expect(await statements.unnamed()).toEqual([
          { id: first.id, revision: 1 },
          { id: first.id, revision: 2 },
        ]);
        await statements.putNames(first.id, 1, named('海港'));
        await statements.putNames(first.id, 1, named('another'));
        expect(await statements.names(first.id, 1)).toEqual(named('海港'));
        expect(await statements.names(first.id, 2)).toBeNull();
        expect(await statements.unnamed()).toEqual([{ id: first.id, revision: 2 }]);
        const third = document('a', 3, digestOf(second));
        expect(await statements.commit(seal(third, { names: named('third') }))).toBe('stored');
        expect(await statements.names(first.id, 3)).toEqual(named('third'));
      }));

    test('takes revisions one on top of the other, each once, and gives every one back', () =>
      using(async ({ statements }) => {
        const first = document('a');
        await statements.putDraft(draftOf(first), null);
        expect(await statements.commit(seal(document('a', 2, 'x')))).toBe('conflict');
        expect(await statements.commit(seal(first))).toBe('stored');
        expect(await statements.draft(first.id)).toBeNull();
        expect(await statements.commit(seal(first))).toBe('conflict');
        expect(await statements.commit(seal(document('a', 2, 'f'.repeat(64))))).toBe('conflict');
        const second = document('a', 2, digestOf(first), '8.00');
        expect(await statements.commit(seal(second))).toBe('stored');
        expect(await statements.sealed(first.id)).toEqual(sealedOf(second));
        expect(await statements.sealed(first.id, 1)).toEqual(sealedOf(first));
        expect(await statements.sealed(first.id, 3)).toBeNull();
        await statements.putDraft(draftOf(second), null);
        expect(await statements.draft(first.id)).toBeNull();
        await statements.markChanged(first.id, { at: 9, why: ['a late exclusion'] });
        const all = await statements.list();
        for (const [n, one] of all.entries()) {
          expect(await statements.list({ after: one })).toEqual(all.slice(n + 1));
          expect(await statements.list({ after: one, limit: 1 })).toEqual(all.slice(n + 1, n + 2));
        }
        expect((await statements.list()).map(({ revision, changed }) => [revision, changed])).toEqual([
          [1, null],
          [2, { at: 9, why: ['a late exclusion'] }],
        ]);
      }));

    test('commits all of a change or nothing of it', () =>
      using(async ({ statements, ledger }) => {
        const first = document('a');
        await statements.putDraft(draftOf(first), facts('a'));
        const [row] = await statements.credits();
        const id = row?.id ?? '';
        const sealIt = { id, from: ['draft'], to: 'sealed', at: 7, note: null, feed: true } as const;
        const event = eventOf([], id);
        const wrong = { ...sealIt, from: ['settled'] as const };
        expect(await statements.commit(seal(first, { events: [event], credits: [wrong] }))).toBe('conflict');
        const elsewhere = { ...event, seq: 2 };
        expect(await statements.commit(seal(first, { events: [elsewhere], credits: [sealIt] }))).toBe(
          'moved',
        );
        expect(await ledger.events()).toEqual([]);
        expect(await statements.sealed(first.id)).toBeNull();
        expect(await statements.credits()).toMatchObject([{ status: 'draft' }]);
        expect(await statements.commit(seal(first, { events: [event], credits: [sealIt] }))).toBe('stored');
        expect(await ledger.events()).toEqual([event]);
        expect(await statements.credits()).toMatchObject([{ status: 'sealed', cursor: 1 }]);
      }));

    test('feeds news of what is owed in a stable order; ids are never given twice', () =>
      using(async ({ statements }) => {
        for (const service of ['a', 'b', 'c'])
          await statements.putDraft(draftOf(document(service)), facts(service));
        const move = (id: string, from: 'draft' | 'sealed', to: 'sealed' | 'exported', feed: boolean) =>
          statements.commit({ events: [], credits: [{ id, from: [from], to, at: 8, note: null, feed }] });
        await move('CR-2026-10-000002', 'draft', 'sealed', true);
        await move('CR-2026-10-000001', 'draft', 'sealed', true);
        const ids = async (since: number) => (await statements.credits({ since })).map(({ id }) => id);
        expect(await ids(0)).toEqual(['CR-2026-10-000002', 'CR-2026-10-000001']);
        await move('CR-2026-10-000002', 'sealed', 'exported', false);
        expect(await ids(0)).toEqual(['CR-2026-10-000002', 'CR-2026-10-000001']);
        expect(await ids(1)).toEqual(['CR-2026-10-000001']);
        const back = { ...facts('b'), kind: 'reversal', of: 'CR-2026-10-000002', gross: '-10.00' } as const;
        const add = { add: back, id: 'CR-2026-10-000002-R', status: 'sealed', at: 9 } as const;
        expect(await statements.commit({ events: [], credits: [add] })).toBe('stored');
        expect(await ids(2)).toEqual(['CR-2026-10-000002-R']);
        await statements.putDraft(draftOf(document('d')), facts('d'));
        expect((await statements.credits({ service: 'd' }))[0]?.id).toBe('CR-2026-10-000005');
      }));

    test('gives the credits of a month page by page, and the news of what is asked for only', () =>
      using(async ({ statements }) => {
        for (const service of ['a', 'b', 'c'])
          await statements.putDraft(draftOf(document(service)), facts(service));
        const month = '2026-10';
        const all = (await statements.credits({ month })).map(({ id }) => id);
        expect(all).toHaveLength(3);
        const paged: string[] = [];
        for (;;) {
          const after = paged.at(-1);
          const page = await statements.credits({ month, limit: 2, ...(after !== undefined && { after }) });
          paged.push(...page.map(({ id }) => id));
          if (page.length < 2) break;
        }
        expect(paged).toEqual(all);
        expect(await statements.credits({ month, after: 'none' })).toEqual([]);
        const [id = ''] = all;
        const sealed = { id, from: ['draft'], to: 'sealed', at: 8, note: null, feed: true } as const;
        await statements.commit({ events: [], credits: [sealed] });
        expect((await statements.credits({ since: 0, month })).map((one) => one.id)).toEqual([id]);
        expect(await statements.credits({ since: 0, month: '2026-11' })).toEqual([]);
        expect(await statements.credits({ since: 0, status: 'settled' })).toEqual([]);
      }));

    test('lists statements by state, credit and availability, page by page', () =>
      using(async ({ statements }) => {
        const withParts = (of: StatementDocument, availability: readonly string[], complete = true) => ({
          ...of,
          complete,
          parts: availability.map((availabilityPercent) => ({ availabilityPercent })) as never,
        });
        const put = (of: StatementDocument) => statements.putDraft(draftOf(of), null);
        const seal = async (of: StatementDocument) => {
          const sealed = sealedOf(of);
          expect(await statements.commit({ events: [], sealed })).toBe('stored');
          return sealed.hash;
        };
        const first = await seal(withParts(document('a', 1, null, '10.00'), ['99.9499']));
        await seal(withParts(document('a', 2, first, '0.00'), ['99.9500']));
        await seal(withParts(document('b', 1, null, '0.01'), ['100.0000', '99.1000']));
        await seal(withParts(document('c', 1, null, '0.00'), ['100.0000'], false));
        await put(withParts(document('c', 2, null, '5.00'), ['98.0000']));
        await put(withParts(document('d', 1, null, '0.00'), ['99.0000']));
        await statements.markChanged('2026-10/b', { at: 7, why: [] });
        const of = async (query: StatementQuery) =>
          (await statements.list(query)).map((one) => `${one.service}${one.revision} ${one.state}`);
        const [a1, a2, b, c, c2, d] = [
          ...['a1 sealed', 'a2 sealed', 'b1 sealed', 'c1 sealed', 'c2 draft', 'd1 draft'],
        ];
        expect(await of({})).toEqual([a1, a2, b, c, c2, d]);
        expect(await of({ state: 'draft' })).toEqual([c2, d]);
        expect(await of({ state: 'sealed' })).toEqual([a1, a2, b, c]);
        expect(await of({ revised: true })).toEqual([a2]);
        expect(await of({ changed: true })).toEqual([b]);
        expect(await of({ standing: true })).toEqual([a2, b, c, d]);
        expect(await of({ incomplete: true })).toEqual([c]);
        expect(await of({ credited: true })).toEqual([a1, b, c2]);
        expect(await of({ credited: true, standing: true })).toEqual([b]);
        // Decided on the exact decimals, by the lowest part.
        expect(await of({ availabilityBelow: '99.95' })).toEqual([a1, b, c2, d]);
        expect(await of({ availabilityBelow: '99.95', state: 'draft' })).toEqual([c2, d]);
        // A page is full although others between are filtered away.
        const [one, ...rest] = await statements.list({ credited: true, limit: 1 });
        expect([one?.service, rest]).toEqual(['a', []]);
        expect(await of({ credited: true, limit: 1, ...(one && { after: one }) })).toEqual([b]);
      }));

    test('notes a closed month once', () =>
      using(async ({ statements }) => {
        expect(await statements.closed('2026-10')).toBeNull();
        await statements.markClosed('2026-10', 5);
        await statements.markClosed('2026-10', 6);
        expect(await statements.closed('2026-10')).toBe(5);
      }));
  });

  describe(`${name}: people at customers`, () => {
    test('are kept, changed and erased, each with its event or not at all', () =>
      using(async ({ contacts, ledger }) => {
        const chan: Contact = {
          id: 'P1',
          customer: 'bank',
          name: '陳大文',
          email: 'chan@bank.example',
          phone: '+852 1234',
          addedAt: 1,
          changedAt: 1,
          erasedAt: null,
          mutedAt: null,
        };
        const event = eventOf([], 'P1');
        expect(await contacts.put(chan, [{ ...event, seq: 9 }])).toBe('moved');
        expect(await contacts.list()).toEqual([]);
        expect(await contacts.put(chan, [event])).toBe('stored');
        expect(await contacts.get('P1')).toEqual(chan);
        expect(await contacts.list('other')).toEqual([]);
        const erased = {
          ...chan,
          name: null,
          email: null,
          phone: null,
          changedAt: 2,
          erasedAt: 2,
          mutedAt: 3,
        };
        expect(await contacts.put(erased, [eventOf([event], 'P1')])).toBe('stored');
        expect(await contacts.list('bank')).toEqual([erased]);
        expect(await ledger.events()).toHaveLength(2);
      }));
  });
}
