import type { FastifyInstance } from 'fastify';
import type { PortalOptions } from '../page.js';
import { faultNewPages } from './fault-new.js';
import { faultPages } from './fault.js';
import { faultsPage } from './faults.js';
import { pathPage } from './path.js';
import { servicesPage } from './services.js';
import { statementsPage } from './statements.js';
import { verifyPages } from './verify.js';

/** What whoever buys services looks at; who works here sees the same of all of them. */
export function customerPages(server: FastifyInstance, portal: PortalOptions): void {
  servicesPage(server, portal);
  pathPage(server, portal);
  faultsPage(server, portal);
  faultNewPages(server, portal);
  faultPages(server, portal);
  statementsPage(server, portal);
  verifyPages(server, portal);
}
