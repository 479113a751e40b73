import { join } from 'node:path';
import { expect, test } from 'vitest';
import { drawMonth } from '../../../src/services/statements/draw.js';
import { canonicalJson } from '../../../src/seal/canonical.js';
import { november } from '../../support/ledger.js';
import { statedOctober } from '../../support/statements.js';

test.each([1, 2, 3, 4] as const)('by rule set %d a month gives the statement that stands here, to the byte', async (ruleSet) => {
  const { store, config } = await statedOctober();
  const options = { store, config, now: november, software: '0.0.0-test', zoneData: '2026c', ruleSet };
  const drawn = await drawMonth(options, '2026-10');
  expect(drawn.services).toEqual(['other', 'single']);
  for (const service of drawn.services) {
    const document = drawn.draft(service);
    expect(() => canonicalJson(document)).not.toThrow();
    // Every new key of the configuration, and of plans, makes another one.
    const digests = [document.inputs.config, ...document.parts.map(({ plan }) => plan.digest)];
    expect(digests.filter((digest) => !/^[0-9a-f]{64}$/.test(digest))).toEqual([]);
    const text = digests.reduce((all, digest) => all.replaceAll(digest, 'masked'), JSON.stringify(document, null, 2));
    await expect(`${text}\n`).toMatchFileSnapshot(
      join(import.meta.dirname, `rule-set-${ruleSet}`, `${service}.json`),
    );
  }
});
