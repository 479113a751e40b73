import type { FastifyInstance } from 'fastify';
import type { PortalOptions } from '../page.js';
import { creditPages } from './credits.js';
import { ledgerPage } from './ledger.js';
import { monthPages } from './month.js';
import { financeStatementPage } from './statement.js';

/** What finance looks at and does. */
export function financePages(server: FastifyInstance, portal: PortalOptions): void {
  monthPages(server, portal);
  financeStatementPage(server, portal);
  creditPages(server, portal);
  ledgerPage(server, portal);
}
