import { expect, describe, test } from 'vitest';
import { ratio } from '../../src/core/number.js';
import { emptyMesh, type PathStanding } from '../../src/core/standing.js';
import { judgeServicesNow } from '../../src/services/standing/keep-standing.js';
import { slotMs } from '../support/fault-desk.js';
import { october } from '../support/ledger.js';
import { round } from '../support/rounds.js';
import { twoTenants, type Tenants } from '../support/tenants.js';
import { entrance, type Entrance } from '../http/support/entry.js';
import { formBody } from '../http/support/form.js';
import { foreignIn, signedIn, textOf, visitor } from '../http/support/portal.js';

const now = october + 20 * 86_400_000 + 5 * 60_000;
const slot = october + 20 * 86_400_000;
const window = {
  from: slot,
  to: slot + slotMs,
  latencyUs: ratio(60_001n, 2n),
  loss: ratio(0n),
  held: 1,
  due: 2,
  excess: ratio(500n, 10n),
  latencyBand: { id: 'severe', level: 3 },
  lossBand: { id: 'normal', level: 0 },
};
const unmeasured = {
  ...window,
  latencyUs: null,
  loss: null,
  held: 0,
  excess: null,
  latencyBand: null,
  lossBand: null,
};
const standing: PathStanding = {
  plan: 'ctg-cloud-connection',
  commitmentUs: ratio(20_000n),
  round: unmeasured,
  day: window,
  month: window,
};

/** Two tenants in the middle of October, their services and paths judged. */
async function portal(): Promise<{ readonly server: Entrance; readonly tenants: Tenants }> {
  const tenants = { ...(await twoTenants()), now: () => now };
  const { store, config } = tenants;
  const services = await judgeServicesNow({ store, config, now, entered: { outages: [], exclusions: [] } });
  const server = entrance(tenants, {
    mesh: {
      mesh: () => ({
        ...emptyMesh,
        version: 1,
        judgedAt: now,
        paths: new Map([
          ['HKG>FRA', standing],
          ['HKG>SIN', standing],
        ]),
      }),
      now: tenants.now,
    },
    standing: { services: () => ({ at: now, services }), now: tenants.now },
  });
  return { server, tenants };
}

describe('the services', () => {
  test('of a customer are its own, with what is left, its amounts, and its paths', async () => {
    const { server } = await portal();
    const ann = await signedIn(server, 'customer');
    expect((await ann.get('/')).headers.location).toBe('/services');
    const page = await ann.get('/services');
    const text = textOf(page);
    expect(page.statusCode).toBe(200);
    expect(text).toContain('alpha-service');
    expect(text).toMatch(/used, 44 min 38 s left then 5% credit \(below 99\.9%\)/);
    expect(text).toContain('11,111.00');
    expect(text).not.toMatch(/beta|22,222|FRA/);
    expect(page.body).toContain('href="/paths/HKG/SIN"');
    // The newest round was not measured: that is said, and is no zero.
    expect(textOf(await ann.get('/services?window=round'))).toContain('not measured');
    expect(foreignIn(page)).toEqual([]);
  });

  test('of one who buys from a reseller have no amount; the reseller has it', async () => {
    const { server } = await portal();
    const beta = await signedIn(server, 'customer', { customer: 'beta' });
    const own = textOf(await beta.get('/services'));
    expect(own).toContain('beta-service');
    expect(own).not.toMatch(/22,222|HKD/);
    expect(textOf(await beta.get('/statements'))).not.toMatch(/22,222|HKD/);
    const shop = await signedIn(server, 'reseller', { customer: 'shop' });
    const sold = textOf(await shop.get('/services'));
    expect(sold).toMatch(/beta-service.*22,222\.00/);
    expect(sold).not.toContain('alpha');
  });

  test.each([
    ['zh-CN', '我的业务', '可用率'],
    ['zh-TW', '我的服務', '可用率'],
    ['en', 'Services', 'Availability'],
  ])('read in %s', async (language, title, availability) => {
    const { server } = await portal();
    const ann = await signedIn(server, 'customer');
    const text = textOf(await ann.get('/services', { 'accept-language': language }));
    expect(text).toContain(title);
    expect(text).toContain(availability);
  });
});

