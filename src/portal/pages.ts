import type { FastifyInstance } from 'fastify';
import type { Role } from '../core/access/rules.js';
import { overviewPage } from './admin/overview.js';
import { secondFactorPages } from './admin/second-factor.js';
import { targetPages } from './admin/targets.js';
import { tokenPages } from './admin/tokens.js';
import { userPages } from './admin/users.js';
import { newTicketPages } from './customer/ticket-new.js';
import { ticketPages } from './customer/ticket.js';
import { ticketsPage } from './customer/tickets.js';
import { pathPage } from './customer/path.js';
import { servicesPage } from './customer/services.js';
import { statementsPage } from './customer/statements.js';
import { verifyPages } from './customer/verify.js';
import { batchPages } from './finance/batches.js';
import { creditPages } from './finance/credits.js';
import { disputePages } from './finance/disputes.js';
import { ledgerPage } from './finance/ledger.js';
import { monthPages } from './finance/month.js';
import { periodPages } from './finance/periods.js';
import { financeStatementPage } from './finance/statement.js';
import type { Place } from './navigation.js';
import { changesStream } from './noc/changes.js';
import { dayPage } from './noc/day.js';
import { exclusionPages } from './noc/exclusions.js';
import { mapPage } from './noc/map.js';
import { meshPage } from './noc/mesh.js';
import { outagePages } from './noc/outages.js';
import { reportLedgerPages } from './noc/report-ledger.js';
import { wallPage } from './noc/wall.js';
import type { PortalOptions } from './page.js';

/** One feature's pages, and its place in the navigation where it has one. */
interface Feature {
  readonly add: (server: FastifyInstance, portal: PortalOptions) => void;
  readonly place?: Place;
}

const staff: readonly Role[] = ['noc', 'finance', 'approver', 'admin'];
const tenants: readonly Role[] = ['customer', 'reseller'];

/** Everything to look at and to do for people who have signed in. The navigation shows it in this order. */
const features: readonly Feature[] = [
  {
    add: overviewPage,
    place: { href: '/admin', label: (w) => w.admin.overview.title, action: 'users:read', roles: ['admin'] },
  },
  {
    add: meshPage,
    place: { href: '/mesh', label: (w) => w.noc.mesh.title, action: 'rounds:read', roles: staff },
  },
  { add: mapPage },
  { add: dayPage },
  { add: wallPage },
  { add: changesStream },
  {
    add: servicesPage,
    place: { href: '/services', label: (w) => w.nav.services, action: 'availability:read' },
  },
  { add: pathPage },
  { add: ticketsPage, place: { href: '/faults', label: (w) => w.nav.faults, action: 'faults:read' } },
  { add: newTicketPages },
  { add: ticketPages },
  {
    add: outagePages,
    place: { href: '/outages', label: (w) => w.noc.outages.title, action: 'outages:read', roles: staff },
  },
  {
    add: exclusionPages,
    place: {
      href: '/exclusions',
      label: (w) => w.noc.exclusions.title,
      action: 'exclusions:read',
      roles: staff,
    },
  },
  { add: reportLedgerPages },
  {
    add: monthPages,
    place: { href: '/months', label: (w) => w.finance.months, action: 'statements:read', roles: staff },
  },
  { add: periodPages },
  { add: financeStatementPage },
  {
    add: creditPages,
    place: { href: '/credits', label: (w) => w.finance.credits.title, action: 'credits:read', roles: staff },
  },
  { add: batchPages },
  {
    add: ledgerPage,
    place: { href: '/ledger', label: (w) => w.finance.ledger.title, action: 'audit:read', roles: staff },
  },
  {
    add: statementsPage,
    // Staff have them by month.
    place: { href: '/statements', label: (w) => w.nav.statements, action: 'statements:read', roles: tenants },
  },
  {
    add: disputePages,
    place: { href: '/disputes', label: (w) => w.disputes.title, action: 'disputes:read' },
  },
  { add: verifyPages },
  {
    add: userPages,
    place: { href: '/users', label: (w) => w.admin.users.title, action: 'users:read', menu: true },
  },
  {
    add: tokenPages,
    place: { href: '/tokens', label: (w) => w.admin.tokens.title, action: 'tokens:read', menu: true },
  },
  {
    add: targetPages,
    place: {
      href: '/notifications',
      label: (w) => w.admin.notifications.title,
      action: 'notifications:read',
      menu: true,
    },
  },
  {
    add: secondFactorPages,
    place: {
      href: '/second-factor',
      label: (w) => w.admin.secondFactor.title,
      action: 'session:write',
      via: 'password',
      menu: true,
    },
  },
];

export const places: readonly Place[] = features.flatMap(({ place }) => place ?? []);

export function addFeatures(server: FastifyInstance, portal: PortalOptions): void {
  for (const { add } of features) add(server, portal);
}
