import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { csvDecimal, csvText } from '../../src/render/csv.js';
import { reportCsv } from '../../src/render/report/csv.js';
import { csvInLibreOffice } from '../support/libre-office.js';
import { requires } from '../support/requires.js';
import { everything, reportOf } from './report/documents.js';

const names = [
  'one\ntwo',
  'a\rb',
  ' blanks ',
  'a;b',
  'a,b',
  'say "x"',
  '海港銀行',
  'Škoda Łódź',
  '\ufeffmark',
];

describe('a file of CSV', () => {
  test.each(['comma', 'semicolon'] as const)('is read as it was written, with a %s', (separator) => {
    const text = csvText([names], {
      dialect: { bom: true, separator },
      columns: names.map((_, n) => `c${n}`),
    });
    const delimiter = separator === 'comma' ? ',' : ';';
    expect(parse(text, { bom: true, delimiter })).toEqual([names.map((_, n) => `c${n}`), names]);
    expect(text.startsWith('\ufeff')).toBe(true);
  });

  test('runs nothing in a spreadsheet, and leaves numbers as they are', () => {
    const run = ['=1+1', '+1', '-x', '@SUM(A1)', '\tx', '＝1', "'=1"];
    expect(parse(csvText([run]))).toEqual([run.map((text) => `'${text}`)]);
    expect(csvText([['-12.50', -3, csvDecimal('-1.5')]])).toBe('-12.50,-3,-1.5\r\n');
  });

  test('with semicolons has decimal commas, and only in numbers', () => {
    const text = reportCsv(reportOf(everything), { bom: false, separator: 'semicolon' });
    const [row] = parse<Record<string, string>>(text, { delimiter: ';', columns: true }).filter(
      ({ service }) => service === 'harbour-bank-branch',
    );
    expect(row).toMatchObject({
      rent: '12000,00',
      availability_percent: '99,1662',
      plan_version: '2024-04-16',
    });
    expect(row?.['period_from']).toBe('2026-10-01T00:00:00+08:00');
  });
});

describe('a file of CSV opened in LibreOffice', () => {
  requires({ commands: ['soffice'] });

  test('has each field in its column', { timeout: 120_000 }, async () => {
    const dialect = { bom: true, separator: 'semicolon' } as const;
    const text = csvText([['海港銀行', 'a;b', 'one\ntwo']], { dialect, columns: ['name', 'text', 'lines'] });
    const [sheet] = await csvInLibreOffice(Buffer.from(text), ';');
    expect(sheet?.rows.map((row) => row.map(({ shown }) => shown))).toEqual([
      ['name', 'text', 'lines'],
      ['海港銀行', 'a;b', 'one\ntwo'],
    ]);
  });
});
