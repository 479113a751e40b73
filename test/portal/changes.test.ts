import { describe, expect, test } from 'vitest';
import { createStatements } from '../../src/services/statements/statements.js';
import { changesOf } from '../../src/portal/finance/changes.js';
import { localeOf } from '../../src/i18n/locale.js';
import { portalWords } from '../../src/i18n/portal.js';
import { dayMs, hourMs, november, october, outage } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';

/** A month before and after two observers' rows of one more outage came in. */
async function changed() {
  const { store, config } = await statedOctober();
  const statements = createStatements({
    store,
    config: () => config,
    now: () => november + dayMs,
    software: 'test',
    signer: () => Promise.reject(new Error('nothing is sealed here')),
  });
  const [before] = await statements.draw('2026-10', ['single']);
  const from = october + 20 * dayMs;
  const late = ['HKG', 'FRA'].map((observer, n) =>
    Object.assign(outage('SIN', from + n * 1000, from + 10 * hourMs), { observer }),
  );
  await store.watch.put({ outages: late, states: [], spans: [], blind: [] });
  const [after] = await statements.draw('2026-10', ['single']);
  if (!before || !after) throw new Error('October has no statement');
  return { before, after };
}

const nothing = '–';
const speech = (language: 'en' | 'zh-CN') => {
  const locale = localeOf(language);
  return { w: portalWords[language], r: locale.words, f: Object.assign({}, locale, { nothing }) } as never;
};

describe('the differences of a revision', () => {
  test('are money first, figures by their names, and one line for an outage, whoever saw it', async () => {
    const changes = changesOf(await changed(), speech('en'));
    expect(changes.money.map(({ name }) => name)).toContain('Credit');
    expect(changes.outages).toHaveLength(1);
    expect(changes.outages[0]).toMatchObject({ what: 'added', port: 'SIN', after: { observers: 2 } });
    expect(changes.figures.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Availability', 'Unavailable', 'Credit (%)']),
    );
    expect(Object.keys(changes)[0]).toBe('money');
    // Nothing is told by a field of the document or an observer's id.
    expect(JSON.stringify([changes.money, changes.figures])).not.toMatch(/parts\[|unavailableMs|@HKG/);
  });

  test('are said in the language of the reader', async () => {
    const changes = changesOf(await changed(), speech('zh-CN'));
    const names = [...changes.money, ...changes.figures].map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['赔付', '可用率', '不可用']));
    expect(names.join('')).not.toMatch(/[a-z]{3}/i);
  });
});
