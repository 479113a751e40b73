import { describe, expect, test } from 'vitest';
import { twoTenants } from '../support/tenants.js';
import { entrance } from './support/entry.js';

const csv = `kind,scope,from,to,notices,reason,proof,source
third-party,pop:SIN,2026-10-02T00:00:00Z,2026-10-02T01:00:00Z,,a digger,,D-1
third-party,line:beta-line,2026-10-03T00:00:00Z,2026-10-03T01:00:00Z,,"=HYPERLINK(""x"")",,D-2
`;
const calendar = [
  ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//x//EN', 'BEGIN:VEVENT', 'UID:M-1'],
  ...['DTSTAMP:20260901T000000Z', 'DTSTART:20261004T000000Z', 'DTEND:20261004T020000Z'],
  ...['SUMMARY:a new line card', 'END:VEVENT', 'END:VCALENDAR', ''],
].join('\r\n');

async function setUp() {
  const server = entrance(await twoTenants());
  const [noc, approver, alpha] = [
    await server.tokenOf('noc'),
    await server.tokenOf('approver'),
    await server.tokenOf('customer', 'alpha'),
  ];
  const post = (payload: string | Buffer, query = '', type = 'text/csv', token = noc) =>
    server.as(token, {
      method: 'POST',
      url: `/api/v1/exclusions/import${query}`,
      payload,
      headers: { 'content-type': type },
    });
  const get = (query: string, token = noc) => server.as(token, `/api/v1/exclusions/export${query}`);
  return { server, post, get, noc, approver, alpha };
}

describe('exclusions as files', () => {
  test('come in from CSV and a calendar, once, and go out as both', async () => {
    const { post, get } = await setUp();
    const first = await post(csv);
    expect([first.statusCode, first.json()]).toEqual([201, { proposed: ['X1', 'X2'], leftOut: 0 }]);
    expect((await post(csv, '', 'application/octet-stream')).json()).toEqual({ proposed: [], leftOut: 2 });
    const events = await post(calendar, '?scope=pop:SIN,pop:FRA', 'text/calendar; charset=utf-8');
    expect(events.json()).toEqual({ proposed: ['X3'], leftOut: 0 });
    const out = await get('?state=proposed');
    expect(out.headers['content-type']).toBe('text/csv; charset=utf-8');
    expect(out.headers['content-disposition']).toBe('attachment; filename="exclusions.csv"');
    expect(out.body.trim().split('\r\n')).toHaveLength(4);
    // What a spreadsheet would run is disarmed.
    expect(out.body).toContain(`"'=HYPERLINK`);
    expect((await get('?format=ical')).body.match(/BEGIN:VEVENT/g)).toHaveLength(3);
    expect((await get('?state=approved')).body.trim().split('\r\n')).toHaveLength(1);
  });

  test('the same file with the same key is read once', async () => {
    const { server, noc } = await setUp();
    const send = () =>
      server.as(noc, {
        method: 'POST',
        url: '/api/v1/exclusions/import',
        payload: csv,
        headers: { 'content-type': 'text/csv', 'idempotency-key': 'once' },
      });
    const [first, again] = [await send(), await send()];
    expect(again.json()).toEqual(first.json());
    expect(again.headers['idempotency-replayed']).toBe('true');
  });

  test('of a tenant hold its own, without whom else they name and who entered them', async () => {
    const { server, post, get, approver, alpha } = await setUp();
    await post(csv);
    for (const id of ['X1', 'X2']) {
      const url = `/api/v1/exclusions/${id}/approve`;
      expect((await server.as(approver, { method: 'POST', url, payload: {} })).statusCode).toBe(200);
    }
    const { body } = await get('', alpha);
    expect(body.trim().split('\r\n')).toHaveLength(2);
    expect(body).toContain('a digger');
    expect(body).not.toMatch(/beta|HYPERLINK|noc/);
  });

  test('that are wrong propose nothing, and say where', async () => {
    const { post, get, alpha } = await setUp();
    for (const [body, type, detail] of [
      ['', 'text/csv', /lacks the column|is no CSV/],
      [Buffer.from([0xff, 0xfe, 0xfd]), 'text/csv', /is not UTF-8/],
      [csv.replace('2026-10-03T01', '2026-10-02T23'), 'text/csv', /to: is reversed/],
      [csv.replace('2026-10-03T01:00:00Z', 'soon'), 'text/csv', /line 3: to/],
      [csv.replace('pop:SIN', 'pop:NOWHERE'), 'text/csv', /NOWHERE/],
      [
        `${csv.split('\n')[0] ?? ''}\n${'third-party,pop:SIN,a,b,,x,,\n'.repeat(1001)}`,
        'text/csv',
        /at most 1000/,
      ],
      [calendar, 'text/calendar', /scope/],
      ['BEGIN:VCALENDAR\r\nBEGIN', 'text/calendar', /is no iCalendar/],
    ] as const) {
      const answer = await post(body, '', type);
      expect([answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
        400,
        expect.stringMatching(detail),
      ]);
    }
    expect((await post(csv, '?format=xlsx')).statusCode).toBe(400);
    expect((await post(csv, '', 'application/json')).statusCode).toBe(400);
    expect((await post(csv, '', 'text/csv', alpha)).statusCode).toBe(403);
    expect((await get('')).body.trim().split('\r\n')).toHaveLength(1);
  });
});
