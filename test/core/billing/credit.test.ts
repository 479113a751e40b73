import { describe, expect, test } from 'vitest';
import {
  creditStatuses,
  isOwed,
  moveFault,
  type CreditMove,
  type CreditRow,
} from '../../../src/core/billing/credit.js';

const moves: readonly CreditMove[] = ['claim', 'export', 'settle', 'reverse'];
const allowed = (status: CreditRow['status'], claimBy: string | null): CreditMove[] =>
  moves.filter(
    (move) => moveFault({ status, claimBy, kind: 'credit', batch: null } as CreditRow, move) === null,
  );

describe('what may become of a credit', () => {
  test('that needs no claim', () => {
    expect(Object.fromEntries(creditStatuses.map((status) => [status, allowed(status, null)]))).toMatchObject(
      {
        draft: [],
        sealed: ['export', 'settle', 'reverse'],
        exported: ['settle', 'reverse'],
        settled: ['reverse'],
        reversed: [],
      },
    );
  });

  test('that has to be claimed', () => {
    expect(
      Object.fromEntries(creditStatuses.map((status) => [status, allowed(status, '2026-11-30')])),
    ).toMatchObject({
      draft: [],
      sealed: ['claim', 'reverse'],
      claimed: ['export', 'settle', 'reverse'],
      exported: ['settle', 'reverse'],
      settled: ['reverse'],
      reversed: [],
    });
  });

  test('and what of it is owed', () => {
    const owed = (claimBy: string | null) => creditStatuses.filter((status) => isOwed({ status, claimBy }));
    expect([owed(null), owed('2026-11-30')]).toEqual([['sealed', 'claimed'], ['claimed']]);
  });
});
