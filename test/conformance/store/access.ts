import { describe, expect, test } from 'vitest';
import { traceAfter, type Trace, type TrailLink } from '../../../src/core/access/claims.js';
import { chainFault } from '../../../src/core/ledger/chain.js';
import { digestOf, sha256 } from '../../../src/seal/canonical.js';
import type { SessionRecord, TokenRecord, UserRecord } from '../../../src/store/access-store.js';
import type { Store } from '../../../src/store/store.js';

const token = (id: string): Omit<TokenRecord, 'revokedAt' | 'lastUsedAt'> => ({
  id,
  hash: sha256(id),
  name: '監控 “x”',
  roles: ['noc', 'reseller'],
  customer: 'bank',
  scopes: ['rounds:read', 'write'],
  createdAt: 1_000,
  expiresAt: 9_000,
});
const user = (name: string): Omit<UserRecord, 'disabledAt' | 'email'> => ({
  name,
  password: 'scrypt$1',
  roles: ['finance'],
  customer: null,
  createdAt: 1_000,
  passwordAt: 1_000,
});
const session = (hash: string, principal: string): SessionRecord => ({
  hash,
  principal,
  name: 'Ann',
  via: 'password',
  roles: ['customer'],
  customer: 'bank',
  csrf: 'c',
  createdAt: 1_000,
  expiresAt: 5_000,
  seenAt: 1_000,
});
const trace = (target: string): Trace => ({
  at: 1_000,
  principal: 'user:ann',
  name: '陳',
  from: '192.0.2.1',
  action: 'exclusions:propose',
  target,
  status: 201,
  amounts: false,
});
const follow = (target: string) => (head: TrailLink) => traceAfter(head, trace(target), digestOf);

