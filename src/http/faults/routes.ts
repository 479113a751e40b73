import type { FastifyInstance } from 'fastify';
import { hubRoutes } from '../tmf/hub.js';
import { ticketRoutes } from '../tmf/tickets.js';
import { notificationRoutes } from './notifications.js';
import { faultReads, type FaultRoutes } from './reads.js';
import { suggestionRoute } from './suggestions.js';
import { createUploads } from './uploads.js';
import { faultWrites } from './writes.js';

/** Fault reports, by our own words and by those of TMF621, and who is told of them. */
export function faultRoutes(server: FastifyInstance, routes: FaultRoutes): void {
  // A merge patch is JSON; what it means is for the route to say.
  server.addContentTypeParser(
    'application/merge-patch+json',
    { parseAs: 'string' },
    server.getDefaultJsonParser('error', 'error'),
  );
  faultReads(server, routes);
  suggestionRoute(server, routes);
  const writing = { ...routes, uploads: createUploads(routes.now) };
  faultWrites(server, writing);
  notificationRoutes(server, routes);
  ticketRoutes(server, writing);
  hubRoutes(server, routes);
}
