import type { Digest } from '../ledger/chain.js';
import { type Refusal, refusal } from '../ledger/errors.js';
import type { EpochMs } from '../types.js';
import { plainName } from '../text/control-characters.js';
import { isTenantRole, type Role } from './rules.js';

interface ClaimRules {
  readonly rolesClaim: string;
  readonly customerClaim: string;
  readonly nameClaim: string;
  /** From a value of the claim to a role; a value that is none of these gives no role. */
  readonly roles: Readonly<Record<string, Role>>;
}

type ClaimReading =
  | { readonly name: string; readonly roles: readonly Role[]; readonly customer: string | null }
  | { readonly wrong: ClaimError };

/** Why the claims make nobody, and the name of the claim. */
export type ClaimError = readonly ['no-role' | 'roles-mixed' | 'no-customer' | 'no-name', claim: string];

/** What the claims of an ID token make of somebody; `customers`: the ids of those there are. */
export function readClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: ClaimRules,
  customers: readonly string[],
): ClaimReading {
  const given = wordsIn(claimOf(claims, rules.rolesClaim));
  const roles = [...new Set(given.flatMap((value) => roleOf(value, rules.roles)))];
  if (roles.length === 0) return { wrong: ['no-role', rules.rolesClaim] };
  const tenant = roles.some(isTenantRole);
  if (tenant && !roles.every(isTenantRole)) {
    return { wrong: ['roles-mixed', rules.rolesClaim] };
  }
  const customer = tenant ? textOf(claimOf(claims, rules.customerClaim)) : null;
  if (tenant && (customer === null || !customers.includes(customer))) {
    return { wrong: ['no-customer', rules.customerClaim] };
  }
  const name = [claimOf(claims, rules.nameClaim), claims['sub']].find(
    (one): one is string => typeof one === 'string' && plainName(one) !== '',
  );
  const plain = plainName(name ?? '');
  if (plain === '') return { wrong: ['no-name', rules.nameClaim] };
  return { name: Array.from(plain).slice(0, 50).join(''), roles, customer };
}

/**
 * A claim by its name, else by a path of names with dots between them: `realm_access.roles` is the member `roles` of the
 * claim `realm_access`. Names have dots too, so the longest one that is there goes first.
 */
function claimOf(claims: unknown, name: string): unknown {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return undefined;
  const parts = name.split('.');
  for (let length = parts.length; length > 0; length -= 1) {
    const key = parts.slice(0, length).join('.');
    if (!Object.hasOwn(claims, key)) continue;
    const value = (claims as Record<string, unknown>)[key];
    const found = length === parts.length ? value : claimOf(value, parts.slice(length).join('.'));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The values of a claim that is a text, several in a text (parted by spaces or commas), or a list. */
const wordsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? [value, ...value.split(/[\s,]+/)]
    : Array.isArray(value)
      ? value.filter((one) => typeof one === 'string')
      : [];

const textOf = (value: unknown): string | null =>
  typeof value === 'string'
    ? value
    : Array.isArray(value) && value.length === 1 && typeof value[0] === 'string'
      ? value[0]
      : null;

/** Groups come as paths from some providers: `/sla/noc` and `sla/noc` are the same group. */
function roleOf(value: string, named: ClaimRules['roles']): Role[] {
  const wanted = groupName(value);
  return Object.entries(named).flatMap(([name, role]) => (groupName(name) === wanted ? [role] : []));
}

const groupName = (text: string): string => text.trim().replace(/^\/(?=.)/, '');

const classes = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{L}\p{Nd}]/u];

/** Why a text can't be a password; null: it can. */
export function passwordFault(text: string): Refusal | null {
  const length = Array.from(text).length;
  if (length < 8 || length > 200) return refusal('password', 'password', length);
  const contained = classes.filter((one) => one.test(text)).length;
  return contained < 3 ? refusal('password', 'password', length, contained) : null;
}

/** What is written down of something that somebody did, or of a look at an amount. */
export interface Trace {
  readonly at: EpochMs;
  /** `token:3f9c2a17`, `user:ann`, `open`. */
  readonly principal: string;
  readonly name: string;
  /** Where it came from: an address, or `cli`. */
  readonly from: string;
  readonly action: string;
  /** What of: the URL without what stands behind the `?`, or what a command was given. */
  readonly target: string;
  /** What came of it: an HTTP status. */
  readonly status: number;
  /** Whether an amount was shown. */
  readonly amounts: boolean;
}

export interface TrailLink {
  readonly seq: number;
  readonly hash: string;
}

export interface TrailEntry extends Trace {
  /** From 1 on, without a gap. */
  readonly seq: number;
  readonly previous: string;
  /** Over all of the above. */
  readonly hash: string;
}

/** The next entry after `head`. */
export function traceAfter(head: TrailLink, trace: Trace, digest: Digest): TrailEntry {
  const { at, principal, name, from, action, target, status, amounts } = trace;
  const open = { at, principal, name, from, action, target, status, amounts };
  const linked = { ...open, seq: head.seq + 1, previous: head.hash };
  return { ...linked, hash: digest(linked) };
}
