import { describe, expect, test } from 'vitest';
import { sheetOf, text, whole, workbookBytes, wrapped } from '../../src/render/spreadsheet.js';
import { reportXlsx } from '../../src/render/report/xlsx.js';
import { openedInLibreOffice } from '../support/libre-office.js';
import { requires } from '../support/requires.js';
import { everything, reportOf } from './report/documents.js';

const bookOf = (texts: readonly string[]): Promise<Buffer> =>
  workbookBytes([
    sheetOf(
      'Texts',
      [
        { head: 'Text', width: 40, cell: wrapped },
        { head: 'Length', width: 9, cell: (one) => whole(one.length) },
      ],
      texts,
    ),
  ]);

describe('a workbook opened in LibreOffice', () => {
  requires({ commands: ['soffice'] });

  test(
    'has each text as it is: what looks like an escape, a formula, several lines',
    { timeout: 120_000 },
    async () => {
      const texts = [
        ...[
          '_x0041_',
          'a_x000D_b',
          '_x005F_x0041_',
          '_x004',
          '__x00e9__',
          '=1+1',
          '+85212345678',
          '-1',
          '@x',
          '007',
        ],
        ...['2026-10-01', '1e5', 'one\ntwo', 'a\tb', '<&>"\'', '𠮷野家 😀', 'Škoda Łódź', '1,5'],
      ];
      const [sheet] = await openedInLibreOffice(await bookOf(texts));
      expect(sheet?.rows.slice(1).map(([cell]) => cell)).toEqual(
        texts.map((shown) => ({ type: 'string', value: null, shown })),
      );
    },
  );

  test(
    'cuts what a cell has no room for, with a mark, and between characters',
    { timeout: 120_000 },
    async () => {
      const longest = 32_767;
      const texts = [
        'a'.repeat(longest),
        'b'.repeat(longest + 1),
        '😀'.repeat(20_000),
        '_x0041_'.repeat(6000),
      ];
      const [sheet] = await openedInLibreOffice(await bookOf(texts));
      const shown = (sheet?.rows ?? []).slice(1).map(([cell]) => cell?.shown ?? '');
      expect(shown[0]).toBe(texts[0]);
      for (const [index, cut] of shown.slice(1).entries()) {
        const given = texts[index + 1] ?? '';
        expect(cut.length).toBeLessThanOrEqual(longest);
        expect(cut.length).toBeGreaterThan(longest - 2);
        const mark = `… [cut: ${given.length} characters, a cell has room for ${longest}]`;
        expect(cut.endsWith(mark)).toBe(true);
        expect(given.startsWith(cut.slice(0, -mark.length))).toBe(true);
      }
    },
  );

  test('has no character that XML lacks', { timeout: 120_000 }, async () => {
    const [sheet] = await openedInLibreOffice(await bookOf(['a\u0000b\u001bc\ud800d\uffffe']));
    expect(sheet?.rows[1]?.[0]?.shown).toBe('abcde');
  });

  test(
    'of a report has dates, numbers and shares as what they are, and totals under their columns',
    { timeout: 120_000 },
    async () => {
      const sheets = await openedInLibreOffice(await reportXlsx(reportOf(everything), 'en'));
      const [summary] = sheets;
      const [heads = [], ...rows] = summary?.rows ?? [];
      const column = (name: string) => heads.findIndex(({ shown }) => shown === name);
      const types = (name: string) => new Set(rows.slice(0, 5).map((row) => row[column(name)]?.type ?? null));
      for (const name of ['From', 'To']) expect(types(name)).toEqual(new Set(['date']));
      for (const name of ['Availability', 'Observed', 'Commitment'])
        expect(types(name)).toEqual(new Set(['percentage']));
      for (const name of ['Revision', 'Rent', 'Credit, tax included'])
        expect(types(name)).toEqual(new Set(['float']));
      expect(types('Unavailable')).toEqual(new Set(['time']));
      const totals = rows.slice(5, 7).map((row) =>
        ['Currency', 'Rent', 'Credit, tax included', 'Tax included', 'Net'].map((name) => {
          const { type = null, value = null, shown = '' } = row[column(name)] ?? {};
          return type === 'float' ? Number(value) : shown;
        }),
      );
      expect(totals.map((row) => row.slice(0, 3))).toEqual([
        ['HKD', 40_129.03, 1806.45],
        ['JPY', 150_000, 0],
      ]);
      // A total is that of the cells above it, in its own currency.
      for (const name of ['Rent', 'Credit, tax included']) {
        const above = rows
          .slice(0, 5)
          .filter((row) => row[column('Currency')]?.shown === 'HKD')
          .reduce((sum, row) => sum + Math.round(Number(row[column(name)]?.value) * 100), 0);
        expect(Math.round(Number(rows[5]?.[column(name)]?.value) * 100)).toBe(above);
      }
      expect(sheets.map(({ name }) => name)).toEqual([
        'Summary',
        'Credits',
        'Outages',
        'Exclusions',
        'Paths',
      ]);
    },
  );
});

test('the same sheets are the same bytes, whenever they are written', async () => {
  const first = await bookOf(['a']);
  // An archive tells the time in steps of two seconds.
  await new Promise((resolve) => setTimeout(resolve, 2_100));
  expect((await bookOf(['a'])).equals(first)).toBe(true);
  expect(text('')).toBeNull();
});