describe('a path', () => {
  test('is drawn without any script, with its gaps, and only for who uses it', async () => {
    const { server, tenants } = await portal();
    await tenants.store.rounds.put(round({ path: 'HKG>SIN', slot: slot - 2 * slotMs }));
    const ann = await signedIn(server, 'customer');
    const page = await ann.get('/paths/HKG/SIN');
    expect(page.statusCode).toBe(200);
    expect(page.body).toMatch(/<svg class="drawn"[^>]*aria-label="Latency of HKG → SIN/);
    expect(page.body).toContain('<rect class="gap"');
    expect(textOf(page)).toContain('not measured');
    expect(foreignIn(page)).toEqual([]);
    for (const days of ['7', '31', 'x'])
      expect((await ann.get(`/paths/HKG/SIN?days=${days}`)).statusCode).toBe(200);
    for (const other of ['/paths/HKG/FRA', '/paths/HKG/XXX', '/paths/%3Cb%3E/SIN'])
      expect((await ann.get(other)).statusCode).toBe(404);
  });
});

describe('the figures of a path', () => {
  test('are of the same rounds as its bands, also while the next round is being measured', async () => {
    const { server, tenants } = await portal();
    for (let back = 1; back <= 48; back += 1)
      await tenants.store.rounds.put(round({ path: 'HKG>SIN', slot: slot - back * slotMs }));
    const text = textOf(await (await signedIn(server, 'customer')).get('/paths/HKG/SIN'));
    const [, held, due] = /Last 24 h.*?(\d+) of (\d+) rounds/s.exec(text) ?? [];
    const [, spread] = /Latency of (\d+) rounds/.exec(text) ?? [];
    expect(due).toBe('48');
    expect(spread).toBe(held);
  });
});

describe('a fault report', () => {
  test('is filed from a band in one step, and goes on in a thread that shows texts as they are', async () => {
    const { server } = await portal();
    const ann = await signedIn(server, 'customer');
    const filed = await ann.post('/faults', { path: 'HKG>SIN', window: 'last-24h' });
    expect([filed.statusCode, filed.headers.location]).toEqual([303, '/faults/F1?done=filed']);
    const evil = `<script>alert(1)</script><img src=x onerror=alert(2)>"'`;
    const said = await ann.post('/faults/F1/comment', { text: evil });
    expect(said.headers.location).toBe('/faults/F1?done=comment');
    const page = await ann.get('/faults/F1');
    expect(textOf(page)).toContain(evil);
    expect(page.body).not.toMatch(/<script>|<img/);
    expect(page.body).toContain('&lt;script&gt;');
    expect(foreignIn(page)).toEqual([]);
    expect(textOf(await ann.get('/faults'))).toContain('F1');
    expect(
      (await (await signedIn(server, 'customer', { customer: 'beta', name: 'b' })).get('/faults/F1'))
        .statusCode,
    ).toBe(404);
  });

  test('may be in words alone, and says what is missing beside what was said', async () => {
    const { server } = await portal();
    const ann = await signedIn(server, 'customer');
    const wrong = await ann.post('/faults', { subject: 'It is <slow>' });
    expect([wrong.statusCode, textOf(wrong)]).toEqual([400, expect.stringContaining('Text is missing')]);
    expect(wrong.body).toContain('value="It is &lt;slow&gt;"');
    const filed = await ann.post('/faults', { subject: 'It is slow', text: 'since noon' });
    expect(filed.statusCode).toBe(303);
    expect((await ann.post('/faults', { text: 'x', customer: 'beta' })).statusCode).toBe(403);
    expect((await ann.post('/faults', { text: 'x', _csrf: 'x' })).statusCode).toBe(403);
  });

  test('takes files by a form, when they are what their names say', async () => {
    const { server } = await portal();
    const ann = await signedIn(server, 'customer');
    await ann.post('/faults', { text: 'slow' });
    const csrf = /name="_csrf" value="([^"]+)"/.exec((await ann.get('/faults/F1')).body)?.[1] ?? '';
    const send = async (name: string, content: string) => {
      const form = await formBody({ _csrf: csrf, text: 'see the file' }, { files: [name, content] });
      return ann.send({ method: 'POST', url: '/faults/F1/comment', ...form });
    };
    expect((await send('trace.txt', '1 10.0.0.1\n')).statusCode).toBe(303);
    expect((await ann.get('/faults/F1')).body).toMatch(
      /href="\/api\/v1\/fault-reports\/F1\/attachments\/[0-9a-f]{64}">trace\.txt</,
    );
    const bad = await send('x.png', 'no picture');
    expect([bad.statusCode, textOf(bad)]).toEqual([
      400,
      expect.stringContaining('File type not accepted: x.png'),
    ]);
    expect(bad.body).toContain('see the file');
  });

  test('is taken and resolved by the NOC, and then closed or opened again by whom it is about', async () => {
    const { server } = await portal();
    const ann = await signedIn(server, 'customer');
    await ann.post('/faults', { text: 'slow' });
    const noc = await signedIn(server, 'noc');
    for (const [deed, text] of [
      ['take', ''],
      ['comment', 'look at line 3'],
      ['resolve', 'a card was changed'],
    ] as const) {
      const internal: Record<string, string> = deed === 'comment' ? { internal: 'yes' } : {};
      const done = await noc.post(`/faults/F1/${deed}`, { text, ...internal });
      expect([deed, done.statusCode]).toEqual([deed, 303]);
    }
    const page = await ann.get('/faults/F1');
    expect(textOf(page)).toContain('a card was changed');
    expect(textOf(page)).not.toContain('line 3');
    expect(page.body).toContain('action="/faults/F1/reopen"');
    expect((await ann.post('/faults/F1/take', {})).statusCode).toBe(403);
    expect((await ann.post('/faults/F1/reopen', { text: '' })).statusCode).toBe(400);
    expect((await ann.post('/faults/F1/reopen', { text: 'it is back' })).statusCode).toBe(303);
    expect(textOf(await ann.get('/faults/F1'))).toContain('reopened');
  });
});

