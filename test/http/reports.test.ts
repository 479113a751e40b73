import { describe, expect, test } from 'vitest';
import { november } from '../support/ledger.js';
import { statedOctober } from '../support/statements.js';
import { twoTenants } from '../support/tenants.js';
import { entrance } from './support/entry.js';
import { testServer } from './support/server.js';

async function setUp() {
  const { store, config } = await statedOctober();
  const { http } = testServer({ store, config, now: () => november });
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

  test('answers a summary in each format, by a name of its own', async () => {
    const get = await setUp();
    for (const [format, type, disposition] of answers) {
      const whole = await get(`2026-10?lang=zh-TW&format=${format}`);
      const answer = await get(`2026-10?content=summary&lang=zh-TW&format=${format}`);
      expect([answer.statusCode, answer.headers['content-type']]).toEqual([200, type]);
      expect(answer.headers['content-disposition']).toBe(
        `${disposition}; filename="sla-2026-10-all-summary-draft.${format}"`,
      );
      // The one is not handed out for the other.
      expect(answer.rawPayload.equals(whole.rawPayload)).toBe(false);
    }
    const { services } = (await get('2026-10?content=summary')).json<{ services: { service: string }[] }>();
    expect(services.map(({ service }) => service)).toEqual(['other', 'single']);
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
    ['2026-10?content=short', 'content is not one of statements, summary'],
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

describe('who may have a report', () => {
  const services = (answer: { json: () => unknown }) =>
    (answer.json() as { statements: { document: { service: string } }[] }).statements.map(
      ({ document }) => document.service,
    );
  const detail = (answer: { json: () => unknown }) => (answer.json() as { detail: string }).detail;
  const url = '/api/v1/reports/2026-10';

  test('finance has all of them, a customer its own, a reseller those of its customers', async () => {
    const server = entrance(await twoTenants());
    const of = async (role: 'finance' | 'customer' | 'reseller', customer: string | null = null) =>
      services(await server.as(await server.tokenOf(role, customer), url));
    expect(await of('finance')).toEqual(['alpha-service', 'beta-service']);
    expect(await of('customer', 'alpha')).toEqual(['alpha-service']);
    expect(await of('reseller', 'shop')).toEqual(['beta-service']);
  });

  test("who buys from a reseller has its own without amounts, and is told of nobody else's", async () => {
    const server = entrance(await twoTenants());
    const beta = await server.tokenOf('customer', 'beta');
    const alpha = await server.tokenOf('customer', 'alpha');
    const own = await server.as(beta, url);
    expect(services(own)).toEqual(['beta-service']);
    expect(own.body).not.toMatch(/22222|HKD|shop/);
    const seen = await server.as(beta, `${url}?reseller=shop`);
    expect([seen.statusCode, seen.body]).toEqual([400, expect.not.stringMatching(/beta/)]);
    const foreign = await server.as(alpha, `${url}?service=beta-service`);
    expect([foreign.statusCode, detail(foreign)]).toEqual([
      400,
      'service: beta-service is no service; allowed: alpha-service',
    ]);
    const seller = await server.as(alpha, `${url}?reseller=shop`);
    expect(detail(seller)).toBe(
      'reseller: shop is no reseller; allowed: none: there is no such in this month',
    );
    const { body } = await server.as(alpha, `${url}?format=csv`);
    expect(body).not.toContain('beta');
    expect((await server.as(await server.tokenOf('noc'), url)).statusCode).toBe(403);
  });
});
