import { expect, test } from 'vitest';
import { freshDrafts } from '../../../src/services/statements/fresh-drafts.js';
import { drawMonth } from '../../../src/services/statements/draw.js';
import { createStatements } from '../../../src/services/statements/statements.js';
import { november } from '../../support/ledger.js';
import { statedOctober } from '../../support/statements.js';

test('many who ask at once have the drafts of a month drawn up anew once', async () => {
  const { store, config } = await statedOctober();
  const now = () => november;
  const software = '1.2.3';
  const signer = () => Promise.reject(new Error('nothing is sealed here'));
  await createStatements({ store, config: () => config, now, software, signer }).close('2026-10', null);
  let drawn = 0;
  const freshen = freshDrafts({
    store,
    config: () => config,
    now,
    drawn: (month) => {
      drawn += 1;
      return drawMonth({ store, config, now: now(), software }, month);
    },
  });
  await Promise.all(Array.from({ length: 5 }, () => freshen('2026-10')));
  expect(drawn).toBe(1);
});
