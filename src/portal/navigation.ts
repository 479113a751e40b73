import type { Action, Role } from '../core/access/rules.js';
import type { Caller } from '../http/access/caller.js';
import type { PortalWords } from '../i18n/portal.js';

/** A place in the navigation. */
export interface Place {
  readonly href: `/${string}`;
  readonly label: (words: PortalWords) => string;
  /** Shown to whoever may do this. */
  readonly action: Action;
  /** And is one of these; everybody unless told. */
  readonly roles?: readonly Role[];
  /** It stands in the account's menu: seldom gone to. */
  readonly menu?: true;
}

const staff: readonly Role[] = ['noc', 'finance', 'approver', 'admin'];
const tenants: readonly Role[] = ['customer', 'reseller'];

/** In the order that they are shown in. */
const places: readonly Place[] = [
  { href: '/admin', label: (w) => w.admin.overview.title, action: 'users:read', roles: ['admin'] },
  { href: '/mesh', label: (w) => w.noc.mesh.title, action: 'rounds:read', roles: staff },
  { href: '/services', label: (w) => w.nav.services, action: 'availability:read' },
  { href: '/faults', label: (w) => w.nav.faults, action: 'faults:read' },
  { href: '/outages', label: (w) => w.noc.outages.title, action: 'outages:read', roles: staff },
  { href: '/exclusions', label: (w) => w.noc.exclusions.title, action: 'exclusions:read', roles: staff },
  { href: '/months', label: (w) => w.finance.months, action: 'statements:read', roles: staff },
  { href: '/credits', label: (w) => w.finance.credits.title, action: 'credits:read', roles: staff },
  { href: '/disputes', label: (w) => w.disputes.title, action: 'disputes:read', roles: staff },
  { href: '/ledger', label: (w) => w.finance.ledger.title, action: 'audit:read', roles: staff },
  // Who works here has them by month.
  { href: '/statements', label: (w) => w.nav.statements, action: 'statements:read', roles: tenants },
  { href: '/disputes', label: (w) => w.disputes.title, action: 'disputes:read', roles: tenants },
  { href: '/users', label: (w) => w.admin.users.title, action: 'users:read', menu: true },
  { href: '/tokens', label: (w) => w.admin.tokens.title, action: 'tokens:read', menu: true },
  {
    href: '/notifications',
    label: (w) => w.admin.notifications.title,
    action: 'notifications:read',
    menu: true,
  },
];

/** Where somebody of a role begins; who has none of these begins at the first place of the navigation. */
const homes: readonly (readonly [Role, Place['href']])[] = [
  ['noc', '/mesh'],
  ['finance', '/months'],
  ['approver', '/exclusions'],
  ['admin', '/admin'],
];

export function placesFor(caller: Caller | null): readonly Place[] {
  if (caller === null) return [];
  const { roles } = caller.principal;
  return places.filter(
    ({ action, roles: only }) => caller.may(action) && (only?.some((role) => roles.includes(role)) ?? true),
  );
}

/** Null: there is nothing for it here. */
export function homeOf(caller: Caller): Place['href'] | null {
  const home = homes.find(([role]) => caller.principal.roles.includes(role));
  return home?.[1] ?? placesFor(caller)[0]?.href ?? null;
}
