import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { decide } from '../../core/access/decide.js';
import type { Principal } from '../../core/access/principal.js';
import { rules, type Action } from '../../core/access/rules.js';
import { Forbidden } from '../problem.js';
import { callerOf } from './caller.js';

/** Where the page that describes the routes is. */
export const docs = '/docs';

export interface AdmitOptions {
  readonly config: () => Config;
  /** Who asks for this; rejects where nobody can be told. */
  readonly identify: (request: FastifyRequest, action: Action) => Promise<Principal>;
}

/** Lets nobody pass whom the rules don't let: before a body is read, and for every route that there is. */
export function admit(server: FastifyInstance, { config, identify }: AdmitOptions): void {
  server.decorateRequest('caller', null);
  server.addHook('onRoute', (route) => {
    // The routes of the page are not ours to declare.
    if (route.url === docs || route.url.startsWith(`${docs}/`)) route.config = { access: 'open' };
    if (route.config?.access === undefined)
      throw new Error(`${String(route.method)} ${route.url} declares no access`);
  });
  server.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    if (access === 'open' || request.is404) return;
    if (access === undefined) throw new Forbidden('nobody may ask for this');
    const principal = await identify(request, access);
    const decision = decide(principal, access);
    if (!decision.allowed) {
      const why = decision.why === 'scope' ? `the token's scopes don't cover it` : `its roles don't allow it`;
      throw new Forbidden(`${principal.name} may not do ${access} (${rules[access].kind}): ${why}`);
    }
    request.caller = callerOf(principal, access, decision.reach, config().book);
  });
}
