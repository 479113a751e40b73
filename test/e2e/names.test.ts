import type { Browser } from 'playwright-core';
import { describe, expect, onTestFinished, test } from 'vitest';
import { chromiumProgram, openBrowser } from '../support/browser.js';
import { october } from '../support/ledger.js';
import { requires } from '../support/requires.js';
import { tenantsOf } from '../support/tenants.js';
import { entrance } from '../http/support/entry.js';
import { hostile, password } from './house.js';
import { patienceMs, personAt } from './people.js';

const quoted = JSON.stringify(hostile);
const customers = `
customers: [{ id: alpha, name: ${quoted} }, { id: shop, name: ${quoted} }]
resale: [{ seller: shop, buyer: alpha, from: 2026-01-01, to: 2026-10-01 }]
sites: [{ id: alpha-site, customer: alpha, name: ${quoted} }]
lines: [{ id: alpha-line, pop: SIN }]
services:
  - { id: alpha-service, customer: alpha, site: alpha-site, start: 2026-01-01, plan: ctg-cloud-connection,
      class: single, lines: [alpha-line], paths: ['HKG>SIN'], rent: 11111, currency: HKD }
`;
/** What ends an attribute, a text, a script and an address, as it stands in a URL. */
const strange = [
  `'"><img src=x onerror=alert('xss')></title><script>alert('xss')</script><svg onload=alert('xss')>`,
  `javascript:alert('xss')`,
].map((text) => encodeURIComponent(text));
const iso = (at: number) => new Date(at).toISOString();

