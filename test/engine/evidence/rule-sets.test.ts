import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ruleSetOf, type SealedStatement } from '../../../src/core/statement/document.js';
import { packEvidence } from '../../../src/services/evidence/make.js';
import { verifyPack } from '../../../src/services/evidence/verify.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { drawMonth, ruleSetOfMonth } from '../../../src/services/statements/draw.js';
import type { RuleSet } from '../../../src/core/statement/rule-set.js';
import { reportLanguages } from '../../../src/i18n/languages.js';
import { localeOf, noBreak } from '../../../src/i18n/locale.js';
import { derivationOf } from '../../../src/render/report/derivation.js';
import { digestOf } from '../../../src/seal/canonical.js';
import { keyFolder, publicKeyOf } from '../../../src/seal/keys.js';
import { sealFault } from '../../../src/seal/statement.js';
import { dayMs, hourMs, november, october } from '../../support/ledger.js';
import { maintenanceOf, statedOctober, statementsOf, type StatedMonth } from '../../support/statements.js';

/** Statements and packs as the programs made them that knew no later rule set. */
const folderOf = (ruleSet: RuleSet): string => join(import.meta.dirname, `rule-set-${ruleSet}`);

/** A database whose October was sealed before the next rule set came. */
async function sealedBefore(ruleSet: RuleSet): Promise<StatedMonth> {
  const month = await statedOctober();
  const { store, config } = month;
  const drawn = await drawMonth({ store, config, now: november, software: '0.1.0', ruleSet }, '2026-10');
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

describe.each([1, 2] as const)('what rule set %d sealed', (ruleSet) => {
  const folder = folderOf(ruleSet);
  const format = `pop-sla-statement/${ruleSet}`;
  const pem = readFileSync(join(folder, 'key.pem'), 'utf8');
  const sealed = JSON.parse(readFileSync(join(folder, 'other.sealed.json'), 'utf8')) as SealedStatement;

  test('has its hash and its signature, and an evidence pack of it verifies', async () => {
    expect(digestOf(sealed.document)).toBe(sealed.hash);
    expect(sealFault(sealed, () => publicKeyOf(pem))).toBeNull();
    const pack = readFileSync(join(folder, 'other.zip'));
    for (const software of [sealed.document.software, '9.9.9']) {
      const found = await verifyPack({ pack, key: pem, software });
      expect(found).toMatchObject({ differences: [], statement: { format } });
    }
  });

  test('is revised by the same rule set: the difference is what was entered since, and nothing else', async () => {
    const month = await sealedBefore(ruleSet);
    const statements = await statementsOf(month);
    expect(await ruleSetOfMonth(month.store.statements, '2026-10')).toBe(ruleSet);
    expect(await statements.check('2026-10')).toBe(0);
    const only = { month: '2026-10', services: ['other'], acceptIncomplete: null };
    expect(await statements.revise('ann', only)).toMatchObject([{ outcome: 'unchanged' }]);
    const ledgerService = createLedgerService({
      store: month.store,
      config: () => month.config,
      now: () => november + hourMs,
    });
    const from = october + 12 * dayMs;
    const [late] = await ledgerService.propose('ann', [maintenanceOf('FRA', from, from + 5 * hourMs)]);
    await ledgerService.decide('bob', 'approve', late?.id ?? '', null);
    // The second rule set judges the month as a whole, and more is taken back.
    expect(await statements.revise('ann', only)).toMatchObject([
      { outcome: 'sealed', revision: 2, creditDifference: ruleSet === 1 ? '-483.87' : '-758.06' },
    ]);
    const revised = await month.store.statements.sealed('2026-10/other');
    expect(revised?.document).toMatchObject({ format, revision: 2 });
    expect(revised?.document.parts).toHaveLength(ruleSet === 1 ? 2 : 1);
    expect(revised?.document.parts[0]?.explain?.length).toBeGreaterThan(10);
    expect(revised?.document.change?.why).toContainEqual(
      expect.stringMatching(/^exclusion X\d+, .* approved/),
    );
  });

  test('is packed by this program, and verifies', async () => {
    const month = await sealedBefore(ruleSet);
    const config = { ...month.config, keys: { folder: join(month.folder, 'keys') } };
    const options = { store: month.store, config, service: 'other', month: '2026-10', now: november };
    const { pack } = await packEvidence({ ...options, software: '0.2.0' });
    const [key] = await keyFolder(config.keys.folder).list();
    const found = await verifyPack({ pack, key: key?.pem ?? null, software: '0.2.0' });
    expect(found.differences).toEqual([]);
    expect(ruleSetOf(found.statement)).toBe(ruleSet);
  });
});

describe('what rule set 3 sealed', () => {
  test('stays as it is, and its revisions have codes in place of sentences', async () => {
    const month = await sealedBefore(3);
    const first = await month.store.statements.sealed('2026-10/other');
    expect(first?.document).toMatchObject({ format: 'pop-sla-statement/3', ruleSet: 3 });
    const statements = await statementsOf(month);
    expect(await statements.check('2026-10')).toBe(0);
    const ledger = createLedgerService({
      store: month.store,
      config: () => month.config,
      now: () => november + hourMs,
    });
    const from = october + 12 * dayMs;
    const [late] = await ledger.propose('ann', [maintenanceOf('FRA', from, from + 5 * hourMs)]);
    await ledger.decide('bob', 'approve', late?.id ?? '', null);
    const only = { month: '2026-10', services: ['other'], acceptIncomplete: null };
    const [outcome] = await statements.revise('ann', only);
    expect(outcome).toMatchObject({ outcome: 'sealed', revision: 2, creditDifference: '-758.06' });
    const revised = await month.store.statements.sealed('2026-10/other');
    expect(revised?.document).toMatchObject({
      format: 'pop-sla-statement/4',
      ruleSet: 4,
      previous: first?.hash,
      change: {
        why: [
          { code: 'exclusion-approved', id: late?.id, kind: 'planned-maintenance', by: 'bob' },
          expect.anything(),
        ],
      },
    });
    expect(await month.store.statements.sealed('2026-10/other', 1)).toEqual(first);
    const config = { ...month.config, keys: { folder: join(month.folder, 'keys') } };
    const options = { store: month.store, config, service: 'other', month: '2026-10', now: november };
    const { pack } = await packEvidence({ ...options, software: '0.2.0' });
    const [key] = await keyFolder(config.keys.folder).list();
    const found = await verifyPack({ pack, key: key?.pem ?? null, software: '0.2.0' });
    expect(found).toMatchObject({ differences: [], revisions: 2, statement: { revision: 2 } });
  });
});

describe('a month without a sealed statement', () => {
  test('is judged by the fourth rule set, calculated as by the second, and contains no derivation', async () => {
    const month = await statedOctober();
    const statements = await statementsOf(month);
    const [draft] = await statements.draw('2026-10', ['other']);
    expect(draft).toMatchObject({ format: 'pop-sla-statement/4', ruleSet: 4, total: { credit: '758.06' } });
    expect(draft?.parts).toMatchObject([
      { terms: [{ rent: '4838.71' }, { rent: '10322.58' }], rent: '15161.29', met: false },
    ]);
    const { store, config } = month;
    const second = await drawMonth({ store, config, now: november, software: 'x', ruleSet: 2 }, '2026-10');
    const { explain, ...figures } = second.draft('other').parts[0] ?? { explain: [] };
    expect(explain?.length).toBeGreaterThan(10);
    expect(draft?.parts).toEqual([figures]);
  });

  test('is derived when it is shown, in each language, from the figures of the document', async () => {
    const statements = await statementsOf(await statedOctober());
    const [draft] = await statements.draw('2026-10', ['other']);
    if (!draft) throw new Error('no draft');
    const [english, simplified, traditional] = reportLanguages.map((language) =>
      derivationOf(draft, localeOf(language)).flat().join('\n'),
    );
    for (const line of [
      'Rent of the period: HKD 4,838.71 + HKD 10,322.58 = HKD 15,161.29',
      '% → 5%\nCredit for availability: 5% = HKD 758.06 [classes.',
      'Credit, tax included: HKD 758.06',
    ])
      expect(english?.replaceAll(noBreak, ' ')).toContain(line);
    expect(english).not.toMatch(/\d %|service: /);
    expect(simplified).toContain('当期租费');
    expect(traditional).toContain('當期租費');
    const figures = (text?: string): string[] => text?.match(/[\d,]*\d\.\d\d(?!\d)/g) ?? [];
    expect(figures(simplified)).toEqual(figures(english));
    expect(english?.split('\n').length).toBeGreaterThan(15);
  });
});
