import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { composeReport } from '../../../src/render/report/compose/compose.js';
import { renderReport } from '../../../src/render/report/formats.js';
import { reportLanguages, type ReportLanguage } from '../../../src/i18n/languages.js';
import { columnWidths, unbreakable } from '../../../src/render/report/pdf/table.js';
import { faceFiles, fontsOf } from '../../../src/render/report/pdf/fonts.js';
import { pagesPdf } from '../../../src/render/report/pdf/pdf.js';
import { textLayout } from '../../../src/render/report/pdf/text.js';
import type { Report } from '../../../src/render/report/report.js';
import { requires } from '../../support/requires.js';
import { root } from '../../support/source-files.js';
import { tempDir } from '../../support/temp-dir.js';
import {
  draft,
  everything,
  exclusion,
  outage,
  part,
  reportOf,
  serviceReport,
  single,
  split,
  statement,
} from './documents.js';

const golden = join(import.meta.dirname, '..', '..', 'golden', 'report');

async function written(report: Report, language: ReportLanguage): Promise<string> {
  const file = join(tempDir(), 'report.pdf');
  writeFileSync(file, await renderReport(report, 'pdf', language));
  return file;
}

const run = (program: string, args: readonly string[]): string =>
  execFileSync(program, args, { encoding: 'utf8' });

/** The text of each page, as a reader of the file copies it. */
const pagesOf = (file: string): string[] =>
  run('pdftotext', ['-raw', '-enc', 'UTF-8', file, '-']).split('\f').slice(0, -1);

describe('a PDF as poppler reads it', () => {
  requires({ commands: ['pdftotext', 'pdffonts', 'pdfinfo'] });

  test.each([
    ['single', single, 'en'],
    ['single', single, 'zh-CN'],
    ['split', split, 'zh-TW'],
  ] as const)('says what it said before: %s', async (name, document, language) => {
    const text = pagesOf(await written(serviceReport(document), language)).join('\f');
    expect(text).toBe(readFileSync(join(golden, `${name}.${language}.txt`), 'utf8'));
  });

  test.each(reportLanguages)(
    '%s: embeds subsets of its fonts, and the title and language',
    async (language) => {
      const file = await written(serviceReport(split), language);
      const fonts = run('pdffonts', [file]).trim().split('\n').slice(2);
      expect(fonts.length).toBeGreaterThan(1);
      for (const font of fonts) expect(font).toMatch(/^[A-Z]{6}\+NotoSans[ST]C.* yes yes yes/);
      const family = language === 'zh-TW' ? 'NotoSansTC' : 'NotoSansSC';
      expect(fonts.every((font) => font.includes(family))).toBe(true);
      const info = run('pdfinfo', [file]);
      expect(info).toMatch(/Title: .*harbour-bank-backbone/);
      expect(info).toMatch(/Page size: +595\.28 x 841\.89 pts \(A4\)/);
    },
  );

  test('of many statements numbers all pages, and marks those of drafts alone', async () => {
    const pages = pagesOf(await written(reportOf(everything), 'en'));
    expect(pages.length).toBeGreaterThan(4);
    pages.forEach((text, index) => {
      expect(text).toContain(`Page ${index + 1} of ${pages.length}`);
    });
    const ofDraft = pages.filter((text) => text.includes('tea-house-kyoto · 2026-10'));
    expect(ofDraft.length).toBeGreaterThan(0);
    for (const text of ofDraft) expect(text).toMatch(/^Draft$/m);
    for (const text of pages.filter((page) => page.includes('· Sealed')))
      expect(text).not.toMatch(/^Draft$/m);
  });

  test('long tables and texts go on over pages; their heads come again; nothing is lost', async () => {
    const outages = Array.from({ length: 90 }, (_, index) =>
      outage({ ref: `C${index + 1}`, excusedBy: [`E${index + 1}`], state: 'excused' }),
    );
    const reason = Array.from({ length: 1500 }, (_, index) => `word${index}`).join(' ');
    const explain = Array.from({ length: 200 }, (_, index) => `  step ${index} of the derivation`);
    const document = statement({ outages, exclusions: [exclusion({ reason })], parts: [part({ explain })] });
    const pages = pagesOf(await written(serviceReport(document), 'en'));
    const all = pages.join('\n').split(/\s+/);
    for (let index = 1; index <= 90; index += 1) expect(all).toContain(`E${index}`);
    for (let index = 10; index < 1500; index += 1) expect(all).toContain(`word${index}`);
    expect(all.filter((word) => word === 'derivation')).toHaveLength(200);
    const heads = pages.filter((text) => /^(?:Line )?Port|Line Port/m.test(text));
    expect(heads.length).toBeGreaterThan(2);
  });
});

