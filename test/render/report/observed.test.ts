import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { renderReport } from '../../../src/render/report/formats.js';
import { reportLanguages } from '../../../src/i18n/languages.js';
import { observedPercent } from '../../../src/render/report/observed.js';
import { reportWords } from '../../../src/i18n/report.js';
import { part, running, serviceReport, single, unwatched } from './documents.js';

const html = async (document: typeof single, language: 'en' | 'zh-CN' | 'zh-TW'): Promise<string> =>
  new TextDecoder()
    .decode(await renderReport(serviceReport(document), 'html', language))
    .replace(/<style>[^]*<\/style>/, '')
    .replace(/<[^>]+>/g, '\n');

const csv = async (document: typeof single): Promise<Record<string, string>> => {
  const text = new TextDecoder().decode(await renderReport(serviceReport(document), 'csv', 'en'));
  const [row = {}] = parse<Record<string, string>>(text, { columns: true, bom: true });
  return row;
};

describe('an availability', () => {
  test.each(reportLanguages)('that is not shown is never said to be met: %s', async (language) => {
    const words = reportWords[language];
    const text = await html(unwatched, language);
    const lines = text.split('\n');
    expect(lines).toContain(words.notShown);
    expect(lines).not.toContain(words.met);
    expect(text).toContain(words.atLeast('90.0000%'));
    expect(text).toContain(words.observedOf('90.00%'));
    expect(text).toContain(words.notShownNote('90.0000%'));
  });

  test.each(reportLanguages)(
    'of a running month stands beside the other one, each by its name: %s',
    async (language) => {
      const words = reportWords[language];
      const text = await html(running, language);
      for (const said of [
        words.availabilitySoFar,
        `${words.soFar}: 99.7000%`,
        words.atLeast('99.6000%'),
        `${words.wholeMonthShort}: 99.9032%`,
        words.atLeast('99.8709%'),
        words.observedOf('99.90%'),
      ])
        expect(text).toContain(said);
    },
  );

  test('of a statement that was sealed before there was a lower bound stands with what was observed', async () => {
    const text = await html(single, 'en');
    expect(text).toContain('99.95% observed');
    expect(text).not.toContain('at least');
    expect(await csv(single)).toMatchObject({
      met: 'false',
      availability_lower_bound_percent: '',
      observed_percent: '99.95',
      availability_to_date_percent: '',
    });
  });

  test('has its lower bound and what was observed in files for programs', async () => {
    expect(await csv(unwatched)).toMatchObject({
      availability_percent: '100.0000',
      met: 'not shown',
      observed_percent: '90.00',
      availability_lower_bound_percent: '90.0000',
    });
    expect(await csv(running)).toMatchObject({
      availability_percent: '99.9032',
      availability_to_date_percent: '99.7000',
      met: 'true',
      availability_to_date_lower_bound_percent: '99.6000',
      observed_percent: '99.90',
    });
    const json: unknown = JSON.parse(
      new TextDecoder().decode(await renderReport(serviceReport(unwatched), 'json', 'en')),
    );
    expect(JSON.stringify(json)).toContain('"availabilityLowerBoundPercent":"90.0000"');
  });

  test('was observed as much as is left without unobserved time, rounded down', () => {
    const period = { from: 'x', to: 'y', totalMs: 1_000_000 };
    expect(observedPercent(part({ period, unobservedMs: 1 }))).toBe('99.99');
    expect(observedPercent(part({ period, unobservedMs: 1_000_000 }))).toBe('0.00');
    expect(observedPercent(part({ period, removedMs: 1_000_000, unobservedMs: 1_000_000 }))).toBe('50.00');
    expect(observedPercent(part({ period: { ...period, totalMs: 0 }, unobservedMs: 0 }))).toBe('100.00');
  });
});

describe('how the contract is read', () => {
  test.each([
    ['en', 'The annex names no time zone', 'The annex does not know time'],
    ['zh-CN', '附件未规定时区', '附件未提及未观测时间'],
    // A ruling without a text in the language has its nearest.
    ['zh-TW', '附件未規定時區', '附件未提及未观测时间'],
  ] as const)('ends the statement, in its language: %s', async (language, first, second) => {
    const text = await html(unwatched, language);
    const [, end = ''] = text.split(reportWords[language].rulings);
    expect(end).toContain(first);
    expect(end).toContain(second);
    expect(end).not.toContain(reportWords[language].explain);
  });

  test('says nothing where a statement has no rulings', async () => {
    expect(await html(single, 'en')).not.toContain(reportWords.en.rulings);
  });

  test('says how bands are decided', async () => {
    expect(await html(single, 'en')).toContain('rounded half-up to one decimal');
    expect(await html(single, 'en')).not.toContain('exact fractions');
  });
});
