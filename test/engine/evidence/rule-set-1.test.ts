import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ruleSetOf, type SealedStatement } from '../../../src/core/statement/document.js';
import { packEvidence } from '../../../src/services/evidence/make.js';
import { verifyPack } from '../../../src/services/evidence/verify.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { drawMonth, ruleSetOfMonth } from '../../../src/services/statements/draw.js';
import { digestOf } from '../../../src/seal/canonical.js';
import { keyFolder, publicKeyOf } from '../../../src/seal/keys.js';
import { sealFault } from '../../../src/seal/statement.js';
import { dayMs, hourMs, november, october } from '../../support/ledger.js';
import { maintenanceOf, statedOctober, statementsOf, type StatedMonth } from '../../support/statements.js';

/** What version 0.1.0, which knew the first rule set only, sealed and packed. */
const folder = join(import.meta.dirname, 'rule-set-1');
const pem = readFileSync(join(folder, 'key.pem'), 'utf8');
const sealed = JSON.parse(readFileSync(join(folder, 'other.sealed.json'), 'utf8')) as SealedStatement;

/** A database whose October was sealed before the second rule set came. */
async function sealedBefore(): Promise<StatedMonth> {
  const month = await statedOctober();
  const { store, config } = month;
  const drawn = await drawMonth({ store, config, now: november, software: '0.1.0', ruleSet: 1 }, '2026-10');
  const before = {
    services: drawn.services,
    unjudged: drawn.unjudged,
    draft: (service: string) => drawn.draft(service),
  };
  const statements = await statementsOf(month, { judging: { draw: () => Promise.resolve(before) } });
  const all = { month: '2026-10', services: null, acceptIncomplete: null };
  expect((await statements.seal('ann', all)).map(({ outcome }) => outcome)).toEqual(['sealed', 'sealed']);
  return month;
}

describe('what the first rule set sealed', () => {
  test('has its hash and its signature, and an evidence pack of it verifies', async () => {
    expect(digestOf(sealed.document)).toBe(sealed.hash);
    expect(sealFault(sealed, () => publicKeyOf(pem))).toBeNull();
    const pack = readFileSync(join(folder, 'other.zip'));
    for (const software of ['0.1.0', '9.9.9']) {
      const found = await verifyPack({ pack, key: pem, software });
      expect(found).toMatchObject({ differences: [], statement: { format: 'pop-sla-statement/1' } });
    }
  });

  test('is revised by the first rule set: the difference is what was entered since, and nothing else', async () => {
    const month = await sealedBefore();
    const statements = await statementsOf(month);
    expect(await ruleSetOfMonth(month.store.statements, '2026-10')).toBe(1);
    expect(await statements.check('2026-10')).toBe(0);
    const only = { month: '2026-10', services: ['other'], acceptIncomplete: null };
    expect(await statements.revise('ann', only)).toMatchObject([{ outcome: 'unchanged' }]);
    const desk = createLedgerService({
      store: month.store,
      config: () => month.config,
      now: () => november + hourMs,
    });
    const from = october + 12 * dayMs;
    const [late] = await desk.propose('ann', [maintenanceOf('FRA', from, from + 5 * hourMs)]);
    await desk.decide('bob', 'approve', late?.id ?? '', null);
    // By the second it would be 758.06 that goes.
    expect(await statements.revise('ann', only)).toMatchObject([
      { outcome: 'sealed', revision: 2, creditDifference: '-483.87' },
    ]);
    const revised = await month.store.statements.sealed('2026-10/other');
    expect(revised?.document).toMatchObject({ format: 'pop-sla-statement/1', revision: 2 });
    expect(revised?.document.parts).toHaveLength(2);
  });

  test('is packed by this program, and verifies', async () => {
    const month = await sealedBefore();
    const config = { ...month.config, keys: { folder: join(month.folder, 'keys') } };
    const options = { store: month.store, config, service: 'other', month: '2026-10', now: november };
    const { pack } = await packEvidence({ ...options, software: '0.2.0' });
    const [key] = await keyFolder(config.keys.folder).list();
    const found = await verifyPack({ pack, key: key?.pem ?? null, software: '0.2.0' });
    expect(found.differences).toEqual([]);
    expect(ruleSetOf(found.statement)).toBe(1);
  });
});

test('a month that nobody sealed is judged by the second rule set, and says so', async () => {
  const month = await statedOctober();
  const statements = await statementsOf(month);
  const [draft] = await statements.draw('2026-10', ['other']);
  expect(draft).toMatchObject({ format: 'pop-sla-statement/2', ruleSet: 2, total: { credit: '758.06' } });
  expect(draft?.parts).toMatchObject([
    { terms: [{ rent: '4838.71' }, { rent: '10322.58' }], rent: '15161.29', met: false },
  ]);
});
