import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { buildHttp, type HttpOptions } from '../../src/http/http.js';
import { createOnDemandHttp } from '../../src/http/on-demand.js';
import { countRate } from '../../src/http/rate.js';
import { ledgerConfig, november, watchedOctober } from '../support/ledger.js';
import { keptLog } from '../support/log.js';
import { httpOptions } from './support/server.js';

type Checks = ReturnType<HttpOptions['readiness']>;

/** The light server and the whole one behind it, and the whole one alone, both listening. */
async function servers(parts: { checks?: Checks; perMinute?: number; areMetricsOpen?: boolean } = {}) {
  const { checks = [{ name: 'store', ok: true, reason: null }], areMetricsOpen = true } = parts;
  const { store, config } = await watchedOctober(ledgerConfig());
  const requestsPerMinute = parts.perMinute ?? config.http.requestsPerMinute;
  const http = { ...config.http, requestsPerMinute };
  const options: HttpOptions = {
    ...httpOptions({ store, config, now: () => november }, keptLog().log),
    config: () => ({ ...config, http }),
    readiness: () => checks,
  };
  let loads = 0;
  const light = createOnDemandHttp({
    ...options,
    areMetricsOpen,
    requestsPerMinute,
    whole: () => {
      loads += 1;
      return Promise.resolve(buildHttp(options));
    },
  });
  const whole = buildHttp(options);
  const at = { host: '127.0.0.1', port: 0 };
  const urls = { light: await light.listen(at), whole: await whole.listen(at) };
  onTestFinished(async () => {
    await light.close();
    await whole.close();
  });
  const get = async (url: string, init?: RequestInit) => {
    const response = await fetch(url, init);
    return { status: response.status, headers: response.headers, body: await response.text() };
  };
  return { urls, get, loads: () => loads };
}

describe('the light server of an agent', () => {
  test.each(['/healthz', '/readyz', '/metrics'])('answers %s as the whole one does', async (path) => {
    const { urls, get, loads } = await servers();
    const [light, whole] = [await get(urls.light + path), await get(urls.whole + path)];
    expect(loads()).toBe(0);
    expect(light.status).toBe(whole.status);
    for (const name of ['content-type', 'cache-control', 'x-content-type-options', 'x-ratelimit-limit'])
      expect(light.headers.get(name), name).toBe(whole.headers.get(name));
    const names = (body: string): string[] =>
      [...body.matchAll(/^# TYPE (\S+)/gm)].map((one) => one[1] ?? '');
    if (path === '/metrics') expect(names(light.body)).toEqual(names(whole.body));
    else expect(JSON.parse(light.body)).toEqual(JSON.parse(whole.body));
  });

  test('is not ready when something is not', async () => {
    const checks = [{ name: 'store', ok: false, reason: 'the disk is full' }];
    const { urls, get } = await servers({ checks });
    const { status, body } = await get(`${urls.light}/readyz`);
    expect([status, JSON.parse(body)]).toEqual([503, { ready: false, checks }]);
  });

  test.each([
    ['another route', '/api/v1/openapi.json', {}, 200],
    ['another method', '/healthz', { method: 'POST' }, 404],
    ['a proxy', '/metrics', { headers: { 'x-forwarded-for': '192.0.2.1' } }, 200],
  ])('has the whole one answer %s, which is loaded once', async (_what, path, init, status) => {
    const { urls, get, loads } = await servers();
    const answers = await Promise.all([get(urls.light + path, init), get(urls.light + path, init)]);
    expect(answers.map((one) => one.status)).toEqual([status, status]);
    expect(loads()).toBe(1);
    expect((await get(`${urls.light}/healthz`)).status).toBe(200);
    expect(loads()).toBe(1);
  });

  test.each([
    ['evil.example', 403],
    ['127.0.0.256', 403],
    ['localhost.evil:9720', 403],
    ['LOCALHOST:9720', 200],
    ['[::1]', 200],
  ])('shows metrics to the host %s as the whole one does: %i', async (host, expected) => {
    const { urls, loads } = await servers();
    const statusOf = async (url: string) => {
      const asked = request(`${url}/metrics`, { headers: { host } }).end();
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.resume();
      return response.statusCode;
    };
    expect([await statusOf(urls.light), await statusOf(urls.whole)]).toEqual([expected, expected]);
    // The light one alone does not know whether anybody has to sign in.
    expect(loads()).toBe(expected === 200 ? 0 : 1);
  });

  test('does not show metrics where one has to sign in for them', async () => {
    const { urls, get, loads } = await servers({ areMetricsOpen: false });
    await get(`${urls.light}/metrics`);
    expect(loads()).toBe(1);
  });

  test('limits requests as the whole one does, and health not at all', async () => {
    const { urls, get, loads } = await servers({ perMinute: 3 });
    for (const url of [urls.light, urls.whole]) {
      for (let n = 0; n < 10; n += 1) {
        expect((await get(`${url}/healthz`)).status).toBe(200);
        expect((await get(`${url}/readyz`)).status).toBe(200);
      }
      const statuses: number[] = [];
      for (let n = 0; n < 5; n += 1) statuses.push((await get(`${url}/metrics`)).status);
      expect(statuses).toEqual([200, 200, 200, 429, 429]);
    }
    const [light, whole] = [await get(`${urls.light}/metrics`), await get(`${urls.whole}/metrics`)];
    expect(JSON.parse(light.body)).toEqual(JSON.parse(whole.body));
    expect(light.headers.get('content-type')).toBe(whole.headers.get('content-type'));
    expect(Number(light.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(loads()).toBe(0);
  });
});

test('requests are counted by network, and forgotten after a minute', () => {
  let now = 0;
  const count = countRate(2, () => now);
  const allowed = (address: string): boolean => count(address).allowed;
  expect([allowed('192.0.2.1'), allowed('::ffff:192.0.2.1'), allowed('192.0.2.1')]).toEqual([
    true,
    true,
    false,
  ]);
  expect(allowed('192.0.2.2')).toBe(true);
  expect([allowed('2001:db8::1'), allowed('2001:db8::2'), allowed('2001:db8::3')]).toEqual([
    true,
    true,
    false,
  ]);
  now = 60_000;
  expect(allowed('192.0.2.1')).toBe(true);
});
