import type { FastifyInstance } from 'fastify';
import type { PortalOptions } from '../page.js';
import { targetPages } from './targets.js';
import { tokenPages } from './tokens.js';
import { userPages } from './users.js';

/** Who may come in, and who is told of what. */
export function adminPages(server: FastifyInstance, portal: PortalOptions): void {
  userPages(server, portal);
  tokenPages(server, portal);
  targetPages(server, portal);
}
