import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { HttpOptions } from '../../src/http/http.js';
import { openSqliteStore } from '../../src/store/sqlite/open.js';
import { type Store, StoreError } from '../../src/store/store.js';
import { testConfig } from '../support/config.js';
import { round, slot } from '../support/rounds.js';
import { tempDir } from '../support/temp-dir.js';
import { testServer } from './support/server.js';

const halfHour = 1_800_000;

/** An SQLite store with three rounds of one path and three missing slots of another. */
async function stored(): Promise<Store> {
  const store = await openSqliteStore({ path: join(tempDir(), 'pop-sla.db') });
  onTestFinished(() => store.close());
  const slots = [0, 1, 2].map((n) => slot + n * halfHour);
  await Promise.all(slots.map((at) => store.rounds.put(round({ path: 'LAB1>LAB2', slot: at }))));
  await store.rounds.putMissing(slots.map((at) => ({ path: 'LAB1>LAB3', slot: at, reason: 'stopped' })));
  return store;
}

async function server(parts: Partial<HttpOptions> = {}) {
  const readiness = () => [{ name: 'store', ok: true, reason: null }];
  const options = { store: await stored(), config: testConfig(), now: () => slot };
  const { http, log } = testServer(options, { readiness, ...parts });
  return { get: (url: string) => http.inject(url), log };
}

describe('health', () => {
  test('is ok while the process answers', async () => {
    const response = await (await server()).get('/healthz');
    expect([response.statusCode, response.json()]).toEqual([200, { status: 'ok', version: '1.2.3' }]);
    expect(response.headers['cache-control']).toBe('no-store');
  });

  test('is ready when everything is', async () => {
    const response = await (await server()).get('/readyz');
    expect([response.statusCode, response.json()]).toEqual([
      200,
      { ready: true, checks: [{ name: 'store', ok: true, reason: null }] },
    ]);
  });

  test('is not ready, with the reason, when something is not', async () => {
    const checks = [
      { name: 'store', ok: false, reason: 'the disk is full' },
      { name: 'driver', ok: true, reason: null },
    ];
    const response = await (await server({ readiness: () => checks })).get('/readyz');
    expect([response.statusCode, response.json()]).toEqual([503, { ready: false, checks }]);
  });
});

test('/metrics is for Prometheus', async () => {
  const response = await (await server()).get('/metrics');
  expect(response.statusCode).toBe(200);
  expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(response.body).toContain('pop_sla_build_info{version="1.2.3",node="v20"} 1');
});

describe('what is configured', () => {
  test('is listed as PoPs', async () => {
    const { pops } = (await (await server()).get('/api/v1/pops')).json<{ pops: object[] }>();
    expect(pops).toHaveLength(3);
    expect(pops[0]).toEqual({
      id: 'LAB1',
      name: '香港',
      region: 'asia',
      ipv4: '127.0.0.11',
      ipv6: null,
      host: null,
      coordinates: { latitude: 22.3, longitude: 114.2 },
      agent: true,
    });
    expect(pops[2]).toMatchObject({ id: 'LAB3', host: 'tyo.example', coordinates: null, agent: false });
  });

  test('is listed as paths', async () => {
    const { paths } = (await (await server()).get('/api/v1/paths')).json<{ paths: object[] }>();
    expect(paths).toEqual([
      { id: 'LAB1>LAB2', source: 'LAB1', destination: 'LAB2', from: null, to: null },
      { id: 'LAB1>LAB3', source: 'LAB1', destination: 'LAB3', from: null, to: null },
    ]);
  });

  test('takes no parameters', async () => {
    const response = await (await server()).get('/api/v1/pops?limit=1');
    expect([response.statusCode, response.json()]).toMatchObject([
      400,
      { detail: 'limit is not known; allowed: no parameters' },
    ]);
  });
});

describe('the series of a path', () => {
  const ask = async (more: string) =>
    (await server()).get(
      `/api/v1/rounds/series?path=LAB1%3ELAB2&from=2026-10-11T00:00:00Z&to=2026-10-11T02:00:00Z${more}`,
    );

  test('has as many points as are asked for at most, each of whole slots; what was not measured is none', async () => {
    const point = { latencyUs: 20_500, lossPpm: 0 };
    expect((await ask('')).json()).toEqual({
      path: 'LAB1>LAB2',
      stepMs: halfHour,
      points: ['00:00', '00:30', '01:00'].map((at) => ({
        at: `2026-10-11T${at}:00Z`,
        rounds: 1,
        ...point,
      })),
    });
    expect((await ask('&points=3')).json()).toEqual({
      path: 'LAB1>LAB2',
      stepMs: 2 * halfHour,
      points: [
        { at: '2026-10-11T00:00:00Z', rounds: 2, ...point },
        { at: '2026-10-11T01:00:00Z', rounds: 1, ...point },
      ],
    });
  });

  test('ends after it begins', async () => {
    const response = await (
      await server()
    ).get('/api/v1/rounds/series?path=LAB1%3ELAB2&from=2026-10-11&to=2026-10-11');
    expect([response.statusCode, response.json()]).toMatchObject([
      400,
      { errors: [{ parameter: 'to', detail: 'must be after from' }] },
    ]);
  });
});

interface Page {
  readonly rounds: readonly { path: string; slot: string; status: string }[];
  readonly nextCursor: string | null;
}

