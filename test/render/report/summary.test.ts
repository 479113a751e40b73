import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import readExcelFile from 'read-excel-file/node';
import { describe, expect, test } from 'vitest';
import { withoutAmounts } from '../../../src/core/statement/extract.js';
import { reportLanguages, type ReportLanguage } from '../../../src/i18n/languages.js';
import { type ReportFormat, reportFormats, renderReport } from '../../../src/render/report/formats.js';
import type { Report } from '../../../src/render/report/report.js';
import { requires } from '../../support/requires.js';
import { tempDir } from '../../support/temp-dir.js';
import { everything, path, reportOf, sealed, single, statement } from './documents.js';

const bytesOf = (report: Report, format: ReportFormat, language: ReportLanguage = 'en') =>
  renderReport(report, format, language, { content: 'summary' });

const jsonOf = async (report: Report) =>
  JSON.parse(Buffer.from(await bytesOf(report, 'json')).toString()) as {
    totals: unknown[];
    services: Record<string, unknown>[];
  };

async function pagesOf(report: Report, language: ReportLanguage): Promise<string[]> {
  const file = join(tempDir(), 'summary.pdf');
  writeFileSync(file, await bytesOf(report, 'pdf', language));
  const text = execFileSync('pdftotext', ['-layout', '-enc', 'UTF-8', file, '-'], { encoding: 'utf8' });
  return text.split('\f').slice(0, -1);
}

describe('a summary', () => {
  test('has a line for each service with the figures of its statement', async () => {
    const { services, totals } = await jsonOf(reportOf(everything));
    expect(services.map(({ service }) => service)).toEqual(
      everything.map(({ document }) => document.service),
    );
    const of = services.find(({ service }) => service === single.service);
    expect(of).toMatchObject({
      availabilityPercent: single.parts[0]?.availabilityPercent,
      unavailableMs: single.parts[0]?.unavailableMs,
      money: { rent: single.total.rent, credit: single.total.credit, currency: single.currency },
    });
    expect(totals).toHaveLength(2);
  });

  test('shows of several parts the lowest, and adds up their times', async () => {
    const split = everything.find(({ document }) => document.parts.length > 1);
    const { services } = await jsonOf(reportOf(split ? [split] : []));
    const parts = split?.document.parts ?? [];
    const [lowest] = parts.map((part) => part.availabilityPercent).sort((a, b) => Number(a) - Number(b));
    expect(services[0]).toMatchObject({
      parts: parts.length,
      availabilityPercent: lowest,
      unavailableMs: parts.reduce((sum, part) => sum + part.unavailableMs, 0),
    });
  });

  test('shows the path in the worst band, and of two in the same the one with the larger figure', async () => {
    const bands = [
      { id: 'normal', upToPercent: '1', upToUs: null },
      { id: 'severe', upToPercent: null, upToUs: null },
    ];
    const paths = [
      path({ path: 'HKG>TYO', lossBand: 'normal', lossPpm: 9_000, lossBands: bands }),
      path({ path: 'HKG>SIN', lossBand: 'severe', lossPpm: 20_000, lossBands: bands }),
      path({ path: 'HKG>FRA', lossBand: 'severe', lossPpm: 30_000, lossBands: bands }),
    ].map((one, index) => ({
      ...one,
      latencyBands: bands,
      latencyBand: index === 0 ? 'severe' : 'normal',
      excessPercent: ['12.5', '99', '9'][index] ?? null,
    }));
    const { services } = await jsonOf(reportOf([sealed(statement({ paths }))]));
    expect(services[0]).toMatchObject({
      latency: { path: 'HKG>TYO', band: { id: 'severe', level: 1 } },
      loss: { path: 'HKG>FRA', lossPpm: 30_000 },
    });
  });

  test('says nothing of paths that were not measured', async () => {
    const none = path({ latencyUs: null, lossPpm: null, latencyBand: null, lossBand: null });
    const report = reportOf([sealed(statement({ paths: [none] }))]);
    expect((await jsonOf(report)).services[0]).toMatchObject({
      latency: null,
      loss: null,
      paths: 1,
      measuredPaths: 0,
    });
    const csv = Buffer.from(await bytesOf(report, 'csv')).toString();
    const [heads = [], cells = []] = csv.split('\r\n').map((line) => line.split(','));
    for (const head of ['latency_us', 'latency_band', 'loss_ppm', 'loss_band'])
      expect([head, cells[heads.indexOf(head)]]).toEqual([head, '']);
  });

  test('is one sheet with typed cells, and totals under their columns', async () => {
    const sheets = await readExcelFile(Buffer.from(await bytesOf(reportOf(everything), 'xlsx')));
    expect(sheets.map(({ sheet }) => sheet)).toEqual(['Month summary']);
    const [heads = [], ...rows] = sheets[0]?.data ?? [];
    const row = rows.find((cells) => cells[heads.indexOf('Service')] === 'harbour-bank-branch');
    const cell = (head: string) => row?.[heads.indexOf(head)];
    expect([cell('Availability'), cell('Credit, tax included')]).toEqual([0.991662, 1200]);
    const totals = rows.filter(([first]) => first === 'Totals');
    expect(totals.map((cells) => cells[heads.indexOf('Currency')])).toEqual(['HKD', 'JPY']);
    expect(totals[0]?.[heads.indexOf('Credit, tax included')]).toBe(1806.45);
  });

  test.each(reportFormats)('as %s is the same bytes each time', async (format) => {
    const make = () => bytesOf(reportOf(everything), format, 'zh-TW');
    expect(Buffer.from(await make()).equals(Buffer.from(await make()))).toBe(true);
  });

  test('without amounts has no place for them', async () => {
    const report = reportOf(
      everything.map(({ document, names }) => ({ document: withoutAmounts(document), seal: null, names })),
    );
    const { services, totals } = await jsonOf(report);
    expect(totals).toEqual([]);
    for (const one of services) expect(Object.keys(one)).not.toContain('money');
    const [sheet] = await readExcelFile(Buffer.from(await bytesOf(report, 'xlsx')));
    for (const head of ['Rent', 'Currency', 'SHA-256 of this statement'])
      expect(sheet?.data[0]).not.toContain(head);
    const html = Buffer.from(await bytesOf(report, 'html')).toString();
    expect(html).not.toMatch(/HKD|JPY|NaN|undefined/);
  });
});

