import { beforeEach, describe, expect, test } from 'vitest';
import { formBody } from '../http/support/form.js';
import { foreignIn, signedIn, textOf, type Visitor } from '../http/support/portal.js';
import { sealedOctober, type SealedOctober } from '../http/support/sealed.js';

let october: SealedOctober;
let ann: Visitor;
let pack: Buffer;
beforeEach(async () => {
  october = await sealedOctober();
  ann = await signedIn(october.server, 'customer', { customer: 'alpha', name: 'ann' });
  const answer = await ann.get('/api/v1/evidence/2026-10/alpha-service');
  pack = answer.rawPayload;
  expect(answer.statusCode).toBe(200);
});

async function check(file: Buffer | null, headers: Record<string, string> = {}) {
  const page = await ann.get('/verify');
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page.body)?.[1] ?? '';
  const form = await formBody({ _csrf: csrf }, file === null ? {} : { files: ['evidence.zip', file] });
  return ann.send({
    method: 'POST',
    url: '/verify',
    payload: form.payload,
    headers: { ...form.headers, ...headers },
  });
}

describe('a pack that is sent to be checked', () => {
  test('and is as it was made is verified, with whose key it is', async () => {
    const page = await check(pack);
    expect(page.statusCode).toBe(200);
    expect(textOf(page)).toContain('Verified: 2026-10/alpha-service is unaltered');
    expect(textOf(page)).toContain('Signed by a key of this installation.');
    expect(textOf(page)).not.toContain('Not verified');
    expect(foreignIn(page)).toEqual([]);
  });

  test('of which one byte is another is not verified, and it is said why', async () => {
    const tampered = Buffer.from(pack);
    const at = Math.floor(tampered.length / 2);
    tampered[at] = (tampered[at] ?? 0) ^ 1;
    const page = await check(tampered);
    expect([page.statusCode, textOf(page)]).toEqual([200, expect.stringContaining('Not verified.')]);
    expect(textOf(page)).not.toContain('Verified:');
    expect(/<section class="alert"[^>]*>.*<span lang="en">[^<]{10,}<\/span>/s.test(page.body)).toBe(true);
  });

  test('of another installation is whole, and the page says that the key is not of here', async () => {
    const other = await sealedOctober();
    const bob = await signedIn(other.server, 'customer', { customer: 'alpha', name: 'bob' });
    const foreign = (await bob.get('/api/v1/evidence/2026-10/alpha-service')).rawPayload;
    const text = textOf(await check(foreign));
    expect(text).toContain('Signed by a key that does not belong to this installation.');
    expect(text).not.toContain('signed by a key of this installation');
  });

  test.each([
    ['text', Buffer.from('<script>alert(1)</script>')],
    ['nothing at all', Buffer.alloc(0)],
  ])('but is %s is not verified', async (_what, file) => {
    const page = await check(file);
    expect(page.statusCode).toBeLessThan(500);
    expect(textOf(page)).toContain('Not verified.');
    expect(foreignIn(page)).toEqual([]);
  });

  test('needs a file', async () => {
    const page = await check(null);
    expect([page.statusCode, textOf(page)]).toEqual([400, expect.stringContaining('Choose a file first.')]);
    expect(page.body).toContain('type="file"');
  });

  test('may be as long as packs are, and no longer', async () => {
    const page = await check(Buffer.alloc(65 * 1024 * 1024));
    expect([page.statusCode, page.headers['content-type']]).toEqual([413, 'text/html; charset=utf-8']);
    expect(textOf(page)).toContain('The file or request is too large');
  });
});

test('the key that checks a pack elsewhere is a file', async () => {
  const page = await ann.get('/verify');
  const [, place = ''] = /href="(\/verify\/[^"]+\/carrier\.pub)"/.exec(page.body) ?? [];
  const file = await ann.get(place);
  expect([file.statusCode, file.headers['content-disposition']]).toEqual([
    200,
    'attachment; filename="carrier.pub"',
  ]);
  const [key] = await october.keys.list();
  expect(file.body).toBe(key?.pem);
  expect((await ann.get('/verify/none/carrier.pub')).statusCode).toBe(404);
});
