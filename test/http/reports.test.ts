import { describe, expect, test } from 'vitest';
import { createReports } from '../../src/engine/report/reports.js';
import { renderReport } from '../../src/render/report/formats.js';
import { november } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';
import { testServer } from './support/server.js';

async function setUp() {
  const { store, config } = await statedOctober();
  const now = () => november;
  const reports = createReports({ store, config: () => config, now, software: '1.2.3' });
  const { http } = testServer({ store, config, now }, { reports: { reports, render: renderReport } });
  return (url: string) => http.inject(`/api/v1/reports/${url}`);
}

describe('GET /api/v1/reports/MONTH', () => {
  test('answers the month as JSON', async () => {
    const get = await setUp();
    const { statusCode, headers, json } = await get('2026-10');
    expect(statusCode).toBe(200);
    expect(headers['content-type']).toBe('application/json; charset=utf-8');
    expect(headers['content-disposition']).toBe('inline; filename="sla-2026-10-all-draft.json"');
    expect(json()).toMatchObject({ state: 'draft', statements: [{}, {}] });
  });

  const answers = [
    ['csv', 'text/csv; charset=utf-8; header=present', 'attachment', 'format,'],
    ['html', 'text/html; charset=utf-8', 'inline', '<!doctype html>\n<html lang="zh-TW">'],
    ['pdf', 'application/pdf', 'inline', '%PDF-'],
    ['xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 'attachment', 'PK'],
  ] as const;
  test('answers each format as what it is, with its name', async () => {
    const get = await setUp();
    for (const [format, type, disposition, start] of answers) {
      const answer = await get(`2026-10?service=single&lang=zh-TW&format=${format}`);
      expect(answer.statusCode).toBe(200);
      expect(answer.headers['content-type']).toBe(type);
      expect(answer.headers['content-disposition']).toBe(
        `${disposition}; filename="sla-2026-10-service-single-draft.${format}"`,
      );
      expect(answer.headers['x-content-type-options']).toBe('nosniff');
      expect(answer.rawPayload.subarray(0, 60).toString()).toContain(start);
    }
  });

  test('lets a page run nothing', async () => {
    const get = await setUp();
    const { headers } = await get('2026-10?format=html');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['content-security-policy']).toContain('sandbox');
  });

  const refused = [
    ['2026-1', 'month is no month'],
    ['2025-10', 'month: 2025-10 is no month of any service'],
    ['2026-11', 'month: 2026-11 is not over'],
    ['2026-10?service=x', 'service: x is no service'],
    ['2026-10?service=single&site=central', "site can't go with service; allowed: one of them"],
    ['2026-10?format=doc', 'format is not one of json, csv, xlsx, pdf, html'],
    ['2026-10?lang=fr', 'lang is not one of en, zh-CN, zh-TW'],
    ['2026-10?revision=1', 'revision: is of one statement'],
    ['2026-10?revision=0', 'revision is no whole number from 1 on'],
    ['2026-10?who=me', 'who is not known'],
  ] as const;
  test('refuses what is wrong with what is allowed', async () => {
    const get = await setUp();
    for (const [url, detail] of refused) {
      const answer = await get(url);
      expect(answer.statusCode).toBe(400);
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      expect(answer.json<{ detail: string }>().detail).toContain(detail);
    }
  });

  test('a month that is not over goes up to now', async () => {
    const get = await setUp();
    const { statusCode, json } = await get('2026-11?toDate=true');
    expect(statusCode).toBe(200);
    expect(
      json<{ statements: { document: { toDate: string | null } }[] }>().statements[0]?.document.toDate,
    ).toBe('2026-11-01T01:00:00+08:00');
  });
});
