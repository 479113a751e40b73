import type { FastifyInstance } from 'fastify';
import type { PortalOptions } from '../page.js';
import { pathPage } from './path.js';
import { servicesPage } from './services.js';

/** What whoever buys services looks at; who works here sees the same of all of them. */
export function customerPages(server: FastifyInstance, portal: PortalOptions): void {
  servicesPage(server, portal);
  pathPage(server, portal);
}
