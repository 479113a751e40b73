import { hkdfSync, randomBytes, scrypt, timingSafeEqual } from 'node:crypto';
import type { Principal, Role } from '../../core/access/rules.js';
import { plainName } from '../../core/text/control-characters.js';
import type { EpochMs } from '../../core/types.js';
import { sha256 } from '../../seal/canonical.js';
import type { AccessStore, Grant, ProviderSession, SessionRecord } from '../../store/access-store.js';
import { nameKey } from '../../store/access-store.js';
import { createHashQueue } from './hash-queue.js';
import { openText, sealText } from './sealed-text.js';
import { createSecondFactors, type SecondFactors } from './second-factor.js';

/** The provider, or its response, does not identify the user. */
export class OidcRejectedError extends Error {
  override readonly name = 'OidcRefused';
}

/** The provider does not answer, or its answers do not follow the protocol. */
export class OidcUnreachableError extends Error {
  override readonly name = 'OidcUnreachable';
}

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
  /** The number of names that are remembered; beyond it the oldest are forgotten. */
  readonly most?: number;
}

/** Delays sign-ins after repeated failures: one second, then twice as long each time, at most 15 minutes. */
interface Throttle {
  /** Milliseconds; 0: no delay. `free`: the number of failures without one. */
  waitMs(name: string, free: number): number;
  /** Failures that count. */
  count(name: string): number;
  failed(name: string): void;
  /** Forgets all failures of the name, or the latest one only. */
  forget(name: string): void;
  forgive(name: string): void;
}

const longestMs = 15 * 60_000;

