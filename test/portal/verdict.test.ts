import { expect, test } from 'vitest';
import { verdictOf } from '../../src/portal/customer/verdict.js';
import { localeOf } from '../../src/i18n/locale.js';
import { portalWords } from '../../src/i18n/portal.js';
import type { MeshPath } from '../../src/portal/customer/paths-shown.js';
import { twoTenants } from '../support/tenants.js';
import { entrance } from '../http/support/entry.js';
import { judgeServicesNow } from '../../src/services/standing/keep-standing.js';
import { october } from '../support/ledger.js';
import { signedIn, textOf } from '../http/support/portal.js';

type Level = 0 | 1 | 3 | null;
const bands = ['normal', 'decline', 'degraded', 'severe'];

function path(id: string, day: Level, round: Level = day): MeshPath {
  const cell = (level: Level): MeshPath['windows']['round'] => {
    const band = level === null ? null : { id: bands[level] ?? '', level };
    return {
      latencyBand: band,
      lossBand: null,
      worst: band,
      us: level === null ? null : 50_000,
      lossPpm: null,
      excess: null,
      held: level === null ? 0 : 48,
      due: 48,
    };
  };
  const [source = '', destination = ''] = id.split('>');
  return {
    id,
    source,
    destination,
    href: `/paths/${source}/${destination}`,
    commitmentUs: 40_000,
    lossLimitPercent: '1',
    windows: { round: cell(round), 'last-24h': cell(day), 'month-to-date': cell(day) },
  };
}

const f = {
  ...localeOf('en'),
  short: (at: string | number) => new Date(at).toISOString().slice(11, 16),
};
const english = { w: portalWords.en, r: localeOf('en').words, f };
const chinese = { w: portalWords['zh-CN'], r: localeOf('zh-CN').words, f };
const six = ['A>B', 'A>C', 'A>D', 'B>A', 'C>A'].map((id) => path(id, 0));
const nothing = { services: [], outages: [], suggestions: [] };

test('a path that is worse is named with its band, and since when where that is known', () => {
  const paths = [...six, path('HKG>SIN', 3)];
  const one = verdictOf({ ...nothing, paths }, english);
  expect(one.text).toBe('5 of 6 paths within commitment; HKG → SIN severely degraded (last 24 h).');
  expect(one.tone).toBe('bad');
  const suggestion = {
    path: 'HKG>SIN' as const,
    metrics: ['latency' as const],
    firstSlot: '2026-10-11T14:30:00.000Z',
    lastSlot: '2026-10-11T15:30:00.000Z',
    raisedAt: '2026-10-11T15:30:00.000Z',
    endedSlot: null,
  };
  const since = verdictOf({ ...nothing, paths, suggestions: [suggestion] }, english);
  expect(since.text).toBe('5 of 6 paths within commitment; HKG → SIN severely degraded since 14:30.');
  expect(verdictOf({ ...nothing, paths, suggestions: [suggestion] }, chinese).text).toBe(
    '6 条路径中 5 条符合承诺；HKG → SIN 自 14:30 起性能严重劣化。',
  );
});

test('the latest round alone is told as such, and what was not measured is neither good nor bad', () => {
  const paths = [path('A>B', 0, 1), path('A>C', 0), path('A>D', null)];
  const { text, tone } = verdictOf({ ...nothing, paths }, english);
  expect(text).toBe('1 of 2 paths within commitment; 1 path not measured; A → B decline (latest round).');
  expect(tone).toBe('warn');
});

test('what nobody observed makes no verdict good', async () => {
  const paths = [path('A>B', 0), path('A>C', null)];
  expect(verdictOf({ ...nothing, paths }, english)).toMatchObject({
    tone: 'warn',
    text: '1 of 1 paths within commitment; 1 path not measured.',
  });
  const now = october + 20 * 86_400_000;
  const tenants = await twoTenants();
  const { store, config } = tenants;
  const judged = await judgeServicesNow({ store, config, now, entered: { outages: [], exclusions: [] } });
  const server = entrance(tenants, {
    standing: { services: () => ({ at: now, services: judged }), now: () => now },
  });
  const answer = await server.as(await server.tokenOf('customer'), '/api/v1/standing');
  const { services } = answer.json<{ services: Parameters<typeof verdictOf>[0]['services'] }>();
  const unshown = services.map((one) => ({ ...one, met: null }));
  const { tone, text } = verdictOf({ ...nothing, paths: six, services: unshown }, english);
  expect(tone).toBe('warn');
  expect(text).toContain('too little observed to show the availability of alpha-service');
});

test('a port that several observers see down is one, since the first of them', () => {
  const seen = (from: string) => ({ port: 'SIN', counts: { from, to: null } });
  const outages = [seen('2026-10-11T14:31:00.000Z'), seen('2026-10-11T14:30:00.000Z')];
  const { text, tone } = verdictOf({ ...nothing, paths: six, outages }, english);
  expect(text).toBe('Port SIN down since 14:30; 5 of 5 paths within commitment.');
  expect(tone).toBe('bad');
});

test('a customer gets from its first page to the reason of each amount, and who sees no amounts to its outages', async () => {
  const now = october + 20 * 86_400_000;
  const tenants = { ...(await twoTenants()), now: () => now };
  const { store, config } = tenants;
  const services = await judgeServicesNow({ store, config, now, entered: { outages: [], exclusions: [] } });
  const server = entrance(tenants, {
    standing: { services: () => ({ at: now, services }), now: tenants.now },
  });
  const ann = await signedIn(server, 'customer');
  const page = await ann.get('/services');
  expect(page.body).toContain('href="/months/2026-10/alpha-service?now=yes"');
  const why = await ann.get('/months/2026-10/alpha-service?now=yes');
  expect([why.statusCode, textOf(why)]).toEqual([200, expect.stringContaining('No credit: availability')]);
  expect(why.body).toContain('<a href="/statements">');
  expect(why.body).not.toMatch(/action="\/months/);
  const beta = await signedIn(server, 'customer', { customer: 'beta', name: 'beta' });
  const own = await beta.get('/services');
  expect(own.body).toContain('href="#outages"');
  expect(own.body).not.toContain('/months/');
});
