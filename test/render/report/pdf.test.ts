import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { composeReport } from '../../../src/render/report/compose/compose.js';
import { renderReport } from '../../../src/render/report/formats.js';
import { reportLanguages, type ReportLanguage } from '../../../src/i18n/languages.js';
import { columnWidths, unbreakable } from '../../../src/render/report/pdf/table.js';
import { pagesPdf } from '../../../src/render/report/pdf/pdf.js';
import type { Report } from '../../../src/render/report/report.js';
import { requires } from '../../support/requires.js';
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