/** What every database behind the port does with who may come in, and with what they did. */
export function accessConformance(name: string, open: () => Promise<Store>): void {
  const using = async (work: (store: Store['access']) => Promise<void>): Promise<void> => {
    const store = await open();
    try {
      await work(store.access);
    } finally {
      await store.close();
    }
  };

  describe(`${name}: tokens`, () => {
    test('are found by their hash, used and revoked, once', () =>
      using(async ({ tokens }) => {
        expect([await tokens.list(), await tokens.find(sha256('a'))]).toEqual([[], null]);
        await tokens.add(token('a'));
        await tokens.add({ ...token('b'), scopes: null, expiresAt: null, customer: null });
        const a = { ...token('a'), revokedAt: null, lastUsedAt: null };
        expect(await tokens.find(sha256('a'))).toEqual(a);
        await tokens.used('a', 4_000);
        await tokens.used('a', 3_000);
        expect(await tokens.revoke('a', 5_000)).toBe(true);
        expect(await tokens.revoke('a', 6_000)).toBe(false);
        expect(await tokens.revoke('z', 6_000)).toBe(false);
        expect(await tokens.list()).toEqual([
          { ...a, lastUsedAt: 4_000, revokedAt: 5_000 },
          {
            ...a,
            id: 'b',
            hash: sha256('b'),
            scopes: null,
            expiresAt: null,
            customer: null,
          },
        ]);
        await expect(tokens.add(token('a'))).rejects.toThrow();
      }));
  });

  describe(`${name}: people`, () => {
    test('have a name of their own, whatever its case, and can be locked out', () =>
      using(async ({ users }) => {
        expect(await users.add(user('Ann'))).toBe(true);
        expect(await users.add(user('ann'))).toBe(false);
        expect(await users.add({ ...user('bob'), roles: ['customer'], customer: 'bank' })).toBe(true);
        expect(await users.find('ANN')).toEqual({ ...user('Ann'), disabledAt: null, email: null });
        expect(await users.setEmail('ann', 'ann@carrier.example')).toBe(true);
        expect(await users.setEmail('zoe', null)).toBe(false);
        expect(await users.find('zoe')).toBeNull();
        expect(await users.setPassword('ann', 'scrypt$2', 2_000)).toBe(true);
        expect(await users.setPassword('zoe', 'scrypt$2', 2_000)).toBe(false);
        expect(await users.disable('ann', 3_000)).toBe(true);
        expect(await users.disable('ann', 4_000)).toBe(false);
        expect(
          (await users.list()).map((one) => [one.name, one.password, one.disabledAt, one.email]),
        ).toEqual([
          ['Ann', 'scrypt$2', 3_000, 'ann@carrier.example'],
          ['bob', 'scrypt$1', null, null],
        ]);
      }));

    test('lose their sessions with their password or their place, and others keep theirs', () =>
      using(async ({ users, sessions }) => {
        await users.add(user('ann'));
        for (const end of [
          () => users.setPassword('ANN', 'scrypt$2', 2_000),
          () => users.disable('ANN', 2_000),
        ]) {
          await sessions.add(session('h1', 'user:ann'));
          await sessions.add(session('h2', 'user:bob'));
          await sessions.add({ ...session('h3', 'user:ann'), via: 'oidc' });
          await end();
          expect(await sessions.find('h1')).toBeNull();
          expect(await sessions.find('h2')).toEqual(session('h2', 'user:bob'));
          expect(await sessions.find('h3')).not.toBeNull();
          await sessions.remove('h2');
          await sessions.remove('h3');
        }
      }));
  });

  test(`${name}: sessions are noted as seen, and forgotten when they are over`, () =>
    using(async ({ sessions }) => {
      await sessions.add(session('h1', 'user:ann'));
      await sessions.seen('h1', 2_000);
      expect(await sessions.find('h1')).toMatchObject({ seenAt: 2_000, roles: ['customer'] });
      await sessions.add({ ...session('h2', 'user:ann'), createdAt: 5_000, expiresAt: 9_000 });
      expect(await sessions.find('h1')).toBeNull();
      await sessions.remove('h2');
      expect(await sessions.find('h2')).toBeNull();
    }));

  test(`${name}: the trail is one chain, in whatever order it is written`, () =>
    using(async ({ trail }) => {
      await Promise.all(['/1', '/2', '/3'].map((target) => trail.append(follow(target))));
      const last = await trail.append((head) => ({
        ...traceAfter(head, { ...trace('/4'), amounts: true }, digestOf),
      }));
      const all = await trail.list();
      expect(all.map(({ seq, target, amounts }) => [seq, target, amounts])).toEqual([
        [1, '/1', false],
        [2, '/2', false],
        [3, '/3', false],
        [4, '/4', true],
      ]);
      expect(all[3]).toEqual(last);
      expect(chainFault(all, digestOf)).toBeNull();
      expect(await trail.list({ after: 1, limit: 2 })).toEqual(all.slice(1, 3));
      await expect(
        trail.append(() => traceAfter({ seq: 1, hash: 'f' }, trace('/x'), digestOf)),
      ).rejects.toThrow();
      expect(await trail.list()).toHaveLength(4);
    }));

  test(`${name}: an answer is kept for its key, the first one, for as long as it is asked to`, () =>
    using(async ({ replies }) => {
      const reply = {
        principal: 'user:ann',
        key: 'k',
        request: 'r',
        at: 1_000,
        status: 201,
        contentType: 'application/json',
        body: '{"a":"„"}',
      };
      await replies.put(reply, 0);
      await replies.put({ ...reply, body: '{}' }, 0);
      expect(await replies.find('user:ann', 'k', 0)).toEqual(reply);
      expect(await replies.find('user:bob', 'k', 0)).toBeNull();
      expect(await replies.find('user:ann', 'k', 1_000)).toBeNull();
      await replies.put({ ...reply, key: 'k2', at: 3_000 }, 1_000);
      expect(await replies.find('user:ann', 'k', 0)).toBeNull();
    }));
}
