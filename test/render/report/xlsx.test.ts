import readExcelFile, { type CellValue } from 'read-excel-file/node';
import { describe, expect, test } from 'vitest';
import { reportXlsx } from '../../../src/render/report/xlsx.js';
import type { ReportLanguage } from '../../../src/i18n/languages.js';
import { everything, reportOf } from './documents.js';

/** As a program that is not ours reads it: sheets by name, lines by their heads. */
async function opened(language: ReportLanguage) {
  const sheets = await readExcelFile(await reportXlsx(reportOf(everything), language));
  return sheets.map(({ sheet, data: [heads = [], ...rows] }) => ({
    name: sheet,
    heads,
    rows,
    lines: rows.map((row): Record<string, CellValue | null> =>
      Object.fromEntries(heads.map((head, index) => [String(head), row[index] ?? null])),
    ),
  }));
}

describe('a workbook', () => {
  test('has a sheet each, in the language asked for', async () => {
    expect((await opened('en')).map(({ name }) => name)).toEqual([
      ...['Summary', 'Credits', 'Outages', 'Exclusions', 'Paths'],
    ]);
    expect((await opened('zh-TW')).map(({ name }) => name)).toEqual([
      ...['摘要', '賠付', '中斷紀錄', '免責事項', '路徑'],
    ]);
  });

  test('has numbers, shares, dates and truth values as what they are', async () => {
    const [summary, credits, outages, exclusions, paths] = await opened('en');
    expect(summary?.lines[4]).toMatchObject({
      Service: 'harbour-bank-branch',
      Customer: '海港銀行股份有限公司',
      Availability: 0.991662,
      Commitment: 0.995,
      Met: false,
      Rent: 12_000,
      'Credit, tax included': 1200,
      'Tax included': 99.08,
      From: new Date('2026-10-01T00:00:00Z'),
      // A span of time, as hours from a spreadsheet's day zero.
      Unavailable: new Date('1899-12-30T06:12:10.500Z'),
    });
    expect(credits?.lines.at(-1)).toMatchObject({
      'Cause of credit': 'availability',
      Amount: 1200,
      '%': 0.1,
    });
    expect(outages?.lines).toHaveLength(6);
    expect(outages?.lines.find((line) => line['No.'] === 'SIN@HKG/1792282200000')).toMatchObject({
      To: null,
      Duration: null,
      'Excused by': 'E9',
    });
    expect(exclusions?.lines.map((line) => line['No.'])).toEqual(['E9', 'E3', 'E7', 'E7']);
    expect(paths?.lines[2]).toMatchObject({ 'Latency, ms': 35.428, 'Committed, ms': 35, Excess: 0.012 });
  });

  test('has nothing where nothing was measured', async () => {
    const paths = (await opened('en')).at(-1);
    expect(paths?.lines[0]).toMatchObject({
      Path: 'TYO>HKG',
      Coverage: null,
      'Latency, ms': null,
      Loss: null,
      Band: null,
      'Rounds due': 0,
    });
  });

  test('says under the lines what they add up to by currency, and that not all is sealed', async () => {
    const rows = (await opened('en'))[0]?.rows.slice(5).map((row) => row.filter((cell) => cell !== null));
    expect(rows).toContainEqual(['Totals', 3, 'HKD', 40_129.03, 1806.45]);
    expect(rows).toContainEqual(['Totals', 1, 'JPY', 150_000, 0]);
    expect(rows?.at(-1)).toEqual(['1 of 4 statements are drafts: they are not sealed and may still change.']);
  });

  test('keeps a text that looks like a formula a text', async () => {
    expect((await opened('en'))[0]?.lines[0]?.['Customer']).toBe('=绿茶贸易(上海)有限公司');
  });
});
