import { describe, expect, test } from 'vitest';
import { dayMs, october } from '../../support/ledger.js';
import { putRound, statedOctober, statementsOf } from '../../support/statements.js';

const ann = { name: 'Ann', identity: 'user:ann' };
const bob = { name: 'Ann', identity: 'user:bob' };
const single = { month: '2026-10', services: ['single'], acceptIncomplete: null };

async function setUp(twoPersonSealing = true) {
  const month = await statedOctober();
  const config = { ...month.config, statements: { ...month.config.statements, twoPersonSealing } };
  const statements = await statementsOf({ ...month, config });
  await statements.close('2026-10');
  return { ...month, statements };
}

describe('sealing by two persons', () => {
  test('needs somebody who prepared the draft, and another one who seals it; a name does not make another', async () => {
    const { store, statements } = await setUp();
    expect(await statements.seal(ann, single)).toMatchObject([
      {
        outcome: 'refused',
        why: ['is not prepared yet: pop-sla statements prepare, and another person seals it'],
      },
    ]);
    expect(await statements.prepare(ann, single)).toMatchObject([{ outcome: 'prepared', revision: 1 }]);
    await statements.prepare(ann, single);
    const renamed = { name: 'Ann Lee', identity: 'user:ann' };
    for (const same of [ann, renamed, ' ann '])
      expect(await statements.seal(same, single)).toMatchObject([
        { outcome: 'refused', why: ['was prepared by Ann alone: another person has to seal it'] },
      ]);
    expect(await statements.preparations('2026-10')).toMatchObject([
      { id: '2026-10/single', revision: 1, actor: 'Ann', principal: 'user:ann' },
    ]);
    expect(await statements.seal(bob, single)).toMatchObject([{ outcome: 'sealed', revision: 1 }]);
    expect(await statements.preparations('2026-10')).toEqual([]);
    expect((await store.ledger.events()).slice(-2)).toMatchObject([
      { principal: 'user:ann', action: { type: 'statement-prepared', id: '2026-10/single', revision: 1 } },
      { principal: 'user:bob', action: { type: 'statement-sealed', id: '2026-10/single', revision: 1 } },
    ]);
  });

  test('lets each of two who prepared it seal it', async () => {
    const { statements } = await setUp();
    await statements.prepare(ann, single);
    await statements.prepare(bob, single);
    expect(await statements.seal(ann, single)).toMatchObject([{ outcome: 'sealed' }]);
  });

  test('counts a preparation only as long as what is sealed rests on the same', async () => {
    const { store, statements } = await setUp();
    await statements.prepare(ann, single);
    await putRound(store, october + 4 * dayMs, [1000]);
    // Once for the draft, which is made anew, and then for what was prepared before.
    const stale = [{ outcome: 'refused', why: [expect.stringContaining('created anew'), expect.anything()] }];
    expect(await statements.prepare(bob, single)).toMatchObject(stale);
    expect(await statements.preparations('2026-10')).toEqual([]);
    expect(await statements.seal(bob, single)).toMatchObject([
      {
        outcome: 'refused',
        why: ['has changed since it was prepared: pop-sla statements prepare, and another person seals it'],
      },
    ]);
    await statements.prepare(ann, single);
    expect(await statements.seal(bob, single)).toMatchObject([{ outcome: 'sealed' }]);
  });

  test('holds for revisions too; what has not changed needs no preparation', async () => {
    const { store, statements } = await setUp();
    await statements.prepare(ann, single);
    await statements.seal(bob, single);
    expect(await statements.prepare(ann, single)).toMatchObject([{ outcome: 'unchanged', revision: 1 }]);
    expect(await statements.revise(bob, single)).toMatchObject([{ outcome: 'unchanged' }]);
    await putRound(store, october + 4 * dayMs, [1000]);
    expect(await statements.revise(bob, single)).toMatchObject([
      {
        outcome: 'refused',
        revision: 1,
        why: [expect.stringContaining('is not prepared'), expect.anything()],
      },
    ]);
    // To look at what it would say needs nobody.
    expect(await statements.revise(bob, { ...single, dryRun: true })).toMatchObject([
      { outcome: 'sealed', revision: 2 },
    ]);
    expect(await statements.prepare(bob, single)).toMatchObject([
      { outcome: 'prepared', revision: 2, why: ['path HKG>SIN has 4 valid rounds, had 3'] },
    ]);
    expect(await statements.revise(bob, single)).toMatchObject([{ outcome: 'refused', revision: 1 }]);
    expect(await statements.revise(ann, single)).toMatchObject([{ outcome: 'sealed', revision: 2 }]);
  });

  test('is off unless the configuration says so', async () => {
    const { statements } = await setUp(false);
    expect(await statements.seal(ann, single)).toMatchObject([{ outcome: 'sealed' }]);
  });
});
