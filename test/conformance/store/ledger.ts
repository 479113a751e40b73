import { describe, expect, test } from 'vitest';
import { headOf, linkAfter } from '../../../src/core/ledger/chain.js';
import type { LedgerEvent } from '../../../src/core/ledger/actions.js';
import { digestOf, sha256 } from '../../../src/seal/canonical.js';
import { maxAttachmentBytes } from '../../../src/store/ledger-store.js';
import type { Store as WholeStore } from '../../../src/store/store.js';

type Store = Pick<WholeStore, 'ledger' | 'attachments' | 'feeds' | 'close'>;

const after = (events: readonly LedgerEvent[], actor = '陳大文'): LedgerEvent => {
  const action = { type: 'exclusion-approved', id: 'X1', reason: '“why”\n' } as const;
  return linkAfter(headOf(events), { at: 1_000 + events.length, actor, action }, digestOf);
};

/** What every database behind the port does with what people entered. */
export function ledgerConformance(name: string, open: () => Promise<Store>): void {
  const using = async (work: (store: Store) => Promise<void>): Promise<void> => {
    const store = await open();
    try {
      await work(store);
    } finally {
      await store.close();
    }
  };

  describe(`${name}: the ledger`, () => {
    test('gives back what was appended, in its order', () =>
      using(async ({ ledger }) => {
        expect(await ledger.events()).toEqual([]);
        const events: LedgerEvent[] = [];
        for (let n = 0; n < 5; n += 1) {
          events.push(after(events));
          expect(await ledger.append([events[n] as LedgerEvent])).toBe('stored');
        }
        expect(await ledger.events()).toEqual(events);
        expect(await ledger.events({ after: 2, limit: 2 })).toEqual(events.slice(2, 4));
      }));

    test('keeps the newest text of each event of a calendar', () =>
      using(async ({ feeds }) => {
        const text = (source: string, sequence: number) => ({ source, sequence, stamp: null, overrides: 0 });
        const many = Array.from({ length: 1_200 }, (_none, index) => text(`event-${index}`, 1));
        await feeds.putVersions(many);
        const newer = { source: 'event-7', sequence: 3, stamp: 1_790_000_000_000, overrides: 2 };
        await feeds.putVersions([newer]);
        const found = await feeds.versions([...many.map(({ source }) => source), 'unknown']);
        expect(found).toHaveLength(many.length);
        expect(found.filter(({ sequence }) => sequence !== 1)).toEqual([newer]);
      }));

    test('takes one of two that come after the same event', () =>
      using(async ({ ledger }) => {
        const results = await Promise.all([
          ledger.append([after([], 'ann')]),
          ledger.append([after([], 'bob')]),
        ]);
        expect([...results].sort()).toEqual(['moved', 'stored']);
        expect(await ledger.events()).toHaveLength(1);
        const first = (await ledger.events())[0] as LedgerEvent;
        expect(await ledger.append([{ ...after([first]), previous: 'f'.repeat(64) }])).toBe('moved');
        expect(await ledger.append([{ ...after([first]), seq: 7 }])).toBe('moved');
        const second = after([first]);
        expect(await ledger.append([second, { ...after([first, second]), previous: 'f'.repeat(64) }])).toBe(
          'moved',
        );
        expect(await ledger.events()).toEqual([first]);
        expect(await ledger.append([second, after([first, second])])).toBe('stored');
      }));

    test('keeps files by their hash, once, up to 10 MiB', () =>
      using(async ({ attachments }) => {
        const content = Buffer.alloc(maxAttachmentBytes, 7);
        const file = { sha256: sha256(content), content, at: 1_000 };
        expect(await attachments.get(file.sha256)).toBeNull();
        await attachments.put(file);
        await attachments.put({ ...file, at: 2_000 });
        expect(sha256((await attachments.get(file.sha256)) ?? '')).toBe(file.sha256);
        const tooLarge = { ...file, sha256: 'b'.repeat(64), content: Buffer.alloc(maxAttachmentBytes + 1) };
        await expect(attachments.put(tooLarge)).rejects.toThrow(
          'an attachment of 10485761 bytes; allowed: at most 10485760',
        );
        expect(await attachments.get(tooLarge.sha256)).toBeNull();
      }));
  });
}
