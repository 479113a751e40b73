import type { FastifyInstance } from 'fastify';
import type { PortalOptions } from '../page.js';
import { exclusionPages } from './exclusions.js';
import { meshPage } from './mesh.js';
import { outagePages } from './outages.js';
import { reportLedgerPages } from './report-ledger.js';

/** What the NOC looks at and does. */
export function nocPages(server: FastifyInstance, portal: PortalOptions): void {
  meshPage(server, portal);
  outagePages(server, portal);
  exclusionPages(server, portal);
  reportLedgerPages(server, portal);
}
