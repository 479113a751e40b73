import { expect, test } from 'vitest';
import type { SealedStatement } from '../../../src/core/statement/document.js';
import { pastCreditsOf } from '../../../src/services/statements/draw.js';

/** A sealed statement and a draft of each month from 2025-01 to 2026-12, of a service that plan `own` judges. */
function statements() {
  const months = [2025, 2026].flatMap((year) =>
    Array.from({ length: 12 }, (_, month) => `${year}-${String(month + 1).padStart(2, '0')}`),
  );
  const asked: string[] = [];
  return {
    asked,
    store: {
      list: ({ month }: { readonly month: string }) => {
        asked.push(month);
        if (!months.includes(month)) return Promise.resolve([]);
        return Promise.resolve([
          { id: `${month}/a`, state: 'sealed' as const },
          { id: `${month}/drafted`, state: 'draft' as const },
        ]);
      },
      sealed: (id: string) =>
        Promise.resolve({
          document: {
            service: 'a',
            site: 'site',
            customer: 'acme',
            currency: 'HKD',
            parts: ['own', 'other'].map((plan) => ({
              plan: { id: plan },
              rent: '1000.00',
              credit: { amount: `${Number(id.slice(5, 7))}.00` },
            })),
          },
        } as unknown as SealedStatement),
    },
  };
}

test('a rolling year is the month and the eleven sealed months before it, of the plan itself', async () => {
  const past = await pastCreditsOf(statements().store)('own', '2026-09');
  expect(past.map(({ month, service, credit }) => [month, service, credit])).toEqual([
    ['2025-10', 'a', 1000n],
    ['2025-11', 'a', 1100n],
    ['2025-12', 'a', 1200n],
    ['2026-01', 'a', 100n],
    ['2026-02', 'a', 200n],
    ['2026-03', 'a', 300n],
    ['2026-04', 'a', 400n],
    ['2026-05', 'a', 500n],
    ['2026-06', 'a', 600n],
    ['2026-07', 'a', 700n],
    ['2026-08', 'a', 800n],
  ]);
});