function createThrottle({ now, most = 10_000 }: ThrottleOptions): Throttle {
  const failures = new Map<string, { readonly count: number; readonly at: EpochMs }>();
  const penalty = (count: number, free: number): number =>
    count < free ? 0 : Math.min(longestMs, 1000 * 2 ** Math.min(count - free, 20));
  // Failures longer ago than twice the longest delay no longer count.
  const count = (name: string): number => {
    const found = failures.get(name);
    return found && now() - found.at < 2 * longestMs ? found.count : 0;
  };
  return {
    waitMs(name, free) {
      const found = failures.get(name);
      return found ? Math.max(0, found.at + penalty(found.count, free) - now()) : 0;
    },
    count,
    failed(name) {
      const before = count(name);
      failures.delete(name);
      failures.set(name, { count: before + 1, at: now() });
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
  readonly store: Pick<AccessStore, 'tokens' | 'users' | 'sessions' | 'factors' | 'devices'>;
  readonly now: () => EpochMs;
  /** The maximum lifetime of a session, and its maximum idle time, milliseconds. */
  readonly sessionMs: number;
  readonly idleMs: number;
  /** The cost of checking a password for an unknown user, which has to equal that of a known one. */
  readonly cost?: Cost;
  /** Who is asked for a second factor; see the configuration. */
  readonly secondFactor?: { readonly roles: readonly Role[]; readonly required: boolean };
  /** What encrypts the secrets of second factors in the store; see `SecondFactors`. */
  readonly factorKey?: () => Promise<Buffer>;
}

/** Why a credential was not accepted. */
type Refusal = 'unknown' | 'expired' | 'revoked';

type Entry = { readonly principal: Principal } | { readonly refused: Refusal } | { readonly waitMs: number };

/** A new session; `secret` goes into the cookie and is not stored. */
export interface Begun {
  readonly secret: string;
  readonly session: SessionRecord;
  /** What marks the browser as one that the user has signed in with; for a cookie of its own. */
  readonly device?: string;
}

/** What comes with a name and a password, where there is something. */
interface SignInDetails {
  /** A code of the second factor, or a recovery code. */
  readonly code?: string | undefined;
  /** What an earlier sign-in has left in the browser. */
  readonly device?: string | undefined;
  /** The client's address, for the list of sessions. */
  readonly origin?: string | undefined;
}

/** `code`: the password is right, and a code of the second factor is missing or wrong. */
type SignInRefusal = { readonly refused: 'unknown' | 'code' } | { readonly waitMs: number };

type NewSession = Grant &
  Pick<SessionRecord, 'principal' | 'name' | 'via' | 'origin' | 'limited'> & {
    readonly provider?: Omit<ProviderSession, 'sealedGrant' | 'checkedAt'> & {
      readonly refreshToken: string | null;
    };
  };

const grantKey = (secret: string): Buffer =>
  Buffer.from(hkdfSync('sha256', secret, '', 'pop-sla refresh token', 32));

/** Encrypts a refresh token with a key that only the browser's cookie gives: the database alone can't use it. */
export const sealGrant = (secret: string, token: string): string => sealText(grantKey(secret), token);

/** Throws where it was sealed by another cookie, or changed. */
export const openGrant = (secret: string, sealed: string): string => openText(grantKey(secret), sealed);

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
  /**
   * `network` is the client's. After failures the name is delayed for that network, and the network for all names; what
   * others do from elsewhere delays nobody. A browser that the user has signed in with before, or a code of the second
   * factor, is let through.
   */
  signIn(
    name: string,
    password: string,
    network: string,
    details?: SignInDetails,
  ): Promise<Begun | SignInRefusal>;
  begin(who: NewSession): Promise<Begun>;
  /** The sessions of a principal that last, newest first. */
  sessions(principal: string): Promise<SessionRecord[]>;
  /** Ends a session by its hash. */
  end(hash: string): Promise<void>;
  /** Notes that the provider confirmed a session. */
  confirmed(hash: string, sealedGrant: string | null): Promise<void>;
  /** Ends sessions at a provider; resolves to how many. */
  endOf: AccessStore['sessions']['removeOf'];
  signOut(secret: string): Promise<void>;
  /** The second factors of those who sign in with a password. */
  readonly factors: SecondFactors;
}

const minuteMs = 60_000;
const deviceMs = 180 * 86_400_000;
/** Failures without a delay: of a name from one network, of a network, of codes after the right password. */
const freeOf = { name: 5, network: 20, code: 10 } as const;
/** So many failures of a name from anywhere, and another network has one try instead of five. */
const guessedAt = 100;
const usualSecondFactor = { roles: ['finance', 'approver', 'admin'], required: false } as const;

export function createAuthenticator({
  store,
  now,
  sessionMs,
  idleMs,
  cost,
  secondFactor = usualSecondFactor,
  factorKey,
}: AuthenticatorOptions): Authenticator {
  const { tokens, users, sessions, devices } = store;
  const factors = createSecondFactors({ store, now, key: factorKey });
  const throttle = createThrottle({ now });
  const hashing = createHashQueue({ concurrent: 2, most: { name: 5, network: 20, all: 200 } });

  const begin: Authenticator['begin'] = async ({ provider, ...who }) => {
    const secret = randomBytes(32).toString('base64url');
    const at = now();
    const session: SessionRecord = {
      hash: sha256(secret),
      ...who,
      csrf: randomBytes(32).toString('base64url'),
      createdAt: at,
      expiresAt: at + sessionMs,
      seenAt: at,
      ...(provider && {
        provider: {
          issuer: provider.issuer,
          subject: provider.subject,
          id: provider.id,
          checkedAt: at,
          sealedGrant: provider.refreshToken === null ? null : sealGrant(secret, provider.refreshToken),
        },
      }),
    };
    await sessions.add(session);
    return { secret, session };
  };

  const lasts = ({ expiresAt, seenAt }: SessionRecord): boolean =>
    expiresAt > now() && now() - seenAt <= idleMs;
  /** The device's hash, where the user has signed in with it before. */
  const knownDevice = async (device: string | undefined, user: string): Promise<string | null> => {
    if (device === undefined) return null;
    const hash = sha256(device);
    return (await devices.knows(hash, nameKey(user), now() - deviceMs)) ? hash : null;
  };

  return {
    factors,
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
      if (session === null || !lasts(session)) return null;
      if (by === 'somebody' && at - session.seenAt >= minuteMs)
        void sessions.seen(session.hash, at).catch(() => undefined);
      const { principal: id, name, roles, customer, via, provider } = session;
      const limited = session.limited === true && !(await factors.state(name)).enrolled;
      const scopes = limited ? ['session'] : null;
      const issuer = provider && { issuer: provider.issuer };
      return { principal: { id, name, roles, customer, scopes, via, ...issuer }, session };
    },
    async signIn(name, password, network, { code, device, origin } = {}) {
      const account = plainName(name).toLowerCase();
      const here = JSON.stringify([network, account]);
      const anywhere = JSON.stringify([account]);
      const free = throttle.count(anywhere) < guessedAt ? freeOf.name : 1;
      const waitMs = Math.max(throttle.waitMs(here, free), throttle.waitMs(network, freeOf.network));
      let lane = network;
      let counted = [here, network, anywhere];
      if (waitMs > 0) {
        const known = await knownDevice(device, name.trim());
        const coded = JSON.stringify([network, account, 'code']);
        const passes =
          known !== null ||
          (code !== undefined &&
            throttle.waitMs(coded, freeOf.name) === 0 &&
            (await factors.isRight(name.trim(), code)));
        lane = known ?? here;
        // By nothing that the caller could invent each time, as a device that is not known.
        const pass = JSON.stringify([lane, 'pass']);
        if (!passes && code !== undefined) throttle.failed(coded);
        if (!passes || throttle.waitMs(pass, freeOf.name) > 0) return { waitMs };
        counted = [pass];
      }
      // Counted before anything is waited for, so that a hundred simultaneous attempts count as a hundred.
      for (const each of counted) throttle.failed(each);
      const user = await users.find(name.trim());
      const hash = user?.disabledAt === null ? user.password : null;
      const right = await hashing.run(lane, account, () => verifyPassword(password, hash, cost));
      if (right === null) {
        for (const each of counted) throttle.forgive(each);
        return { waitMs: 2000 };
      }
      if (!right || user === null) return { refused: 'unknown' };
      const { roles, customer } = user;
      const moves = roles.some((role) => secondFactor.roles.includes(role));
      const { enrolled } = moves ? await factors.state(user.name) : { enrolled: false };
      if (enrolled) {
        // Only the right password comes here, so that strangers can't use up somebody's tries.
        const codes = JSON.stringify([account, 'code']);
        const wait = throttle.waitMs(codes, freeOf.code);
        if (wait > 0 && code !== undefined) return { waitMs: wait };
        if (code === undefined || !(await factors.use(user.name, code))) {
          if (code !== undefined) throttle.failed(codes);
          throttle.forgive(network);
          return { refused: 'code' };
        }
        throttle.forget(codes);
      }
      throttle.forget(here);
      if (waitMs === 0) for (const each of [network, anywhere]) throttle.forgive(each);
      else for (const each of counted) throttle.forget(each);
      const begun = await begin({
        principal: `user:${user.name}`,
        name: user.name,
        via: 'password',
        roles,
        customer,
        ...(origin !== undefined && { origin }),
        ...(moves && secondFactor.required && !enrolled && { limited: true as const }),
      });
      // What a browser brings is used again only where it is ours: a cookie can be planted.
      const marked =
        device !== undefined && (await knownDevice(device, user.name)) !== null
          ? device
          : randomBytes(32).toString('base64url');
      const seen = { hash: sha256(marked), person: nameKey(user.name), seenAt: now() };
      await devices.put(seen, now() - deviceMs);
      return { ...begun, device: marked };
    },
    sessions: async (principal) => (await sessions.list(principal)).filter(lasts),
    end: (hash) => sessions.remove(hash),
    confirmed: (hash, sealedGrant) => sessions.checked(hash, now(), sealedGrant),
    endOf: (of) => sessions.removeOf(of),
    async signOut(secret) {
      await sessions.remove(sha256(secret));
    },
  };
}
