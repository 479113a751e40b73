import { expect, test } from 'vitest';
import { memoizeByIdentity } from '../../src/core/memoize.js';
import { cachedLedger } from '../../src/store/ledger-cache.js';
import { linkAfter } from '../../src/core/ledger/chain.js';
import type { LedgerEvent } from '../../src/core/ledger/actions.js';
import { digestOf } from '../../src/seal/canonical.js';
import { twoTenants } from '../support/tenants.js';

test('a kept ledger reads what is new alone, says what the ledger says, and gives the same list for the same', async () => {
  const { store } = await twoTenants();
  const asked: unknown[] = [];
  const { ledger } = store;
  const kept = cachedLedger({
    append: (events) => ledger.append(events),
    events: (query) => {
      asked.push(query);
      return ledger.events(query);
    },
  });
  expect(await kept.events()).toEqual([]);
  let head = { seq: 0, hash: '0'.repeat(64) };
  const entered = (n: number): LedgerEvent => {
    const event = {
      at: n,
      actor: 'ann',
      action: { type: 'exclusion-rejected' as const, id: `X${n}`, reason: 'no' },
    };
    const link = linkAfter(head, event, digestOf);
    head = link;
    return link;
  };
  expect(await kept.append([entered(1), entered(2)])).toBe('stored');
  const first = await kept.events();
  expect(first).toEqual(await ledger.events());
  expect(await kept.events()).toBe(first);
  // By another process.
  await ledger.append([entered(3)]);
  const [one, other] = await Promise.all([kept.events(), kept.events()]);
  expect(one).toEqual(await ledger.events());
  expect(other).toEqual(one);
  expect(asked.at(-1)).toEqual({ after: 2 });
  expect(await kept.events({ after: 1, limit: 1 })).toEqual(await ledger.events({ after: 1, limit: 1 }));
  const made: unknown[] = [];
  const count = memoizeByIdentity((list: readonly LedgerEvent[]) => made.push(list));
  expect([count(one), count(one), count(first), made.length]).toEqual([1, 1, 2, 2]);
});
