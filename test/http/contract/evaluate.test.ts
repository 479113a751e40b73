import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { twoTenants } from '../../support/tenants.js';
import { entrance } from '../support/entry.js';

const golden = new URL('../../golden/evaluate/', import.meta.url);
const example = readFileSync(new URL('cases/example-1.json', golden), 'utf8');

async function setUp() {
  const server = entrance(await twoTenants());
  const token = await server.tokenOf('finance');
  const post = (payload: string | Buffer, query = '', type = 'application/json') =>
    server.as(token, {
      method: 'POST',
      url: `/api/v1/evaluate${query}`,
      payload,
      headers: { 'content-type': type },
    });
  return { post, server };
}

describe('POST /api/v1/evaluate', () => {
  test('judges a case as the command does', async () => {
    const { post } = await setUp();
    const answer = await post(example);
    expect(answer.statusCode).toBe(200);
    const expected = readFileSync(new URL('cases/example-1.expected.json', golden), 'utf8');
    expect(answer.json()).toEqual(JSON.parse(expected));
    const details = await post(example, '?details=true');
    expect(details.json()).toMatchObject({ plan: { id: 'ctg-cloud-connection' } });
    expect(details.body.length).toBeGreaterThan(answer.body.length);
  });

  test('says of a faulty case where each fault is', async () => {
    const { post } = await setUp();
    const answer = await post(JSON.stringify({ ...(JSON.parse(example) as object), month: '2026-13' }));
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json<{ errors: { parameter: string }[] }>().errors).toMatchObject([
      { parameter: '$.month' },
    ]);
    for (const [body, detail] of [
      ['', /./],
      ['{', /JSON/i],
      ['[]', /object/],
      ['null', /object/],
      ['{"plan":"a","plan":"b"}', /plan/],
      [Buffer.from([0xff, 0xfe, 0x00]), /UTF-8/],
    ] as const) {
      const refused = await post(body);
      expect([String(body), refused.statusCode]).toEqual([String(body), 400]);
      expect(refused.json<{ detail: string }>().detail).toMatch(detail);
    }
  });

  test('reads no file of this machine', async () => {
    const { post } = await setUp();
    const named = { ...(JSON.parse(example) as object), plan: { file: '/etc/passwd' } };
    const answer = await post(JSON.stringify(named));
    expect(answer.statusCode).toBe(400);
    expect(answer.body).toContain('names a file of another machine');
    expect(answer.body).not.toContain('root');
  });

  test('is for staff, is JSON, and has an end', async () => {
    const { post, server } = await setUp();
    const customer = await server.tokenOf('customer', 'alpha');
    const refused = await server.as(customer, { method: 'POST', url: '/api/v1/evaluate', payload: {} });
    expect(refused.statusCode).toBe(403);
    expect((await post(example, '', 'text/plain')).statusCode).toBe(400);
    expect((await post(Buffer.alloc(33 * 1024 * 1024, 0x20))).statusCode).toBe(413);
    expect((await post(example, '?detail=true')).statusCode).toBe(400);
  });
});
