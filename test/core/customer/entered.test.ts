import { describe, expect, test } from 'vitest';
import { foldRegistryEntries } from '../../../src/core/customer/entered.js';
import type { RegistryAction } from '../../../src/core/customer/actions.js';
import type { LedgerEvent } from '../../../src/core/ledger/actions.js';

const history = (...actions: readonly RegistryAction[]): LedgerEvent[] =>
  actions.map((action, index) => ({
    seq: index + 1,
    at: 1_000 * (index + 1),
    actor: 'ann',
    action,
    previous: '',
    hash: '',
  }));
const added = (id: string, item: object): RegistryAction =>
  ({ type: 'book-added', id, list: 'services', item, reason: null }) as RegistryAction;

describe('the history of the book', () => {
  test('gives each item as it is now, its changes by their days, and every word that was said', () => {
    const [item, ...others] = foldRegistryEntries(
      history(
        added('B1', { id: 's', end: '2027-01-01' }),
        { type: 'book-changed', id: 'B2', of: 'B1', item: { from: '2026-12-01' }, reason: 'later' },
        { type: 'book-changed', id: 'B3', of: 'B1', item: { from: '2026-11-01' }, reason: null },
        { type: 'book-ended', id: 'B4', of: 'B1', day: null, reason: null },
      ),
    );
    expect(others).toEqual([]);
    expect(item).toMatchObject({ entry: 'B1', item: { id: 's' }, withdrawn: false });
    expect(item?.item).not.toHaveProperty('end');
    expect(item?.changes).toEqual([{ from: '2026-11-01' }, { from: '2026-12-01' }]);
    expect(item?.entries.map(({ id, does, at, reason }) => [id, does, at, reason])).toEqual([
      ['B1', 'add', 1_000, null],
      ['B2', 'change', 2_000, 'later'],
      ['B3', 'change', 3_000, null],
      ['B4', 'end', 4_000, null],
    ]);
  });

  test('keeps what was withdrawn as it was said', () => {
    const [item] = foldRegistryEntries(
      history(added('B1', { id: 's' }), { type: 'book-withdrawn', id: 'B2', of: 'B1', reason: 'a slip' }),
    );
    expect(item).toMatchObject({ withdrawn: true, item: { id: 's' }, entries: [{ withdrawn: true }, {}] });
  });

  test('hears nothing in an entry that was spoilt, nor in words on it', () => {
    const spoilt = [
      { ...added('B1', {}), item: null },
      { ...added('B2', {}), list: 'colours' },
      { type: 'unreadable', text: '{' },
      { type: 'book-changed', id: 'B4', of: 'B1', item: { from: '2026-11-01' }, reason: null },
    ] as unknown as RegistryAction[];
    expect(foldRegistryEntries(history(...spoilt))).toEqual([]);
  });
});
