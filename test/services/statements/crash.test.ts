import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { audit } from '../../../src/services/ledger/backlog.js';
import { keyFolder } from '../../../src/seal/keys.js';
import { openSqliteStore } from '../../../src/store/sqlite/open.js';
import type { Store } from '../../../src/store/store.js';
import { requires } from '../../support/requires.js';
import { statedOctober, statementsOf } from '../../support/statements.js';
import { sealSteps, withSteps } from './steps.mjs';

requires({ built: true });

const child = join(import.meta.dirname, 'seal-child.mjs');
const all = { month: '2026-10', services: null, acceptIncomplete: null };

/** What of a statement is there: its revision, its event in the ledger and the state of its row for billing. */
async function stateOf(store: Store, id: string) {
  const events = await store.ledger.events();
  const credits = await store.statements.credits({ statement: id });
  return {
    sealed: (await store.statements.sealed(id)) !== null,
    entered: events.some(({ action }) => action.type === 'statement-sealed' && action.id === id),
    owed: credits.map(({ status }) => status),
  };
}

const asItWas = (owed: readonly string[]) => ({ sealed: false, entered: false, owed });
const done = (owed: readonly string[]) => ({ sealed: true, entered: true, owed });

describe('a sealing that is killed', () => {
  // `other` owes something and comes first; `single` owes nothing.
  const kills = sealSteps.flatMap((step) => [1, 2].map((nth) => ({ step, nth })));
  test.each(kills)('at $step, time $nth, leaves the old state or the new one', async ({ step, nth }) => {
    const { store: before, config, file, folder } = await statedOctober();
    await keyFolder(config.keys.folder).make();
    await before.close();
    const { signal } = spawnSync(process.execPath, [child, file, '2026-10', step, String(nth)]);
    expect(signal).toBe('SIGKILL');

    const store = await openSqliteStore({ path: config.store.path });
    onTestFinished(() => store.close());
    const [first, second] = [await stateOf(store, '2026-10/other'), await stateOf(store, '2026-10/single')];
    const firstIsDone = nth === 2 || step === 'sealed';
    const firstOwes = step === 'draft' ? [] : ['draft'];
    expect(first).toEqual(firstIsDone ? done(['sealed']) : asItWas(firstOwes));
    expect(second).toEqual(nth === 2 && step === 'sealed' ? done([]) : asItWas([]));
    expect(await audit(store)).toMatchObject({ ok: true });

    const statements = await statementsOf(
      { store, config, file, folder },
      { signer: () => keyFolder(config.keys.folder).signer() },
    );
    const again = await statements.seal('ann', all);
    expect(again.filter(({ outcome }) => outcome !== 'sealed' && outcome !== 'already-sealed')).toEqual([]);
    expect(await stateOf(store, '2026-10/other')).toEqual(done(['sealed']));
    expect(await stateOf(store, '2026-10/single')).toEqual(done([]));
    expect((await store.statements.credits()).map(({ id }) => id)).toEqual(['CR-2026-10-000001']);
    expect(await audit(store)).toMatchObject({ ok: true });
  });
});

describe('a sealing that fails', () => {
  test('at any step leaves the old state or the new one', async () => {
    for (const failing of sealSteps) {
      const month = await statedOctober();
      const keys = keyFolder(join(month.folder, 'keys'));
      const statements = await statementsOf(
        month,
        withSteps({ store: month.store, signer: () => keys.signer() }, (name) => {
          if (name === failing) throw new Error('the power went');
        }),
      );
      await expect(statements.seal('ann', all)).rejects.toThrow('the power went');
      const isDone = failing === 'sealed';
      const state = await stateOf(month.store, '2026-10/other');
      expect([state.sealed, state.entered, state.owed.includes('sealed')]).toEqual([isDone, isDone, isDone]);
      expect(await stateOf(month.store, '2026-10/single')).toEqual(asItWas([]));
    }
  });

  test('for want of a store that can be written says so, and nothing is half written', async () => {
    const { store: writable, config, file, folder } = await statedOctober();
    await writable.close();
    const store = await openSqliteStore({ path: config.store.path, readOnly: true });
    onTestFinished(() => store.close());
    const statements = await statementsOf({ store, config, file, folder });
    await expect(statements.seal('ann', all)).rejects.toMatchObject({
      name: 'StoreError',
      kind: 'read-only',
    });
    expect(await stateOf(store, '2026-10/other')).toEqual(asItWas([]));
  });
});
