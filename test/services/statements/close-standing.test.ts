import { expect, test } from 'vitest';
import { closeStanding } from '../../../src/services/statements/month-close.js';
import { dayMs, hourMs, october } from '../../support/ledger.js';
import { statedOctober, statementsOf } from '../../support/statements.js';

test('the latest month that is over goes from open over closed to sealed, and the oldest unsealed is counted', async () => {
  const month = await statedOctober();
  const { store, config } = month;
  await store.paths.seen(['HKG>SIN'], october + dayMs);
  const end = october + 31 * dayMs;
  const sealed = new Set<string>();
  const at = (now: number) => closeStanding({ store, book: config.book, now, sealed });
  expect(await at(end - 1)).toBeNull();
  expect(await at(end + hourMs)).toEqual({ state: 'open', lastSealedEnd: null, unsealedMs: hourMs });

  const statements = await statementsOf(month);
  await statements.close('2026-10');
  expect(await at(end + 2 * dayMs)).toEqual({
    state: 'closed',
    lastSealedEnd: null,
    unsealedMs: 2 * dayMs,
  });

  await statements.seal('ann', { month: '2026-10', services: ['single'], acceptIncomplete: 'seen' });
  expect(await at(end + 2 * dayMs)).toMatchObject({ state: 'closed' });
  await statements.seal('ann', { month: '2026-10', services: ['other'], acceptIncomplete: 'seen' });
  expect(await at(end + 2 * dayMs)).toEqual({ state: 'sealed', lastSealedEnd: end, unsealedMs: 0 });
  expect([...sealed]).toEqual(['2026-10']);
  expect(await at(end + 31 * dayMs)).toMatchObject({ state: 'open', lastSealedEnd: end, unsealedMs: dayMs });
});
