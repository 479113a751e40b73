import type { Role } from '../../../src/core/access/principal.js';
import type { Action } from '../../../src/core/access/rules.js';

const staff = ['noc', 'finance', 'approver', 'admin'] as const;
const tenants = ['customer', 'reseller'] as const;
const everybody = [...staff, ...tenants, 'agent'] as const;

/** Who may do what, written down a second time: every action has a row, and nobody else may. */
export const table: Record<Action, readonly Role[]> = {
  'metrics:read': ['noc', 'admin', 'agent'],
  'pops:read': everybody,
  'paths:read': everybody,
  'rounds:read': [...staff, ...tenants],
  'agents:read': ['noc', 'admin'],
  'plans:read': [...staff, ...tenants],
  'keys:read': [...staff, ...tenants],
  'config:read': ['noc', 'admin'],
  'evaluate:run': staff,
  'evidence:read': ['finance', 'approver', 'admin', ...tenants],
  'evidence:verify': [...staff, ...tenants],
  'outages:read': [...staff, ...tenants],
  'outages:write': ['noc', 'admin'],
  'exclusions:read': [...staff, ...tenants],
  'exclusions:impact': staff,
  'exclusions:propose': ['noc', 'admin'],
  'exclusions:decide': ['approver', 'admin'],
  'availability:read': [...staff, ...tenants],
  'attachments:read': staff,
  'attachments:write': ['noc', 'approver', 'admin'],
  'customers:read': [...staff, ...tenants],
  'customers:history': staff,
  'customers:write': ['noc', 'finance', 'admin'],
  'reports:read': ['finance', 'approver', 'admin', ...tenants],
  'statements:read': ['finance', 'approver', 'admin', ...tenants],
  'statements:seal': ['finance', 'admin'],
  'credits:read': ['finance', 'approver', 'admin'],
  'credits:write': ['finance', 'admin'],
  'disputes:read': ['finance', 'approver', 'admin', ...tenants],
  'disputes:open': ['finance', 'admin', ...tenants],
  'disputes:decide': ['finance', 'admin'],
  'persons:read': ['noc', 'finance', 'admin'],
  'persons:write': ['finance', 'admin'],
  'faults:read': [...staff, ...tenants],
  'faults:file': ['noc', 'admin', ...tenants],
  'faults:answer': ['noc', 'admin', ...tenants],
  'faults:work': ['noc', 'admin'],
  'notifications:read': ['noc', 'admin', ...tenants],
  'notifications:write': ['noc', 'admin', ...tenants],
  'outbox:read': ['noc', 'admin'],
  'outbox:write': ['noc', 'admin'],
  'audit:read': ['finance', 'approver', 'admin'],
  'session:read': everybody,
  'session:end': everybody,
  'tokens:read': ['admin'],
  'tokens:write': ['admin'],
  'users:read': ['admin'],
  'users:write': ['admin'],
};

/** What anybody may ask for. */
export const openRoutes = [
  'GET /healthz',
  'GET /readyz',
  'GET /metrics',
  'GET /api/v1/openapi.json',
  'POST /api/v1/session',
  'GET /auth/oidc/start',
  'GET /auth/oidc/callback',
  'GET /sign-in',
  'POST /sign-in',
  'POST /preferences',
  'GET /assets/:hash/:name',
];
