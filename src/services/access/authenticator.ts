import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Principal } from '../../core/access/rules.js';
import type { EpochMs } from '../../core/types.js';
import { sha256 } from '../../seal/canonical.js';
import type { AccessStore, Grant, SessionRecord } from '../../store/access-store.js';

/** The cost parameters of scrypt. */
export interface Cost {
  readonly N: number;
  readonly r: number;
  readonly p: number;
}

/** 32 MiB for each hash, as OWASP recommends. */
const usualCost: Cost = { N: 2 ** 15, r: 8, p: 3 };
const keyBytes = 32;

/** Hashes a password as `scrypt$N$r$p$salt$key`. */
export async function hashPassword(password: string, cost: Cost = usualCost): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, cost);
  return ['scrypt', cost.N, cost.r, cost.p, salt.toString('base64'), key.toString('base64')].join('$');
}

/** Takes the same time for an invalid stored hash, so that response times do not reveal which users exist. */
async function verifyPassword(
  password: string,
  hash: string | null,
  cost: Cost = usualCost,
): Promise<boolean> {
  const [kind, N, r, p, salt, key] = (hash ?? '').split('$');
  const known = kind === 'scrypt' && key !== undefined;
  const wanted = known ? Buffer.from(key, 'base64') : Buffer.alloc(keyBytes);
  const options = known ? { N: Number(N), r: Number(r), p: Number(p) } : cost;
  const got = await derive(password, known ? Buffer.from(salt ?? '', 'base64') : randomBytes(16), options);
  return known && got.length === wanted.length && timingSafeEqual(got, wanted);
}

const derive = (password: string, salt: Buffer, by: Cost): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password.normalize('NFKC'), salt, keyBytes, { ...by, maxmem: 256 * by.N * by.r }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });

interface ThrottleOptions {
  readonly now: () => EpochMs;
  /** The number of failures without a delay. */
  readonly free: number;
  /** The number of names that are remembered; beyond it the oldest are forgotten. */
  readonly most?: number;
}

/** Delays sign-ins after repeated failures: one second, then twice as long each time, at most 15 minutes. */
interface Throttle {
  /** Milliseconds; 0: no delay. */
  waitMs(name: string): number;
  failed(name: string): void;
  /** Forgets all failures of the name, or the latest one only. */
  forget(name: string): void;
  forgive(name: string): void;
}

const longestMs = 15 * 60_000;

function createThrottle({ now, free, most = 10_000 }: ThrottleOptions): Throttle {
  const failures = new Map<string, { readonly count: number; readonly at: EpochMs }>();
  const penalty = (count: number): number =>
    count < free ? 0 : Math.min(longestMs, 1000 * 2 ** Math.min(count - free, 20));
  return {
    waitMs(name) {
      const found = failures.get(name);
      return found ? Math.max(0, found.at + penalty(found.count) - now()) : 0;
    },
    failed(name) {
      const before = failures.get(name);
      // Failures longer ago than twice the longest delay no longer count.
      const count = before && now() - before.at < 2 * longestMs ? before.count : 0;
      failures.delete(name);
      failures.set(name, { count: count + 1, at: now() });
      const [oldest] = failures.keys();
      if (failures.size > most && oldest !== undefined) failures.delete(oldest);
    },
    forget(name) {
      failures.delete(name);
    },
    forgive(name) {
      const found = failures.get(name);
      if (found) failures.set(name, { ...found, count: found.count - 1 });
    },
  };
}

interface AuthenticatorOptions {
  readonly store: Pick<AccessStore, 'tokens' | 'users' | 'sessions'>;
  readonly now: () => EpochMs;
  /** The maximum lifetime of a session, and its maximum idle time, milliseconds. */
  readonly sessionMs: number;
  readonly idleMs: number;
  /** The cost of checking a password for an unknown user, which has to equal that of a known one. */
  readonly cost?: Cost;
}

/** Why a credential was not accepted. */
type Refusal = 'unknown' | 'expired' | 'revoked';

type Entry = { readonly principal: Principal } | { readonly refused: Refusal } | { readonly waitMs: number };

/** A new session; `secret` goes into the cookie and is not stored. */
export interface Begun {
  readonly secret: string;
  readonly session: SessionRecord;
}

/** Identifies callers by their credentials. */
export interface Authenticator {
  /** Whether any token or user was ever created; until then no sign-in is required. */
  anybody(): Promise<boolean>;
  byToken(token: string): Promise<Exclude<Entry, { waitMs: number }>>;
  /**
   * Identifies a session; null when it does not exist or has ended. `by` says whether a person made the request (the
   * default): a page that refreshes itself must not keep a session from becoming idle.
   */
  bySession(
    secret: string,
    by?: 'somebody' | 'itself',
  ): Promise<{ readonly principal: Principal; readonly session: SessionRecord } | null>;
  /** `address` is the client's: after failures both the address and the name are delayed. */
  signIn(
    name: string,
    password: string,
    address: string,
  ): Promise<Begun | Exclude<Entry, { principal: Principal }>>;
  begin(who: Grant & Pick<SessionRecord, 'principal' | 'name' | 'via'>): Promise<Begun>;
  signOut(secret: string): Promise<void>;
}

const minuteMs = 60_000;

export function createAuthenticator({
  store,
  now,
  sessionMs,
  idleMs,
  cost,
}: AuthenticatorOptions): Authenticator {
  const { tokens, users, sessions } = store;
  const accounts = createThrottle({ now, free: 5 });
  const addresses = createThrottle({ now, free: 20 });
  // One at a time, because each takes 32 MiB.
  let verified: Promise<unknown> = Promise.resolve();

  const begin: Authenticator['begin'] = async ({ principal, name, via, roles, customer }) => {
    const secret = randomBytes(32).toString('base64url');
    const at = now();
    const session: SessionRecord = {
      hash: sha256(secret),
      principal,
      name,
      via,
      roles,
      customer,
      csrf: randomBytes(32).toString('base64url'),
      createdAt: at,
      expiresAt: at + sessionMs,
      seenAt: at,
    };
    await sessions.add(session);
    return { secret, session };
  };

  return {
    begin,
    async anybody() {
      // Revoked tokens and locked users count: once access was set up, it stays required.
      return (await tokens.list()).length > 0 || (await users.list()).length > 0;
    },
    async byToken(token) {
      const found = await tokens.find(sha256(token));
      if (found === null) return { refused: 'unknown' };
      const at = now();
      if (found.revokedAt !== null) return { refused: 'revoked' };
      if (found.expiresAt !== null && found.expiresAt <= at) return { refused: 'expired' };
      // One write a minute suffices to show that the token is in use, and the caller does not wait for it.
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
      // Counted before the password is checked, so that a hundred simultaneous attempts count as a hundred.
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
