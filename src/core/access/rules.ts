import type { Role } from './principal.js';

/** How far a right reaches: over everything, or over what belongs to the asker's customer and its buyers. */
export type Reach = 'all' | 'own';

export interface Rule {
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
  /** Who is told of what. */
  'notifications:read': read({ ...all('noc', 'admin'), ...tenants }),
  'notifications:write': write({ ...all('noc', 'admin'), ...tenants }),
  'outbox:read': read(all('noc', 'admin')),
  'outbox:write': write(all('noc', 'admin')),
  /** The ledger's history and the trail of what was done. */
  'audit:read': read(all('finance', 'approver', 'admin')),
  /** Who am I, and good-bye: of whoever asks itself. */
  'session:read': read({ ...staff, customer: 'all', reseller: 'all', agent: 'all' }),
  'session:end': write({ ...staff, customer: 'all', reseller: 'all', agent: 'all' }),
  'tokens:read': read(all('admin')),
  'tokens:write': write(all('admin')),
  'users:read': read(all('admin')),
  'users:write': write(all('admin')),
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof rules;

export const actions = Object.keys(rules) as Action[];

/**
 * Whether a scope covers an action: `read` and `write` every one of that kind, `rounds` every one on rounds,
 * `rounds:read` itself.
 */
export function scopeCovers(scope: string, action: Action): boolean {
  return scope === action || scope === rules[action].kind || scope === action.split(':')[0];
}

/** Whether there is anything that it covers. */
export function isScope(text: string): boolean {
  return actions.some((action) => scopeCovers(text, action));
}
