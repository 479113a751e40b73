import type { Actor } from '../ledger/actions.js';
import { type Refusal, refusal } from '../ledger/errors.js';

/** The roles. `agent`: a program that measures for the hub; `reseller`: sees what its buyers have. */
export const roles = ['noc', 'finance', 'approver', 'admin', 'customer', 'reseller', 'agent'] as const;
export type Role = (typeof roles)[number];

export function isRole(text: string): text is Role {
  return (roles as readonly string[]).includes(text);
}

/** Roles that see one customer's objects only, and so need to be bound to one. */
export const tenantRoles = ['customer', 'reseller'] as const satisfies readonly Role[];

export function isTenantRole(role: Role): role is (typeof tenantRoles)[number] {
  return role === 'customer' || role === 'reseller';
}

/** The caller. */
export interface Principal {
  /** Of the token, user or subject, with its kind: `token:3f9c2a17`, `user:ann`. */
  readonly id: string;
  /** Who it is, as it is written into the ledger. */
  readonly name: string;
  readonly roles: readonly Role[];
  /** The customer whose objects its roles `customer` and `reseller` see; null: it has none of them. */
  readonly customer: string | null;
  /** What of its roles' rights it has; null: all of them. See `scopeCovers`. */
  readonly scopes: readonly string[] | null;
  /** How it came in; `open`: nobody was asked. */
  readonly via: 'open' | 'token' | 'password' | 'oidc';
  /** The provider that a subject is one of; a subject of another one may be anybody. */
  readonly issuer?: string;
}

/** The caller, as the ledger stores it. Where nobody signs in only a name is known. */
export const actorOfPrincipal = ({ id, name, via, issuer }: Principal): Actor => ({
  name,
  identity: via === 'open' ? null : issuer === undefined ? id : `${id}@${issuer}`,
});

/** How far a right reaches: over everything, or over what belongs to the caller's customer and its buyers. */
export type Reach = 'all' | 'own';

interface Rule {
  /** Whether it leaves everything as it is. */
  readonly kind: 'read' | 'write';
  /** Who may do it, and how far; whoever is not named may not. */
  readonly who: Partial<Record<Role, Reach>>;
}

const all = <R extends Role>(...named: R[]) =>
  Object.fromEntries(named.map((role) => [role, 'all'])) as Record<R, 'all'>;
const tenants = { customer: 'own', reseller: 'own' } as const;
const staff = all('noc', 'finance', 'approver', 'admin');
const read = (who: Rule['who']): Rule => ({ kind: 'read', who });
const write = (who: Rule['who']): Rule => ({ kind: 'write', who });

/**
 * Every action there is, and who may do it: the one place where that is decided. A route names its action
 * (`access` of its declaration); what is not in here can't be asked for.
 */
