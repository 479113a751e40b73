import type { TrailEntry, TrailLink } from '../core/access/claims.js';
import type { Role } from '../core/access/rules.js';
import type { LedgerEvent } from '../core/ledger/actions.js';
import type { EpochMs } from '../core/types.js';

/** Who has access, and the audit trail. Secrets are stored as hashes only. */
export interface AccessStore {
  readonly tokens: TokenStore;
  readonly users: UserStore;
  readonly sessions: SessionStore;
  readonly factors: SecondFactorStore;
  readonly devices: DeviceStore;
  readonly trail: TrailStore;
  readonly replies: ReplyStore;
}

/** The roles of a principal, however it was authenticated. */
export interface Grant {
  readonly roles: readonly Role[];
  readonly customer: string | null;
}

export interface TokenRecord extends Grant {
  /** Its first eight digits, which are not secret. */
  readonly id: string;
  /** SHA-256 of the whole token, in hexadecimal. */
  readonly hash: string;
  /** Its purpose, in words. */
  readonly name: string;
  /** Null: everything that its roles permit. */
  readonly scopes: readonly string[] | null;
  readonly createdAt: EpochMs;
  /** Null: never. */
  readonly expiresAt: EpochMs | null;
  readonly revokedAt: EpochMs | null;
  readonly lastUsedAt: EpochMs | null;
}

export interface TokenStore {
  /** Rejects when the id or the hash exists. */
  add(token: Omit<TokenRecord, 'revokedAt' | 'lastUsedAt'>): Promise<void>;
  /** Null: no token has this hash. */
  find(hash: string): Promise<TokenRecord | null>;
  /** Oldest first. */
  list(): Promise<TokenRecord[]>;
  /** `false`: no token has this id, or it was revoked before. */
  revoke(id: string, at: EpochMs): Promise<boolean>;
  used(id: string, at: EpochMs): Promise<void>;
}

export interface UserRecord extends Grant {
  readonly name: string;
  /** `scrypt$N$r$p$salt$key`, the last two in base64. */
  readonly password: string;
  readonly createdAt: EpochMs;
  readonly passwordAt: EpochMs;
  readonly disabledAt: EpochMs | null;
  /** Where mails on statements and credits go; null: the user gets none. */
  readonly email: string | null;
}

export interface UserStore {
  /** `false`: the name exists. Names that differ only in case are equal. */
  add(user: Omit<UserRecord, 'disabledAt' | 'email'>): Promise<boolean>;
  find(name: string): Promise<UserRecord | null>;
  /** By name. */
  list(): Promise<UserRecord[]>;
  /** `false`: there is no such user. A new password ends the user's sessions. */
  setPassword(name: string, password: string, at: EpochMs): Promise<boolean>;
  /** `false`: there is no such user, or it was disabled before. Ends the user's sessions. */
  disable(name: string, at: EpochMs): Promise<boolean>;
  /** `false`: there is no such user. */
  setEmail(name: string, email: string | null): Promise<boolean>;
}

export interface SessionRecord extends Grant {
  /** SHA-256 of the cookie's value. */
  readonly hash: string;
  /** `user:ann`, or `oidc:SUBJECT`. */
  readonly principal: string;
  readonly name: string;
  readonly via: 'password' | 'oidc';
  /** The token that a form or a script has to send with each writing request. */
  readonly csrf: string;
  readonly createdAt: EpochMs;
  readonly expiresAt: EpochMs;
  readonly seenAt: EpochMs;
  /** The address that it was begun from; absent: not known. */
  readonly origin?: string;
  /** It may only enrol a second factor. */
  readonly limited?: true;
  /** Absent: signed in with a password. */
  readonly provider?: ProviderSession;
}

/** A session's link to the OpenID Connect provider that it was begun at. */
export interface ProviderSession {
  readonly issuer: string;
  readonly subject: string;
  /** The claim `sid`; null: the provider gave none. */
  readonly id: string | null;
  /** When the provider last confirmed the roles. */
  readonly checkedAt: EpochMs;
  /** The refresh token, encrypted with a key that is derived from the cookie; null: there is none. */
  readonly sealedGrant: string | null;
}

