import { beforeEach, describe, expect, test } from 'vitest';
import { foreignIn, signedIn, textOf } from '../http/support/portal.js';
import { all, month, sealedOctober, type SealedOctober } from '../http/support/sealed.js';

let october: SealedOctober;
beforeEach(async () => {
  october = await sealedOctober();
});
const ann = () => signedIn(october.server, 'customer', { customer: 'alpha', name: 'ann' });

describe('a customer’s statements', () => {
  test('are its own, sealed, with a file in every format and the evidence', async () => {
    const page = await (await ann()).get('/statements');
    const text = textOf(page);
    expect([page.statusCode, text]).toEqual([200, expect.stringContaining('October 2026')]);
    expect(text).toMatch(/alpha-service\s+sealed, revision 1/);
    expect(text).toMatch(/HKD\s0\.00\s+Why\s+of HKD\s11,111\.00/);
    expect(text).not.toMatch(/beta|22,222|draft/);
    const files = [...page.body.matchAll(/href="(\/api\/v1\/[^"]+)"/g)].map(([, href = '']) =>
      href.replaceAll('&amp;', '&'),
    );
    const own = files.filter((href) => href.includes('service=alpha-service'));
    for (const format of ['json', 'csv', 'xlsx', 'pdf', 'html'])
      expect(own).toContain(
        `/api/v1/reports/${month}?service=alpha-service&format=${format}${format === 'csv' ? '&bom=true' : ''}&lang=en`,
      );
    for (const format of ['xlsx', 'pdf'])
      expect(files).toContain(`/api/v1/reports/${month}?content=summary&format=${format}&lang=en`);
    expect(files).toContain(`/api/v1/evidence/${month}/alpha-service`);
    expect(foreignIn(page)).toEqual([]);
  });

  test('that changed afterwards are said to be revised, and both revisions are there when they were', async () => {
    await october.outageAfterwards();
    expect(await october.statements.check(month)).toBe(1);
    const customer = await ann();
    expect(textOf(await customer.get('/statements'))).toMatch(/sealed, revision 1 will be revised/);
    const revised = await october.statements.revise('fin', all);
    expect(revised.filter(({ outcome }) => outcome === 'sealed')).toMatchObject([
      { id: `${month}/alpha-service`, revision: 2 },
    ]);
    const page = await customer.get('/statements');
    const text = textOf(page);
    expect(text).toMatch(/sealed, revision 2/);
    // What holds is one row, of the second; the first stands behind it.
    expect(text).not.toContain('will be revised');
    expect(page.body.match(/<th scope="row"><a [^>]*>alpha-service/g)).toHaveLength(1);
    expect(text).toContain('Revision 1');
    expect(text).toMatch(/HKD\s555\.55/);
    const [, before = ''] =
      /href="(\/api\/v1\/reports\/[^"]*format=json[^"]*revision=1)"/.exec(page.body) ?? [];
    const first = await customer.get(before.replaceAll('&amp;', '&'));
    expect([first.statusCode, first.body]).toEqual([200, expect.stringContaining('"revision": 1')]);
  });

  test('in a month that its reseller had have no amounts, and the reseller’s have', async () => {
    const beta = await signedIn(october.server, 'customer', { customer: 'beta', name: 'ben' });
    const own = textOf(await beta.get('/statements'));
    expect(own).toMatch(/without amounts.*beta-service sealed, revision 1/);
    expect(own).not.toMatch(/HKD|22,222/);
    const shop = await signedIn(october.server, 'reseller', { customer: 'shop', name: 'sue' });
    const sold = textOf(await shop.get('/statements'));
    expect(sold).toMatch(/beta-service.*of HKD\s22,222\.00/);
    expect(sold).not.toContain('alpha');
  });

  test.each([
    ['zh-CN', '月报', '已封存，第 1 版'],
    ['zh-TW', '月報', '已封存，第 1 版'],
  ])('read in %s', async (language, title, state) => {
    const text = textOf(await (await ann()).get('/statements', { 'accept-language': language }));
    expect([text.includes(title), text.includes(state)]).toEqual([true, true]);
  });
});

test('who works here has them by month: there is one room for one thing', async () => {
  const finance = await signedIn(october.server, 'finance');
  const page = await finance.get(`/months/${month}`);
  const nav = /<nav class="nav"[\s\S]*?<\/nav>/.exec(page.body)?.[0] ?? '';
  expect(nav.match(/>Statements</g)).toHaveLength(1);
  expect(nav).not.toContain('href="/statements"');
  expect((await finance.get('/statements')).headers.location).toBe('/months');
});
