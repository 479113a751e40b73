import { describe, expect, test } from 'vitest';
import { statedOctober, statementsOf, putRound, type StatedMonth } from '../../support/statements.js';
import { dayMs, october } from '../../support/ledger.js';
import { unjudgeable, unjudgedReasons } from '../../support/unjudged.js';

const all = { month: '2026-10', services: null, acceptIncomplete: null };

const broken = (month: StatedMonth, id: 'other' | 'single'): StatedMonth => ({
  ...month,
  config: unjudgeable(month.config, [id]),
});

const cases = [
  ['other', 'single', '0.00'],
  ['single', 'other', '758.06'],
] as const;

describe.each(cases)('%s can not be judged', (id, good, credit) => {
  const reason = unjudgedReasons[id];

  test('closing draws up the others, and names it with its reason', async () => {
    const month = broken(await statedOctober(), id);
    const statements = await statementsOf(month);
    expect(await statements.close('2026-10')).toEqual({ drafts: 1, unjudged: [{ service: id, reason }] });
    expect((await statements.list()).map((one) => [one.service, one.state, one.credit])).toEqual([
      [good, 'draft', credit],
    ]);
    expect(await month.store.statements.closed('2026-10')).not.toBeNull();
    // Asked for by itself it is named as well, and the others are not.
    expect(await statements.close('2026-10', [id])).toEqual({
      drafts: 0,
      unjudged: [{ service: id, reason }],
    });
    expect(await statements.close('2026-10', [good])).toEqual({ drafts: 1, unjudged: [] });
    expect((await statements.draw('2026-10', null)).map(({ service }) => service)).toEqual([good]);
  });

  test('sealing seals the others, and refuses it with its reason', async () => {
    const statements = await statementsOf(broken(await statedOctober(), id));
    await statements.close('2026-10');
    const outcomes = await statements.seal('ann', all);
    expect(outcomes).toHaveLength(2);
    expect(outcomes).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ id: `2026-10/${good}`, outcome: 'sealed', revision: 1, credit }),
        expect.objectContaining({
          id: `2026-10/${id}`,
          outcome: 'refused',
          hash: null,
          why: [`can't be judged: ${reason}`],
        }),
      ]),
    );
  });

  test('revising revises the others, and keeps what it was sealed with', async () => {
    const month = await statedOctober();
    const before = await statementsOf(month);
    await before.seal('ann', all);
    const sealed = await month.store.statements.sealed(`2026-10/${id}`);
    await putRound(month.store, october + 22 * dayMs, [9000, 9000]);
    const after = await statementsOf(broken(month, id));
    const outcomes = await after.revise('bob', all);
    const outcomeOf = (service: string) => outcomes.find((one) => one.id === `2026-10/${service}`);
    expect(outcomeOf(id)).toMatchObject({ outcome: 'refused', why: [`can't be judged: ${reason}`] });
    // The round is of a path of `single`.
    expect(outcomeOf(good)?.outcome).toBe(good === 'single' ? 'sealed' : 'unchanged');
    expect(await month.store.statements.sealed(`2026-10/${id}`)).toEqual(sealed);
    expect(await after.check('2026-10')).toBe(0);
  });
});