describe('a summary as PDF', () => {
  requires({ commands: ['pdftotext', 'pdfinfo'] });

  test.each(reportLanguages)('%s: takes less than a page a service, and names each', async (language) => {
    const pages = await pagesOf(reportOf(everything), language);
    expect(pages.length).toBeLessThanOrEqual(everything.length);
    const text = pages.join('\n');
    for (const { document } of everything) expect(text).toContain(document.service);
    expect(text).not.toMatch(/NaN|undefined/);
  });

  test('of many services stays below a page for each', async () => {
    const many = Array.from({ length: 24 }, (_, index) => {
      const service = `backbone-${String(index + 1).padStart(2, '0')}`;
      return sealed({ ...single, service, id: `${single.month}/${service}` });
    });
    expect((await pagesOf(reportOf(many), 'en')).length).toBeLessThanOrEqual(24);
  });

  test('says on its pages whether it is sealed', async () => {
    const draftPages = await pagesOf(reportOf(everything), 'en');
    expect(draftPages[0]).toContain('1 of 4 statements are drafts');
    const sealedOnly = everything.filter(({ document }) => document.state === 'sealed');
    const [first = ''] = await pagesOf(reportOf(sealedOnly), 'en');
    expect(first).toContain('Sealed');
    expect(first).not.toMatch(/draft/i);
  });

  test('is tagged: headings, tables with heads, and the language', async () => {
    const file = join(tempDir(), 'summary.pdf');
    writeFileSync(file, await bytesOf(reportOf(everything), 'pdf', 'zh-CN'));
    const structure = execFileSync('pdfinfo', ['-struct', file], { encoding: 'utf8' });
    for (const tag of ['H1', 'H2', 'H3', 'Table', 'TH', 'TD', 'LBody']) expect(structure).toContain(tag);
  });
});