describe('statements', () => {
  test('are listed for whoever may see their amounts, and verified by a page that says how', async () => {
    const { server } = await portal();
    const ann = await signedIn(server, 'customer');
    expect((await ann.get('/statements')).statusCode).toBe(200);
    expect((await (await signedIn(server, 'noc')).get('/statements')).statusCode).toBe(403);
    const page = await ann.get('/verify');
    expect([page.statusCode, textOf(page)]).toEqual([
      200,
      expect.stringContaining('pop-sla verify evidence.zip --key carrier.pub'),
    ]);
    expect(foreignIn(page)).toEqual([]);
  });
});

test('a page has less than 100 KB of scripts in all', async () => {
  const { server } = await portal();
  const ann = await signedIn(server, 'customer');
  for (const url of ['/sign-in', '/services', '/paths/HKG/SIN', '/faults', '/statements']) {
    const page = await ann.get(url);
    let bytes = 0;
    const scripts = [...page.body.matchAll(/<script[^>]*src="([^"]+)"/g)].map(([, src]) => src ?? '');
    expect(scripts.length).toBeGreaterThan(0);
    for (const src of scripts) {
      const file = await server.http.inject(src);
      expect([src, file.statusCode]).toEqual([src, 200]);
      bytes += file.rawPayload.length;
    }
    expect([url, bytes < 100_000]).toEqual([url, true]);
  }
});

test('nobody sees a page without signing in, once somebody could', async () => {
  const { server } = await portal();
  await signedIn(server, 'noc');
  for (const url of [
    '/',
    '/services',
    '/paths/HKG/SIN',
    '/faults',
    '/faults/F1',
    '/faults/new',
    '/statements',
    '/verify',
  ]) {
    const answer = await visitor(server).get(url);
    expect([url, answer.statusCode, answer.headers.location]).toEqual([
      url,
      303,
      expect.stringMatching(/^\/sign-in/),
    ]);
  }
});
