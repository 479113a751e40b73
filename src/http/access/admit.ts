import cookie from '@fastify/cookie';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Config } from '../../config/config.js';
import { rules, type Action } from '../../core/access/rules.js';
import { Forbidden } from '../problem.js';
import { allowedReach, callerOf } from './caller.js';
import { checkCsrfField, checkCsrfHeader } from './csrf.js';
import type { Identified } from './identify.js';

/** Where the page that describes the routes is. */
export const docs = '/docs';

export interface AdmitOptions {
  readonly config: () => Config;
  /** Who sends this; rejects where nobody can be told. */
  readonly identify: (request: FastifyRequest, action: Action) => Promise<Identified>;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Whoever sends it, whether it may or not; null until that is known. */
    identified: (Identified & { readonly action: Action }) | null;
    /** The session's, which the body has to hold. */
    csrfInBody: string | null;
  }
}

/** Lets nobody pass whom the rules don't let: before a body is read, and for every route that there is. */
export function admit(server: FastifyInstance, { config, identify }: AdmitOptions): void {
  server.register(cookie);
  server.decorateRequest('caller', null);
  server.decorateRequest('identified', null);
  server.decorateRequest('csrfInBody', null);
  server.addHook('onRoute', (route) => {
    // The routes of the page are not ours to declare.
    if (route.url === docs || route.url.startsWith(`${docs}/`)) route.config = { access: 'open' };
    if (route.config?.access === undefined)
      throw new Error(`${String(route.method)} ${route.url} declares no access`);
  });
  // Plug-ins first: the cookies have to be read.
  server.register((_server, _options, done) => {
    server.addHook('onRequest', async (request) => {
      const { access } = request.routeOptions.config;
      if (access === 'open' || request.is404) return;
      if (access === undefined) throw new Forbidden('nobody may ask for this');
      const identified = await identify(request, access);
      const { principal, session } = identified;
      request.identified = { ...identified, action: access };
      const { kind } = rules[access];
      if (session !== null && kind === 'write' && checkCsrfHeader(request, session.csrf) === 'form') {
        request.csrfInBody = session.csrf;
      }
      const reach = allowedReach(principal, access);
      request.caller = callerOf(principal, access, reach, config().book);
    });
    done();
  });
  server.addHook('preValidation', (request, _reply, done) => {
    if (request.csrfInBody !== null) checkCsrfField(request, request.csrfInBody);
    done();
  });
}