describe('rounds', () => {
  test('come newest first', async () => {
    const page = (await (await server()).get('/api/v1/rounds')).json<Page>();
    expect(page.nextCursor).toBeNull();
    expect(page.rounds.map((round) => `${round.slot} ${round.path} ${round.status}`)).toEqual([
      '2026-10-11T01:00:00Z LAB1>LAB2 ok',
      '2026-10-11T01:00:00Z LAB1>LAB3 missing',
      '2026-10-11T00:30:00Z LAB1>LAB2 ok',
      '2026-10-11T00:30:00Z LAB1>LAB3 missing',
      '2026-10-11T00:00:00Z LAB1>LAB2 ok',
      '2026-10-11T00:00:00Z LAB1>LAB3 missing',
    ]);
    expect(page.rounds[0]).toMatchObject({ sizes: [{ rttMeanUs: 20_500 }, {}, {}] });
  });

  test('are chosen by path and time', async () => {
    const query = 'path=LAB1%3ELAB2&from=2026-10-11T00:30:00Z&to=2026-10-11T09:00:00+08:00';
    const page = (await (await server()).get(`/api/v1/rounds?${query}`)).json<Page>();
    expect(page.rounds.map((round) => round.slot)).toEqual(['2026-10-11T00:30:00Z']);
  });

  test('come in pages that leave nothing out and repeat nothing', async () => {
    const { get } = await server();
    const seen: string[] = [];
    let cursor = '';
    let pages = 0;
    do {
      const page = (await get(`/api/v1/rounds?limit=4${cursor}`)).json<Page>();
      seen.push(...page.rounds.map((round) => `${round.slot} ${round.path}`));
      cursor = page.nextCursor === null ? '' : `&cursor=${page.nextCursor}`;
      pages += 1;
    } while (cursor !== '');
    expect(pages).toBe(2);
    expect(seen).toHaveLength(6);
    expect(new Set(seen).size).toBe(6);
  });

  test.each([
    ['limt=3', 'limt is not known; allowed: path, from, to, limit, cursor'],
    ['__proto__=3', '__proto__ is not known; allowed: path, from, to, limit, cursor'],
    ['limit=0', 'limit is not in range; allowed: a whole number from 1 to 1000'],
    ['limit=1001', 'limit is not in range; allowed: a whole number from 1 to 1000'],
    ['limit=1e2', 'limit is not in range; allowed: a whole number from 1 to 1000'],
    ['limit=', 'limit is not in range; allowed: a whole number from 1 to 1000'],
    ['limit=3&limit=4', 'limit is given more than once'],
    ['path=LAB1', 'path is not a path; allowed: SOURCE>DESTINATION'],
    ['cursor=abc', 'cursor is not a cursor; allowed: the nextCursor of an answer'],
    ['from=2026-10-02&to=2026-10-01', 'to must be after from'],
    ['from=2026-02-30', /^from is no day of the calendar; allowed: /],
    ['from=2026-10-11T00:00', /^from has a time of day and no offset from UTC; allowed: /],
  ])('refuse ?%s', async (query, detail) => {
    const response = await (await server()).get(`/api/v1/rounds?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.json<{ detail: string }>().detail).toMatch(
      typeof detail === 'string' ? new RegExp(`^${detail}$`) : detail,
    );
  });

  test('name every wrong parameter at once', async () => {
    const response = await (await server()).get('/api/v1/rounds?x=1&limit=0');
    expect(response.json()).toEqual({
      type: 'about:blank',
      title: 'Bad Request',
      status: 400,
      detail:
        'x is not known; allowed: path, from, to, limit, cursor; limit is not in range; allowed: a whole number from 1 to 1000',
      instance: '/api/v1/rounds?x=1&limit=0',
      errors: [
        { parameter: 'x', detail: 'is not known; allowed: path, from, to, limit, cursor' },
        { parameter: 'limit', detail: 'is not in range; allowed: a whole number from 1 to 1000' },
      ],
    });
  });
});

describe('faults', () => {
  test('of the address are 404', async () => {
    const response = await (await server()).get('/api/v2/rounds');
    expect([response.statusCode, response.json()]).toMatchObject([404, { title: 'Not Found', status: 404 }]);
  });

  test('of the URL itself are 400', async () => {
    expect((await (await server()).get('/api/v1/rounds%')).statusCode).toBe(400);
  });

  test('of the store are 503, with the details in the log only', async () => {
    const fault = new StoreError('/secret/place/pop-sla.db is locked', 'busy');
    const fails = (): Promise<never> => Promise.reject(fault);
    const rounds = { list: fails, packets: fails, series: fails };
    const { get, log } = await server({ store: { rounds } });
    const response = await get('/api/v1/rounds');
    expect([response.statusCode, response.json()]).toMatchObject([
      503,
      { detail: "the store can't answer now (busy)" },
    ]);
    expect(response.body).not.toContain('secret');
    expect(log.filter((line) => line.level === 'error')).toHaveLength(1);
  });

  test('of this program are 500, with the details in the log only', async () => {
    const fault = new Error('secret');
    const fails = (): Promise<never> => Promise.reject(fault);
    const rounds = { list: fails, packets: fails, series: fails };
    const { get, log } = await server({ store: { rounds } });
    const response = await get('/api/v1/rounds');
    expect(response.statusCode).toBe(500);
    expect(response.headers['content-type']).toBe('application/problem+json; charset=utf-8');
    expect(response.body).not.toContain('secret');
    expect(log.filter((line) => line.level === 'error')).toHaveLength(1);
  });
});