export const rules = {
  'metrics:read': read(all('noc', 'admin', 'agent')),
  'pops:read': read({ ...staff, ...tenants, agent: 'all' }),
  'paths:read': read({ ...staff, ...tenants, agent: 'all' }),
  'rounds:read': read({ ...staff, ...tenants }),
  /** How the network is as a whole, and was on a day. */
  'network:read': read(staff),
  /** How the agents of a mesh are. */
  'agents:read': read(all('noc', 'admin')),
  /** The contracts as data. */
  'plans:read': read({ ...staff, ...tenants }),
  /** The public keys that statements and evidence are signed by. */
  'keys:read': read({ ...staff, ...tenants }),
  'config:read': read(all('noc', 'admin')),
  /** A case of somebody's own, judged by a plan. */
  'evaluate:run': read(staff),
  /** A month with everything it rests on: it is full of amounts. */
  'evidence:read': read({ ...all('finance', 'approver', 'admin'), ...tenants }),
  /** Whether a file is what it says; nothing of this installation is in the answer. */
  'evidence:verify': read({ ...staff, ...tenants }),
  'outages:read': read({ ...staff, ...tenants }),
  'outages:write': write(all('noc', 'admin')),
  'exclusions:read': read({ ...staff, ...tenants }),
  /** What a proposal would do: it names every customer that it touches. */
  'exclusions:impact': read(staff),
  'exclusions:propose': write(all('noc', 'admin')),
  /** Approves, rejects, revokes; a second person is asked for besides. */
  'exclusions:decide': write(all('approver', 'admin')),
  'availability:read': read({ ...staff, ...tenants }),
  'attachments:read': read(staff),
  'attachments:write': write(all('noc', 'approver', 'admin')),
  /** Customers, resale, sites, lines and services. */
  'customers:read': read({ ...staff, ...tenants }),
  'customers:history': read(staff),
  'customers:write': write(all('noc', 'finance', 'admin')),
  /** A month's statements: they are made of amounts. */
  'reports:read': read({ ...all('finance', 'approver', 'admin'), ...tenants }),
  'statements:read': read({ ...all('finance', 'approver', 'admin'), ...tenants }),
  /** Seals and revises. */
  'statements:seal': write(all('finance', 'admin')),
  'credits:read': read(all('finance', 'approver', 'admin')),
  'credits:write': write(all('finance', 'admin')),
  /** Batches of credits for the books: makes, fetches, confirms and withdraws them. */
  'credits:export': write(all('finance', 'admin')),
  /** Months whose postings are final. A second person is asked for besides to unlock one. */
  'periods:read': read(all('finance', 'approver', 'admin')),
  'periods:lock': write(all('finance', 'admin')),
  'periods:unlock': write(all('finance', 'approver', 'admin')),
  'disputes:read': read({ ...all('finance', 'approver', 'admin'), ...tenants }),
  'disputes:open': write({ ...all('finance', 'admin'), ...tenants }),
  'disputes:decide': write(all('finance', 'admin')),
  /** People at customers. */
  'persons:read': read(all('noc', 'finance', 'admin')),
  'persons:write': write(all('finance', 'admin')),
  /** Fault reports; `answer`: what customers may do to one too, a comment, say. */
  'faults:read': read({ ...staff, ...tenants }),
  'faults:file': write({ ...all('noc', 'admin'), ...tenants }),
  'faults:answer': write({ ...all('noc', 'admin'), ...tenants }),
  'faults:work': write(all('noc', 'admin')),
  /** Who is notified of what. */
  'notifications:read': read({ ...all('noc', 'admin'), ...tenants }),
  'notifications:write': write({ ...all('noc', 'admin'), ...tenants }),
  'outbox:read': read(all('noc', 'admin')),
  'outbox:write': write(all('noc', 'admin')),
  /** The ledger's history and the trail of what was done. */
  'audit:read': read(all('finance', 'approver', 'admin')),
  /** Who am I, and good-bye: of the caller itself. */
  'session:read': read({ ...staff, customer: 'all', reseller: 'all', agent: 'all' }),
  'session:end': write({ ...staff, customer: 'all', reseller: 'all', agent: 'all' }),
  /** Its own second factor and its other sessions. */
  'session:write': write({ ...staff, customer: 'all', reseller: 'all' }),
  'tokens:read': read(all('admin')),
  'tokens:write': write(all('admin')),
  'users:read': read(all('admin')),
  'users:write': write(all('admin')),
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof rules;

const actions = Object.keys(rules) as Action[];

/**
 * Whether a scope covers an action: `read` and `write` every one of that kind, `rounds` every one on rounds,
 * `rounds:read` itself.
 */
function scopeCovers(scope: string, action: Action): boolean {
  return scope === action || scope === rules[action].kind || scope === action.split(':')[0];
}

/** Whether there is anything that it covers. */
function isScope(text: string): boolean {
  return actions.some((action) => scopeCovers(text, action));
}

type Decision =
  | { readonly allowed: true; readonly reach: Reach }
  | { readonly allowed: false; readonly why: 'role' | 'scope' };

/** Whether somebody may do something at all, and how far it reaches. What no rule allows is not allowed. */
export function decide(principal: Principal, action: Action): Decision {
  const { who }: Rule = rules[action];
  const reaches = principal.roles.flatMap((role): Reach[] => {
    const reach = who[role];
    // Without a customer there is nothing of its own.
    return reach === undefined || (reach === 'own' && principal.customer === null) ? [] : [reach];
  });
  if (reaches.length === 0) return { allowed: false, why: 'role' };
  if (principal.scopes !== null && !principal.scopes.some((scope) => scopeCovers(scope, action)))
    return { allowed: false, why: 'scope' };
  return { allowed: true, reach: reaches.includes('all') ? 'all' : 'own' };
}

type Right = Pick<Principal, 'roles' | 'customer' | 'scopes'>;

/**
 * What somebody would give away without having it: the first action that `grant` allows and `giver` may not do, or not
 * as far; null: there is none. Nobody hands out more than it holds.
 */
export function excessOf(giver: Principal, grant: Right): Action | null {
  const grantee: Principal = { id: '', name: '', via: 'token', ...grant };
  const excess = actions.find((action) => {
    const given = decide(grantee, action);
    if (!given.allowed) return false;
    const held = decide(giver, action);
    if (!held.allowed) return true;
    if (held.reach === 'all') return false;
    return given.reach === 'all' || grant.customer !== giver.customer;
  });
  return excess ?? null;
}

export interface WrittenGrant {
  readonly roles: readonly string[];
  readonly customer: string | null;
  /** Null: all that the roles may. */
  readonly scopes: readonly string[] | null;
}

type GrantReading =
  | { readonly ok: true; readonly roles: readonly Role[] }
  | { readonly ok: false; readonly refusals: readonly Refusal[] };

/** What somebody is to be allowed, as it was written; `customers`: the ids of those there are. */
export function readGrant(written: WrittenGrant, customers: readonly string[]): GrantReading {
  const { customer, scopes } = written;
  const refusals: Refusal[] = [];
  const known = [...new Set(written.roles)].filter(isRole);
  for (const role of written.roles) {
    if (!isRole(role)) refusals.push(refusal('role', 'not-known', role, 'role', roles));
  }
  if (written.roles.length === 0) refusals.push(refusal('role', 'missing', { is: 'one-of', names: roles }));
  const tenant = known.find(isTenantRole);
  if (tenant !== undefined && known.some((role) => !isTenantRole(role)))
    refusals.push(refusal('role', 'roles-mixed', tenant));
  if (tenant !== undefined && customer === null)
    refusals.push(refusal('customer', 'customer-needed', tenant));
  if (tenant === undefined && customer !== null) refusals.push(refusal('customer', 'customer-not-needed'));
  if (customer !== null && !customers.includes(customer))
    refusals.push(refusal('customer', 'not-known', customer, 'customer', customers));
  for (const scope of scopes ?? []) {
    if (isScope(scope)) continue;
    const families = [...new Set(actions.map((action) => action.split(':')[0] ?? ''))];
    refusals.push(refusal('scope', 'covers-nothing', scope, families, actions[0] ?? ''));
  }
  return refusals.length > 0 ? { ok: false, refusals } : { ok: true, roles: known };
}
