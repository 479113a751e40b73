import type { FastifyInstance } from 'fastify';
import { addPage, type PortalOptions } from '../page.js';
import { networkMap } from './map.js';
import { networkNow } from './now.js';

/** `/wall`: for a screen on a wall. It has no navigation, is large and dark, and refreshes itself. */
export function wallPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/wall',
    access: 'network:read',
    handle: async ({ caller, shell }) => {
      const now = await networkNow(portal, caller);
      if (now === null) return null;
      return {
        view: 'wall',
        title: shell.w.noc.wall.title,
        page: { now, map: networkMap(now.pops, await api.getMesh(caller)) },
      };
    },
  });
}