export interface SessionStore {
  /** Also deletes expired sessions. */
  add(session: SessionRecord): Promise<void>;
  find(hash: string): Promise<SessionRecord | null>;
  seen(hash: string, at: EpochMs): Promise<void>;
  /** Of a session of a provider: when it was confirmed, and the refresh token from now on. */
  checked(hash: string, at: EpochMs, sealedGrant: string | null): Promise<void>;
  /** Of one principal, newest first. */
  list(principal: string): Promise<SessionRecord[]>;
  remove(hash: string): Promise<void>;
  /**
   * Ends a provider's sessions: one session of the provider, all of a subject, or what both say; a session of which the
   * provider gave no id is one of its subject's. Resolves to how many.
   */
  removeOf(of: {
    readonly issuer: string;
    readonly subject: string | null;
    readonly id: string | null;
  }): Promise<number>;
}

/** A user's second factor: time-based one-time passwords (RFC 6238) and recovery codes. */
export interface SecondFactor {
  /** As `nameKey` writes the user's name. */
  readonly person: string;
  /** In base32. */
  readonly secret: string;
  /** Null: enrolment was begun and not finished; it is not asked for yet. */
  readonly confirmedAt: EpochMs | null;
  /** The latest time step of which a code was used: each is good once. */
  readonly lastStep: number;
  /** SHA-256 of the recovery codes that are left. */
  readonly recovery: readonly string[];
}

export interface SecondFactorStore {
  find(person: string): Promise<SecondFactor | null>;
  /** Writes it whole. Enrolment replaces one that was not confirmed. */
  put(factor: SecondFactor): Promise<void>;
  /** Uses a code up; false: another request used it, or a later one, before. */
  use(person: string, used: { readonly step: number } | { readonly recovery: string }): Promise<boolean>;
  remove(person: string): Promise<boolean>;
  list(): Promise<SecondFactor[]>;
  /** Replaces the stored secret by another writing of it; nothing where it is another one by now. */
  reseal(person: string, before: string, secret: string): Promise<void>;
}

/** Browsers in which a user has signed in before, by a cookie of their own. */
export interface DeviceStore {
  /** Adds it or renews it, and forgets those of before `forgetBefore`. */
  put(
    device: { readonly hash: string; readonly person: string; readonly seenAt: EpochMs },
    forgetBefore: EpochMs,
  ): Promise<void>;
  /** Whether the user signed in there since `after`. */
  knows(hash: string, person: string, after: EpochMs): Promise<boolean>;
  /** Forgets all of a user. */
  forget(person: string): Promise<void>;
}

/** The audit trail: who did what, as a hash chain separate from the ledger, whose events are folded at each read. */
export interface TrailStore {
  /** Appends the entry that `link` makes from the last one; resolves to it when it is durable. */
  append(link: (head: TrailLink) => TrailEntry): Promise<TrailEntry>;
  /** The entries after number `after`, oldest first. */
  list(query?: { readonly after?: number; readonly limit?: number }): Promise<TrailEntry[]>;
}

/** The response to a request with an idempotency key. */
export interface Reply {
  /** The owner of the key. */
  readonly principal: string;
  readonly key: string;
  /** SHA-256 of the request, and for somebody who saw some customers only, behind a space, who those were, as JSON. */
  readonly request: string;
  readonly at: EpochMs;
  readonly status: number;
  readonly contentType: string;
  readonly body: string;
}

export interface ReplyStore {
  /** Stores the first response for a key, and deletes those from before `deleteBefore`. */
  put(reply: Reply, deleteBefore: EpochMs): Promise<void>;
  /** Null: none was stored since `after`. */
  find(principal: string, key: string, after: EpochMs): Promise<Reply | null>;
}

/** People at customers: the only place with personal data. Everything else refers to them by id. */
export interface ContactStore {
  /** Writes a whole contact together with its ledger events; `moved`: other events were appended first. */
  put(contact: Contact, events: readonly LedgerEvent[]): Promise<'stored' | 'moved'>;
  get(id: string): Promise<Contact | null>;
  /** Oldest first; those of one customer when it is given. */
  list(customer?: string): Promise<Contact[]>;
}

export interface Contact {
  /** `P12`. */
  readonly id: string;
  readonly customer: string;
  /** Null: erased, or never known. */
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly addedAt: EpochMs;
  readonly changedAt: EpochMs;
  readonly erasedAt: EpochMs | null;
  /** Since when it gets no mails on statements and credits; null: it gets them. */
  readonly mutedAt: EpochMs | null;
}

/** A name as names of users are compared: they differ in more than the case of their ASCII letters. */
export const nameKey = (name: string): string => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
