import { describe, expect, test } from 'vitest';
import { dayMs, november, october } from '../../support/ledger.js';
import { statedOctober, statementsOf } from '../../support/statements.js';

const december = november + 30 * dayMs;
const request = (month: string, service: string, outOfOrder: string | null = null) => ({
  month,
  services: [service],
  acceptIncomplete: 'agreed with the customer',
  outOfOrder,
});

async function setUp() {
  const month = await statedOctober();
  return { ...month, statements: await statementsOf(month, { now: () => december }) };
}

describe('the order of sealing', () => {
  test('is that of the months: a service with an earlier draft is refused, another one is not', async () => {
    const { statements } = await setUp();
    await statements.close('2026-10');
    await statements.seal('ann', request('2026-10', 'other'));
    const before = await statements.unsealedBefore('2026-11');
    expect([...before]).toEqual([['single', ['2026-10']]]);
    const [refused] = await statements.seal('ann', request('2026-11', 'single'));
    expect(refused).toMatchObject({
      outcome: 'refused',
      revision: null,
      why: ['2026-10 of it is not sealed: seal that first, or --out-of-order REASON'],
    });
    expect(await statements.list({ month: '2026-11', service: 'single' })).toEqual([]);
    const [sealed] = await statements.seal('ann', request('2026-11', 'other'));
    expect(sealed).toMatchObject({ outcome: 'sealed' });
    await statements.seal('ann', request('2026-10', 'single'));
    expect(await statements.seal('ann', request('2026-11', 'single'))).toMatchObject([{ outcome: 'sealed' }]);
  });

  test('counts a month that was measured and never closed; one before anything was measured does not count', async () => {
    const { store, statements } = await setUp();
    // The last instant of September in the zone of the plan, and then the first of October.
    await store.paths.seen(['HKG>SIN'], october);
    expect([...(await statements.unsealedBefore('2026-10'))]).toEqual([]);
    expect([...(await statements.unsealedBefore('2026-11'))]).toEqual([
      ['single', ['2026-10']],
      ['other', ['2026-10']],
    ]);
    await store.paths.seen(['HKG>FRA'], october - 1);
    expect([...(await statements.unsealedBefore('2026-10'))]).toEqual([
      ['single', ['2026-09']],
      ['other', ['2026-09']],
    ]);
  });

  test('can be left on purpose: the reason stands in the ledger, and only where there was something to leave', async () => {
    const { store, statements } = await setUp();
    await statements.close('2026-10');
    const why = 'the court asks for November';
    await statements.seal('ann', request('2026-10', 'other', why));
    const [sealed] = await statements.seal('ann', request('2026-11', 'single', why));
    expect(sealed).toMatchObject({ outcome: 'sealed', revision: 1 });
    const seals = (await store.ledger.events()).flatMap(({ action }) =>
      action.type === 'statement-sealed' ? [[action.id, action.outOfOrder]] : [],
    );
    expect(seals).toEqual([
      ['2026-10/other', undefined],
      ['2026-11/single', why],
    ]);
    // Sealed before its time, the later month still says the same when it is sealed again.
    expect(await statements.seal('ann', request('2026-11', 'single'))).toMatchObject([
      { outcome: 'already-sealed' },
    ]);
  });
});
