import type { FastifyInstance } from 'fastify';
import type { Billing } from '../../engine/billing/billing.js';
import { creditRoutes } from './credits.js';
import { disputeRoutes } from './disputes.js';
import { personRoutes } from './persons.js';
import { statementRoutes } from './statements.js';

/** The months that finance pulls, and everything that follows from them. */
export function billingRoutes(server: FastifyInstance, billing: Billing): void {
  statementRoutes(server, billing.statements);
  creditRoutes(server, billing.credits);
  disputeRoutes(server, billing);
  personRoutes(server, billing.contacts);
}
