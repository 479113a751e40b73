import { describe, expect, test } from 'vitest';
import { pageOf } from '../../src/http/route/route.js';
import { twoTenants } from '../support/tenants.js';
import { entrance } from './support/entry.js';

type Page = Record<string, unknown> & { readonly nextCursor: string | null };

describe('a list is read in pages', () => {
  const lists = [
    ...[
      ['customers', 'customers', 3],
      ['sites', 'sites', 2],
      ['lines', 'lines', 2],
    ],
    ...[
      ['services', 'services', 2],
      ['resale', 'resale', 1],
      ['paths', 'paths', 2],
      ['plans', 'plans', 3],
    ],
    ...[
      ['tokens', 'tokens', 4],
      ['users', 'users', 2],
      ['exclusions', 'exclusions', 3],
    ],
    ...[
      ['outages', 'outages', 1],
      ['persons', 'persons', 3],
      ['book', 'entered', 2],
    ],
    ...[
      ['notification-targets', 'targets', 2],
      ['statements', 'statements', 0],
      ['disputes', 'disputes', 0],
    ],
  ] as [string, string, number][];

  test('whatever list it is: the pages together are the list', async () => {
    const server = entrance(await twoTenants());
    const admin = await server.tokenOf('admin');
    for (const role of ['noc', 'finance', 'approver'] as const) await server.tokenOf(role);
    const post = async (to: string, payload: object) => {
      const answer = await server.as(admin, { method: 'POST', url: `/api/v1/${to}`, payload });
      expect([answer.statusCode, answer.body]).toEqual([201, answer.body]);
    };
    for (const name of ['ann', 'bob']) {
      await post('users', { name, roles: ['noc'], password: 'Long-enough-1' });
      await post('notification-targets', { kind: 'mail', address: `${name}@noc.example`, events: ['*'] });
      await post('customers', { id: `new-${name}`, name });
    }
    for (const pop of ['HKG', 'SIN', 'FRA']) {
      await post('persons', { customer: 'alpha', name: pop });
      await post('exclusions', {
        kind: 'third-party',
        scope: [`pop:${pop}`],
        reason: 'a digger',
        from: '2026-10-02T00:00:00Z',
        to: '2026-10-02T01:00:00Z',
      });
    }
    for (const [url, key, atLeast] of lists) {
      const get = async (query: string) => {
        const answer = await server.as(admin, `/api/v1/${url}?${query}`);
        expect([url, answer.statusCode, answer.body]).toEqual([url, 200, answer.body]);
        return answer.json<Page>();
      };
      const whole = await get('');
      const all = whole[key] as unknown[];
      expect([url, whole.nextCursor]).toEqual([url, null]);
      expect(all.length, url).toBeGreaterThanOrEqual(atLeast);
      const paged: unknown[] = [];
      let cursor = '';
      for (let turns = 0; turns <= all.length; turns += 1) {
        const page = await get(`limit=1${cursor && `&cursor=${cursor}`}`);
        expect((page[key] as unknown[]).length).toBeLessThanOrEqual(1);
        paged.push(...(page[key] as unknown[]));
        if (page.nextCursor === null) break;
        cursor = page.nextCursor;
      }
      expect(paged.map(withoutUse)).toEqual(all.map(withoutUse));
      for (const bad of ['x', 'eyJhIjoxfQ', Buffer.from('[-1,""]').toString('base64url')]) {
        const answer = await server.as(admin, `/api/v1/${url}?cursor=${bad}`);
        expect([url, answer.statusCode, answer.json<{ detail: string }>().detail]).toEqual([
          ...[url, 400, 'cursor is not a cursor; allowed: the nextCursor of an answer'],
        ]);
      }
    }
  });

  /** A token is used each time. */
  function withoutUse(item: unknown): unknown {
    return { ...(item as object), lastUsedAt: null };
  }

  test('in which nothing is hidden or comes again when the list changes in between', () => {
    const letters = 'abcdef'.split('');
    const read = (list: string[], cursor?: string) => {
      const place = cursor === undefined ? undefined : (JSON.parse(atob64(cursor)) as [number, string]);
      const at = place && { index: place[0], key: place[1] };
      return pageOf(list, { limit: 2, cursor: at }, (item) => item);
    };
    const first = read(letters);
    expect(first.page).toEqual(['a', 'b']);
    // One was put before it, its own last item is gone, or so is everything behind it.
    expect(read(['0', ...letters], first.nextCursor ?? '').page).toEqual(['c', 'd']);
    expect(read(['0', 'a', 'c', 'd'], first.nextCursor ?? '').page).toEqual(['a', 'c']);
    expect(read(['a', 'b'], first.nextCursor ?? '')).toEqual({ page: [], nextCursor: null });
    expect(read(letters, read(letters, first.nextCursor ?? '').nextCursor ?? '')).toEqual({
      page: ['e', 'f'],
      nextCursor: null,
    });
  });

  const atob64 = (text: string) => Buffer.from(text, 'base64url').toString();

  test('only of what the asker may see', async () => {
    const server = entrance(await twoTenants());
    const alpha = await server.tokenOf('customer', 'alpha');
    const answer = await server.as(alpha, '/api/v1/customers?limit=1');
    expect(answer.json()).toMatchObject({ customers: [{ id: 'alpha' }], nextCursor: null });
    // A cursor of somebody else's list opens nothing.
    const admin = await server.tokenOf('admin');
    const { nextCursor } = (await server.as(admin, '/api/v1/customers?limit=2')).json<Page>();
    const own = await server.as(alpha, `/api/v1/customers?cursor=${nextCursor ?? ''}`);
    expect(own.json()).toEqual({ customers: [], nextCursor: null });
  });
});
