import { randomBytes } from 'node:crypto';
import type { Principal } from '../../core/access/principal.js';
import type { EpochMs } from '../../core/types.js';
import { sha256 } from '../../seal/hash.js';
import type { AccessStore, Grant, SessionRecord } from '../../store/access-store.js';
import { verifyPassword, type Cost } from './passwords.js';
import { createThrottle } from './throttle.js';

export interface DoorOptions {
  readonly store: Pick<AccessStore, 'tokens' | 'users' | 'sessions'>;
  readonly now: () => EpochMs;
  /** How long a session lasts at most, and how long unused. */
  readonly sessionMs: number;
  readonly idleMs: number;
  /** Of a password that is nobody's; as that of everybody's. */
  readonly cost?: Cost;
}

/** What is wrong with what somebody showed. */
export type Refusal = 'unknown' | 'expired' | 'revoked';

export type Entry =
  { readonly principal: Principal } | { readonly refused: Refusal } | { readonly waitMs: number };

/** A session that has begun; `secret` is for the cookie, and kept nowhere. */
export interface Begun {
  readonly secret: string;
  readonly session: SessionRecord;
}

/** Who comes in, by what they show. */
export interface Door {
  /** Whether anybody could sign in: until then nobody has to. */
  anybody(): Promise<boolean>;
  byToken(token: string): Promise<Exclude<Entry, { waitMs: number }>>;
  /**
   * Null: there is no such session, or no more. `by`: a page that asks for itself anew with nobody before it does not
   * keep a session from being idle; somebody, unless told.
   */
  bySession(
    secret: string,
    by?: 'somebody' | 'itself',
  ): Promise<{ readonly principal: Principal; readonly session: SessionRecord } | null>;
  /** `address`: where it comes from; both it and the name are made to wait who fail too often. */
  signIn(
    name: string,
    password: string,
    address: string,
  ): Promise<Begun | Exclude<Entry, { principal: Principal }>>;
  begin(who: Grant & Pick<SessionRecord, 'principal' | 'name' | 'via'>): Promise<Begun>;
  signOut(secret: string): Promise<void>;
}

const minuteMs = 60_000;

export function createDoor({ store, now, sessionMs, idleMs, cost }: DoorOptions): Door {
  const { tokens, users, sessions } = store;
  const accounts = createThrottle({ now, free: 5 });
  const addresses = createThrottle({ now, free: 20 });
  // One after the other: each takes 32 MiB.
  let verified: Promise<unknown> = Promise.resolve();

  const begin: Door['begin'] = async ({ principal, name, via, roles, customer }) => {
    const secret = randomBytes(32).toString('base64url');
    const at = now();
    const session: SessionRecord = {
      ...{ hash: sha256(secret), principal, name, via, roles, customer },
      ...{
        csrf: randomBytes(32).toString('base64url'),
        createdAt: at,
        expiresAt: at + sessionMs,
        seenAt: at,
      },
    };
    await sessions.add(session);
    return { secret, session };
  };

  return {
    begin,
    async anybody() {
      // What was revoked or locked out counts: whoever made one has closed the door.
      return (await tokens.list()).length > 0 || (await users.list()).length > 0;
    },
    async byToken(token) {
      const found = await tokens.find(sha256(token));
      if (found === null) return { refused: 'unknown' };
      const at = now();
      if (found.revokedAt !== null) return { refused: 'revoked' };
      if (found.expiresAt !== null && found.expiresAt <= at) return { refused: 'expired' };
      // A write a minute is enough to say that it is in use; and none is waited for.
      if (at - (found.lastUsedAt ?? 0) >= minuteMs) void tokens.used(found.id, at).catch(() => undefined);
      const { id, name, roles, customer, scopes } = found;
      return { principal: { id: `token:${id}`, name, roles, customer, scopes, via: 'token' } };
    },
    async bySession(secret, by = 'somebody') {
      const session = await sessions.find(sha256(secret));
      const at = now();
      if (session === null || session.expiresAt <= at || at - session.seenAt > idleMs) return null;
      if (by === 'somebody' && at - session.seenAt >= minuteMs)
        void sessions.seen(session.hash, at).catch(() => undefined);
      const { principal: id, name, roles, customer, via } = session;
      return { principal: { id, name, roles, customer, scopes: null, via }, session };
    },
    async signIn(name, password, address) {
      const account = name.normalize('NFKC').trim().toLowerCase();
      const waitMs = Math.max(accounts.waitMs(account), addresses.waitMs(address));
      if (waitMs > 0) return { waitMs };
      const user = await users.find(name.trim());
      // Counted before it is known: a hundred at once are a hundred.
      accounts.failed(account);
      addresses.failed(address);
      const hash = user?.disabledAt === null ? user.password : null;
      const turn = verified.then(() => verifyPassword(password, hash, cost));
      verified = turn.catch(() => false);
      const right = await turn;
      if (!right || user === null) return { refused: 'unknown' };
      accounts.forget(account);
      addresses.forgive(address);
      const { roles, customer } = user;
      return begin({ principal: `user:${user.name}`, name: user.name, via: 'password', roles, customer });
    },
    async signOut(secret) {
      await sessions.remove(sha256(secret));
    },
  };
}
