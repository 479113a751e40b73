import { randomBytes } from 'node:crypto';
import { passwordFault, type Trace, traceAfter } from '../../core/access/claims.js';
import { readGrant, type WrittenGrant } from '../../core/access/rules.js';
import { chainFault } from '../../core/ledger/chain.js';
import { validationError } from '../../core/ledger/errors.js';
import { actorFault } from '../../core/ledger/proposals.js';
import { mailAddressFault } from '../../core/target-kinds.js';
import type { EpochMs } from '../../core/types.js';
import { chainFaultText } from '../../i18n/refusals.js';
import { digestOf, sha256 } from '../../seal/canonical.js';
import {
  type AccessStore,
  nameKey,
  type TokenRecord,
  type TrailStore,
  type UserRecord,
} from '../../store/access-store.js';
import { ValidationError } from '../ledger/entries.js';
import { type Cost, hashPassword } from './authenticator.js';

interface RegistryOptions {
  readonly store: Pick<AccessStore, 'tokens' | 'users' | 'factors'>;
  readonly now: () => EpochMs;
  /** The ids of all customers. */
  readonly customers: () => readonly string[];
  /** The cost parameters of password hashes; the default ones when absent. */
  readonly cost?: Cost;
}

interface NewToken extends WrittenGrant {
  /** The purpose of the token, for people. */
  readonly name: string;
  /** Null: it never expires. */
  readonly expiresAt: EpochMs | null;
}

interface NewUser extends Omit<WrittenGrant, 'scopes'> {
  readonly name: string;
  readonly password: string;
}

/** The tokens and users with access. Every method rejects with a `ValidationError` for invalid input. */
export interface Registry {
  /** The token itself is returned here only and never again. */
  createToken(token: NewToken): Promise<{ readonly token: string; readonly record: TokenRecord }>;
  tokens(): Promise<TokenRecord[]>;
  revokeToken(id: string): Promise<void>;
  addUser(user: NewUser): Promise<void>;
  users(): Promise<UserRecord[]>;
  setPassword(name: string, password: string): Promise<void>;
  disableUser(name: string): Promise<void>;
  /** Where mails on statements and credits go to the user; null: it gets none. */
  setEmail(name: string, email: string | null): Promise<void>;
  /** Removes a lost second factor: the password alone signs the user in, until it enrols another one. */
  resetSecondFactor(name: string): Promise<void>;
}

/** `popsla_`, an id of eight hexadecimal digits, and 256 random bits. */
const makeToken = (): { readonly id: string; readonly token: string } => {
  const id = randomBytes(4).toString('hex');
  return { id, token: `popsla_${id}_${randomBytes(32).toString('base64url')}` };
};

export function createRegistry({ store, now, customers, cost }: RegistryOptions): Registry {
  const { tokens, users, factors } = store;
  const allowed = (grant: WrittenGrant) => {
    const reading = readGrant(grant, customers());
    if (!reading.ok) throw new ValidationError(reading.refusals);
    return reading.roles;
  };
  const named = (field: string, name: string): string => {
    const fault = actorFault(name);
    if (fault) throw new ValidationError([{ ...fault, field }]);
    return name.trim();
  };
  const good = (password: string): void => {
    const fault = passwordFault(password);
    if (fault) throw new ValidationError([fault]);
  };
  const nobody = async (name: string): Promise<ValidationError> => {
    const names = (await users.list()).map((user) => user.name).join(', ');
    return new ValidationError([
      validationError('id', `is no user: ${name}`, names || 'nothing: there are no users', ['no-such', name]),
    ]);
  };
  return {
    async createToken({ customer, scopes, expiresAt, ...rest }) {
      const roles = allowed({ ...rest, customer, scopes });
      const name = named('name', rest.name);
      if (expiresAt !== null && expiresAt <= now()) {
        throw new ValidationError([
          validationError('expires', 'lies in the past', 'a time to come', ['past']),
        ]);
      }
      const { id, token } = makeToken();
      const record = {
        id,
        hash: sha256(token),
        name,
        roles,
        customer,
        scopes,
        createdAt: now(),
        expiresAt,
      };
      await tokens.add(record);
      return { token, record: { ...record, revokedAt: null, lastUsedAt: null } };
    },
    tokens: () => tokens.list(),
    async revokeToken(id) {
      if (await tokens.revoke(id, now())) return;
      const ids = (await tokens.list()).filter((token) => token.revokedAt === null).map((token) => token.id);
      const live = ids.join(', ') || 'nothing: there are no tokens that hold';
      throw new ValidationError([
        validationError('id', `is no token that holds: ${id}`, live, ['no-such', id]),
      ]);
    },
    async addUser({ customer, password, ...rest }) {
      const roles = allowed({ ...rest, customer, scopes: null });
      const name = named('name', rest.name);
      good(password);
      const at = now();
      const user = { name, roles, customer, password: await hashPassword(password, cost) };
      if (await users.add({ ...user, createdAt: at, passwordAt: at })) return;
      throw new ValidationError([
        validationError('name', `${name} is taken`, 'a name that nobody has', ['taken', name]),
      ]);
    },
    users: () => users.list(),
    async setPassword(name, password) {
      good(password);
      if (!(await users.setPassword(name, await hashPassword(password, cost), now())))
        throw await nobody(name);
    },
    async disableUser(name) {
      if (await users.disable(name, now())) return;
      if ((await users.find(name)) === null) throw await nobody(name);
      throw new ValidationError([
        validationError('id', `is locked out already: ${name}`, 'a user who may come in', [
          'in-state',
          'disabled',
        ]),
      ]);
    },
    async setEmail(name, email) {
      const fault = email === null ? null : mailAddressFault(email);
      if (fault) throw new ValidationError([{ ...fault, field: 'email' }]);
      if (!(await users.setEmail(name, email))) throw await nobody(name);
    },
    async resetSecondFactor(name) {
      if ((await users.find(name)) === null) throw await nobody(name);
      if (await factors.remove(nameKey(name))) return;
      throw new ValidationError([
        validationError('id', `has no second factor: ${name}`, 'a user who has enrolled one'),
      ]);
    },
  };
}

export interface TrailAudit {
  readonly ok: boolean;
  readonly entries: number;
  /** The hash of the last record. */
  readonly head: string;
  readonly faults: readonly string[];
}

/** Appends a record to the audit trail; resolves when it is durable. */
export async function leaveTrace(trail: Pick<TrailStore, 'append'>, trace: Trace): Promise<void> {
  await trail.append((head) => traceAfter(head, trace, digestOf));
}

/** Checks the hash chain of the audit trail. */
export async function auditTrail(trail: Pick<TrailStore, 'list'>): Promise<TrailAudit> {
  const entries = await trail.list();
  const broken = chainFault(entries, digestOf);
  const faults = broken ? [`of the trail ${chainFaultText(broken)}`] : [];
  return { ok: !broken, entries: entries.length, head: entries.at(-1)?.hash ?? '0'.repeat(64), faults };
}
