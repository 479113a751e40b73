import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { LedgerEvent } from '../../../src/core/ledger/actions.js';
import { chainFault } from '../../../src/core/ledger/chain.js';
import { digestOf } from '../../../src/seal/canonical.js';
import { history, proposal } from './support.js';

const events = history(
  ['ann', { type: 'exclusion-proposed', id: 'X1', ...proposal() }],
  ['bob', { type: 'exclusion-approved', id: 'X1', reason: null }],
  ['eve', { type: 'exclusion-revoked', id: 'X1', reason: 'called off' }],
);
const faultOf = (changed: readonly LedgerEvent[]) => chainFault(changed, digestOf);

describe('the chain', () => {
  test('is whole as it was written, and empty too', () => {
    expect(faultOf(events)).toBeNull();
    expect(faultOf([])).toBeNull();
  });

  test('tells where anything of it was changed', () => {
    const changes: ((event: LedgerEvent) => LedgerEvent)[] = [
      (event) => ({ ...event, at: event.at + 1 }),
      (event) => ({ ...event, actor: 'mallory' }),
      (event) => ({ ...event, action: { type: 'exclusion-approved', id: 'X9', reason: null } }),
      (event) => ({ ...event, hash: event.hash.replace(/./, (first) => (first === '0' ? '1' : '0')) }),
    ];
    fc.assert(
      fc.property(fc.nat(events.length - 1), fc.constantFrom(...changes), (index, change) => {
        const changed = events.map((event, place) => (place === index ? change(event) : event));
        expect(faultOf(changed)?.seq).toBe(index + 1);
      }),
    );
  });

  test('tells of what was taken out, put in or exchanged', () => {
    const [first, second, third] = events as [LedgerEvent, LedgerEvent, LedgerEvent];
    expect(faultOf([first, third])).toMatchObject({
      seq: 2,
      code: 'missing',
      in: 3,
    });
    expect(faultOf([second, third])?.seq).toBe(1);
    expect(faultOf([first, second, second, third])?.seq).toBe(3);
    const other = history(['mallory', first.action], ['bob', second.action]);
    expect(faultOf([first, ...other.slice(1), third])).toMatchObject({
      seq: 2,
      code: 'not-following',
    });
  });
});
