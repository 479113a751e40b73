import type { FastifyInstance } from 'fastify';
import { homeOf } from './navigation.js';
import { addPage, type PortalOptions } from './page.js';

/** `/`: on to where somebody's work begins. */
export function homePage(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    ...{ method: 'GET', url: '/', access: 'session:read' },
    handle: ({ caller, shell }) => {
      const home = homeOf(caller);
      return home === null ? { view: 'nothing', title: shell.w.home.nothing } : { to: home };
    },
  });
}
