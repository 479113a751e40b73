import { isRole, isTenantRole, type Role } from './principal.js';

export interface ClaimRules {
  readonly rolesClaim: string;
  readonly customerClaim: string;
  readonly nameClaim: string;
  /** From a value of the claim to a role; one that is the name of a role is that role. */
  readonly roles: Readonly<Record<string, Role>>;
}

export type ClaimReading =
  | { readonly name: string; readonly roles: readonly Role[]; readonly customer: string | null }
  | { readonly wrong: string };

/** What the claims of an ID token make of somebody; `customers`: the ids of those there are. */
export function readClaims(
  claims: Readonly<Record<string, unknown>>,
  rules: ClaimRules,
  customers: readonly string[],
): ClaimReading {
  const given = wordsIn(claims[rules.rolesClaim]);
  const roles = [...new Set(given.flatMap((value) => roleOf(value, rules.roles)))];
  if (roles.length === 0) return { wrong: `the claim ${rules.rolesClaim} gives no role` };
  const tenant = roles.some(isTenantRole);
  if (tenant && !roles.every(isTenantRole)) {
    return { wrong: `the claim ${rules.rolesClaim} gives a customer's role beside one of the carrier's own` };
  }
  const customer = tenant ? claims[rules.customerClaim] : null;
  if (tenant && (typeof customer !== 'string' || !customers.includes(customer))) {
    return { wrong: `the claim ${rules.customerClaim} names no customer` };
  }
  const name = [claims[rules.nameClaim], claims['sub']].find(
    (one): one is string => typeof one === 'string' && one.trim() !== '',
  );
  const plain = (name ?? '').replace(/[\p{Cc}\u2028\u2029]/gu, '').trim();
  if (plain === '') return { wrong: `the claim ${rules.nameClaim} is missing` };
  return { name: Array.from(plain).slice(0, 50).join(''), roles, customer: customer as string | null };
}

const wordsIn = (value: unknown): readonly string[] =>
  typeof value === 'string'
    ? value.split(/[\s,]+/)
    : Array.isArray(value)
      ? value.filter((one) => typeof one === 'string')
      : [];

function roleOf(value: string, named: ClaimRules['roles']): Role[] {
  const role = Object.hasOwn(named, value) ? named[value] : undefined;
  if (role !== undefined) return [role];
  return isRole(value) ? [value] : [];
}