describe('names and addresses that are markup, in a real browser', () => {
  const { beforeAll, afterAll } = requires({ commands: [chromiumProgram] });
  let browser: Browser;
  beforeAll(async () => {
    browser = await openBrowser();
  }, patienceMs);
  afterAll(() => browser.close(), patienceMs);

  /** A house in which everything that has a name is called by markup; resolves to its address and users. */
  async function house() {
    const tenants = await tenantsOf(customers);
    const http = { ...tenants.config.http, requestsPerMinute: 100_000 };
    const pops = tenants.config.pops.map((pop) => ({ ...pop, name: hostile }));
    const server = entrance({ ...tenants, config: { ...tenants.config, http, pops } });
    const users = { staff: `staff ${hostile}`, customer: `customer ${hostile}` };
    await server.registry.addUser({ name: users.staff, roles: ['admin'], customer: null, password });
    await server.registry.addUser({ name: users.customer, roles: ['customer'], customer: 'alpha', password });
    const grant = { roles: ['admin'], customer: null, scopes: null, expiresAt: null };
    const { token } = await server.registry.createToken({ name: hostile, ...grant });
    const write = async (method: 'POST' | 'DELETE', url: string, payload?: object | Buffer) => {
      const bytes = Buffer.isBuffer(payload) && { headers: { 'content-type': 'application/octet-stream' } };
      const answer = await server.as(token, {
        method,
        url: `/api/v1/${url}`,
        ...(payload && { payload }),
        ...bytes,
      });
      if (answer.statusCode >= 300) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
      return answer.json<{ id: string; sha256: string }>();
    };
    const person = await write('POST', 'persons', { customer: 'alpha', name: hostile });
    const from = october + 20 * 86_400_000;
    const exclusion = await write('POST', 'exclusions', {
      kind: 'third-party',
      scope: ['customer:alpha'],
      reason: hostile,
      proof: hostile,
      source: hostile,
      from: iso(from),
      to: iso(from + 60_000),
    });
    await write('POST', 'outages', { port: 'SIN', from: iso(from), to: iso(from + 60_000), reason: hostile });
    const name = `${hostile.replaceAll('/', '')}.txt`;
    const file = await write(
      ...([
        'POST',
        `fault-reports/attachments?name=${encodeURIComponent(name)}`,
        Buffer.from(hostile),
      ] as const),
    );
    const filed = await write('POST', 'fault-reports', {
      customer: 'alpha',
      subject: hostile,
      text: hostile,
      reporter: person.id,
      attachments: [file],
      externalIds: [{ id: hostile, owner: hostile, type: hostile }],
    });
    await write('DELETE', `persons/${person.id}`);
    await write('POST', 'notification-targets', {
      kind: 'webhook',
      customer: 'alpha',
      events: ['*'],
      address: `https://hook.example/"><img${encodeURIComponent(' ')}src=x>?'`,
    });
    await write('POST', 'statements/2026-10/close', {});
    const address = await server.http.listen({ host: '127.0.0.1', port: 0 });
    return { address, users, exclusion: exclusion.id, report: filed.id };
  }

  test(
    'stay text on every page, for whoever is called so, and in every address',
    async () => {
      const { address, users, exclusion, report } = await house();
      const own = [
        '/notifications',
        '/services',
        '/faults?show=all',
        `/faults/${report}`,
        '/statements',
        '/verify',
        '/faults/new',
      ];
      const staff = [
        ...[
          '/mesh',
          '/outages?show=month',
          '/exclusions?state=all',
          `/exclusions/${exclusion}`,
          '/ledger',
          '/credits',
        ],
        ...['/months/2026-10', '/months/2026-10/alpha-service', '/exclusions/new', '/outages/change', '/'],
        ...['/users', '/tokens'],
      ];
      const asked = strange.flatMap((text) => [
        ...[
          `/${text}`,
          `/months/${text}`,
          `/months/2026-10/${text}`,
          `/months/2026-10?show=${text}&done=${text}`,
        ],
        ...[`/faults/${text}`, `/faults/${report}?done=${text}`, `/faults?incident=${text}&show=${text}`],
        ...[
          `/faults/new?path=${text}&window=${text}&subject=${text}&text=${text}&severity=${text}&customer=${text}`,
        ],
        ...[
          `/paths/${text}/SIN`,
          `/services?window=${text}`,
          `/exclusions/${text}`,
          `/exclusions?state=${text}`,
        ],
        ...[`/outages/change?of=${text}`, `/credits?month=${text}&done=${text}`, `/ledger?before=${text}`],
        ...[
          `/statements?before=${text}`,
          `/sign-in?to=${text}`,
          `/assets/${text}/${text}`,
          `/mesh?window=${text}`,
        ],
      ]);
      for (const [name, places] of [
        [users.staff, [...own, ...staff, ...asked]],
        [users.customer, [...own, ...asked.filter((place) => /months|faults|statements/.test(place))]],
      ] as const) {
        const person = await personAt(browser, address, name);
        onTestFinished(() => person.close());
        const broken: string[] = [];
        let shown = 0;
        for (const place of places) {
          const answer = await person.page.goto(`${address}${place}`);
          const status = answer?.status() ?? 0;
          if (status >= 500 || (status >= 400 && own.includes(place))) broken.push(`${place}: ${status}`);
          const found: { foreign: number; shown: number } = await person.page.evaluate(look);
          if (found.foreign > 0) broken.push(`${place}: ${found.foreign} elements were brought in`);
          shown += found.shown;
        }
        expect([name, broken]).toEqual([name, []]);
        expect(shown).toBeGreaterThan(places.length);
        // What is not there is told to the browser so; nothing else troubled it.
        expect(person.said.filter((one) => !/Failed to load resource|net::ERR_ABORTED/.test(one))).toEqual(
          [],
        );
      }
    },
    2 * patienceMs,
  );
});

/** Run in the page. No page of ours has a picture of that address, a script in it, or an address that is one. */
const look = `({
  foreign: document.querySelectorAll(
    'img[src="x"], script:not([src]), svg[onload], [onerror], [onload], [onclick], [href^="javascript"], [action^="javascript"]').length,
  shown: document.body.innerText.split(${JSON.stringify(hostile)}).length - 1,
})`;
