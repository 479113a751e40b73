import { expect, test } from 'vitest';
import { creditsOf, stepsOf } from '../../src/portal/finance/month-rows.js';

test('the steps of a month are of all of its credits, however many there are', async () => {
  const count = 2_345;
  const all = Array.from({ length: count }, (_, n) => ({
    id: `CR-${n}`,
    status: n % 2 ? 'sealed' : 'settled',
  }));
  const asked: unknown[] = [];
  const listCredits = (_caller: unknown, { query }: { query: { limit: string; after?: string } }) => {
    asked.push(query);
    const first = all.findIndex(({ id }) => id === query.after) + 1;
    return Promise.resolve({ credits: all.slice(first, first + Number(query.limit)), cursor: 0 });
  };
  const credits = await creditsOf({ listCredits } as never, {} as never, '2026-10');
  expect(credits.map(({ id }) => id)).toEqual(all.map(({ id }) => id));
  expect(asked).toHaveLength(3);
  expect(stepsOf([], credits, true)).toMatchObject({ owed: count, settled: 1_173 });
});