describe('names of the world in a PDF', () => {
  requires({ commands: ['pdftotext', 'pdfinfo', 'pdffonts'] });

  /** The reason of an exclusion is a text that somebody typed, and stands in a table. */
  const withName = (name: string) => serviceReport(statement({ exclusions: [exclusion({ reason: name })] }));

  test.each([
    ['Polish, Czech', 'Škoda Łódź, příliš žluťoučký', 'NotoSans-'],
    ['Turkish', 'Türk Hava Yolları İĞŞ', 'NotoSans-'],
    ['Hungarian, Romanian', 'Őrült Fűnyíró și Țară', 'NotoSans-'],
    ['Vietnamese', 'Công ty Viễn thông Việt Nam', null],
    ['Greek', 'Τράπεζα της Ελλάδος', 'NotoSans-'],
    ['Cyrillic', 'Московский банк Їжак', 'NotoSans-'],
    ['Korean', '한국 외환은행', 'NotoSansKR-'],
    ['Thai', 'ธนาคารกรุงเทพ', 'NotoSansThai-'],
    ['Devanagari', 'भारत बैंक', 'NotoSans-'],
    ['emoji', 'Bank 😀', 'NotoEmoji-'],
    ['a letter and its mark apart', 'S\u030Ckoda', 'NotoSans-'],
  ])('%s', async (_script, name, face) => {
    const file = await written(withName(name), 'en');
    const text = pagesOf(file).join('\n').replaceAll(/\s+/g, ' ');
    expect(text).toContain(name.normalize('NFC'));
    expect(text).not.toMatch(/\[U\+/);
    if (face !== null) expect(run('pdffonts', [file])).toContain(`+${face}`);
  });

  test.each([
    ['Arabic', 'بنك الشرق (2026) AG', 'NotoSansArabic-'],
    ['Hebrew', 'בנק הפועלים (12)', 'NotoSansHebrew-'],
  ])('%s is read in its order', async (_script, name, face) => {
    const file = await written(withName(name), 'en');
    expect(run('pdffonts', [file])).toContain(`+${face}`);
    const { unsettable, spoken } = await laidOut(name);
    expect(unsettable).toEqual([]);
    expect(spoken).toBe(name);
  });

  test('brackets and figures in a line from right to left face the right way', async () => {
    const { runs } = await laidOut('بنك (2026) AG');
    expect(runs).toEqual(['AG', ' (', '2026', ')', 'بنك ']);
  });

  test('what no face has is named by its number, and never a box', async () => {
    const text = pagesOf(await written(withName('Bank 𞤀 of 𠮷'), 'en'))
      .join('\n')
      .replaceAll(/\s+/g, ' ');
    expect(text).toContain('Bank [U+1E900] of [U+20BB7]');
    expect((await laidOut('Bank 𞤀 of 𠮷')).unsettable).toEqual(['U+1E900', 'U+20BB7']);
  });

  test('is tagged: title, headings, tables with heads, and the language', async () => {
    const file = await written(serviceReport(single), 'zh-CN');
    expect(run('pdfinfo', [file])).toMatch(/Tagged: +yes/);
    const tree = run('pdfinfo', ['-struct-text', file]);
    expect(tree).toMatch(/H1 \(block\)\n +"服务等级月报"/);
    for (const kind of ['H2', 'Table', 'TR', 'TH', 'TD', 'L', 'LI', 'Lbl', 'LBody'])
      expect(tree).toMatch(new RegExp(`^ +${kind}\\b`, 'm'));
    expect(tree).toContain('/Scope /Column');
    const bytes = readFileSync(file, 'latin1');
    expect(bytes).toContain('<pdfuaid:part>1</pdfuaid:part>');
    expect(bytes).toMatch(/\/Lang \(zh-CN\)/);
  });
});

/** A text laid out on a line of its own. */
async function laidOut(text: string) {
  const { default: PDFDocument } = await import('pdfkit');
  const document = new PDFDocument();
  const layout = textLayout(document, fontsOf(document, 'en'));
  const [line] = layout.linesOf(text, 'regular', 1000);
  return {
    runs: line?.runs.map((one) => one.text),
    spoken: line?.spoken,
    unsettable: [...layout.unsettable],
  };
}

describe('the work that a text makes', () => {
  /** How many characters are measured, when each is as wide as a half of its size. */
  const measured = (text: string): number => {
    let characters = 0;
    const document = {
      font: () => document,
      fontSize: () => document,
      widthOfString: (piece: string) => {
        characters += piece.length;
        return piece.length * 500;
      },
    };
    const fonts = { faceFor: () => 'face', fallback: () => 'face' };
    const layout = textLayout(document as unknown as PDFKit.PDFDocument, fonts);
    layout.widthOf(text, 'regular');
    const lines = layout.linesOf(text, 'regular', 40);
    expect(lines.flatMap(({ runs }) => runs.map((one) => one.text)).join('').length).toBeGreaterThan(0);
    expect(Math.max(...lines.flatMap(({ runs }) => runs.map((one) => one.text.length)))).toBeLessThan(500);
    return characters;
  };

  test.each([
    ['one word', (length: number) => 'abcdefghijk'.repeat(length / 11)],
    ['words', (length: number) => 'abc defg '.repeat(length / 9)],
    ['one letter with its marks', (length: number) => `a${'\u0301'.repeat(length)}`],
    ['Chinese', (length: number) => '港口可用率与时延'.repeat(length / 8)],
    ['Arabic without a space', (length: number) => 'بنك'.repeat(length / 3)],
    ['line feeds', (length: number) => 'a\n'.repeat(length / 2)],
  ])('grows no faster than %s', (_kind, made) => {
    const [short, long] = [measured(made(9_900)), measured(made(99_000))];
    expect(long).toBeLessThanOrEqual(12 * short + 1_000);
    expect(long).toBeLessThanOrEqual(3 * 99_000);
  });
});

describe('the faces', () => {
  test('that a text may need stand beside the built program', () => {
    const beside = readdirSync(join(root, 'dist', 'src', 'render', 'report', 'pdf', 'fonts'));
    for (const { file, package: name } of faceFiles()) {
      expect(beside).toContain(`${file}.br`);
      expect(beside).toContain(`LICENSE.${name}`);
    }
  });
});

describe('a PDF', () => {
  test('is the same bytes each time', async () => {
    const render = () => renderReport(serviceReport(single), 'pdf', 'zh-TW');
    expect(Buffer.compare(await render(), await render())).toBe(0);
  });

  test('takes what no font has, control characters and an empty selection', async () => {
    const odd = exclusion({ reason: 'tab\there \u0000 null, Thai ก, emoji 😀, HKSCS 邨 and 㗎, ext-B 𠮷' });
    for (const report of [
      serviceReport(statement({ exclusions: [odd] })),
      serviceReport(draft),
      reportOf([]),
    ]) {
      const bytes = await pagesPdf(composeReport(report, 'en'));
      expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
      expect(bytes.subarray(-6).toString()).toContain('%%EOF');
    }
  });
});

describe('columns', () => {
  const need = (natural: number, least: number) => ({ natural, least });

  test('take what they need, and share what is left or missing', () => {
    expect(columnWidths([need(100, 50), need(100, 100)], 400)).toEqual([200, 200]);
    expect(columnWidths([need(300, 50), need(100, 100)], 300)).toEqual([200, 100]);
    expect(columnWidths([need(300, 200), need(300, 200)], 200)).toEqual([100, 100]);
    expect(columnWidths([need(0, 0)], 100)).toEqual([0]);
  });

  test('break where a language may be broken', () => {
    expect(unbreakable('harbour-bank, HKG>SIN')).toEqual(['harbour-', 'bank,', 'HKG>', 'SIN']);
    expect(unbreakable('海港 bank')).toEqual(['海', '港', 'bank']);
    expect(unbreakable('12\u00a0Oct\u00a003:30')).toEqual(['12\u00a0Oct\u00a003:30']);
  });
});
