import { describe, expect, test } from 'vitest';
import { composeReport } from '../../../src/render/report/compose/compose.js';
import { pagesHtml } from '../../../src/render/report/html.js';
import { reportLanguages } from '../../../src/i18n/languages.js';
import {
  draft,
  everything,
  exclusion,
  reportOf,
  serviceReport,
  single,
  split,
  statement,
} from './documents.js';

describe('the page', () => {
  test.each(reportLanguages)('%s: needs nothing else and runs nothing', (language) => {
    const html = pagesHtml(composeReport(reportOf(everything), language));
    expect(html).toMatch(new RegExp(`^<!doctype html>\\n<html lang="${language}">`));
    expect(html).toContain(`default-src 'none'`);
    expect(html).not.toMatch(/<script|<link|<img|\bsrc=|\bhref=|@import|\burl\(|\bon[a-z]+=/i);
    expect(html).toContain('@media print');
    expect(html).not.toMatch(/undefined|NaN|\[object/);
  });

  test('escapes what people wrote', () => {
    const reason = `<img src=x onerror="alert('1')"> & \u0007`;
    const html = pagesHtml(
      composeReport(serviceReport(statement({ exclusions: [exclusion({ reason })] })), 'en'),
    );
    expect(html).toContain('&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt; &amp;  ');
    expect(html).not.toContain('<img');
  });

  test('of a sealed statement bears its seal, of a draft that it is one', () => {
    const [sealedPage, draftPage] = [single, draft].map((one) =>
      pagesHtml(composeReport(serviceReport(one), 'en')),
    );
    expect(sealedPage).toMatch(/SHA-256 of this statement<\/dt><dd class="code">[0-9a-f]{64}</);
    expect(sealedPage).not.toMatch(/class="stamp"|DRAFT/);
    expect(draftPage).toContain('<p class="stamp">Draft</p>');
    expect(draftPage).toContain('DRAFT. These figures are not sealed');
    expect(draftPage).toContain('MONTH TO DATE.');
    expect(draftPage).toContain('INCOMPLETE.');
    expect(draftPage).not.toContain('SHA-256 of this statement');
  });

  test('names the time zone data of a statement that records it', () => {
    const { inputs } = single;
    const page = (document: typeof single) => pagesHtml(composeReport(serviceReport(document), 'en'));
    expect(page({ ...single, inputs: { ...inputs, zoneData: '2026c' } })).toContain(
      '<dt>Time zone data</dt><dd>2026c</dd>',
    );
    expect(page(single)).not.toContain('Time zone data');
  });

  test('says what a revision changed', () => {
    const html = pagesHtml(composeReport(serviceReport(split), 'zh-TW'));
    for (const text of [
      '較第 1 版的變更',
      '不可用時間 (第 2 段)',
      '1小時 30分',
      '20分',
      '-HKD\u00a0516.13',
    ]) {
      expect(html).toContain(text);
    }
  });

  test('of many statements begins with a sheet of them all', () => {
    const html = pagesHtml(composeReport(reportOf(everything), 'en'));
    expect(html.match(/<article>/g)).toHaveLength(5);
    expect(html).toContain('Amounts in different currencies are not added.');
    const bank = /海港銀行股份有限公司 \(harbour-bank\)<\/td>.*?<\/tr>/
      .exec(html)?.[0]
      .replace(/<[^>]+>/g, '|');
    expect(bank?.replaceAll('\u00a0', ' ')).toMatch(/\|HKD\|+2\|+HKD 28,129\.03\|+HKD 1,806\.45/);
    expect(pagesHtml(composeReport(reportOf([]), 'en'))).toContain('No statements in this selection');
  });

  test('a reason as long as a page does not go into a cell', () => {
    const reason = `${'All work and no play. '.repeat(60)}END`;
    const html = pagesHtml(
      composeReport(serviceReport(statement({ exclusions: [exclusion({ reason })] })), 'en'),
    );
    expect(html).toContain(`Reason: ${reason}</td>`);
    expect(html.split('END')).toHaveLength(2);
  });
});
