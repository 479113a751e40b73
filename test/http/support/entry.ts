import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Role } from '../../../src/core/access/rules.js';
import type { Authenticator } from '../../../src/services/access/authenticator.js';
import type { Registry } from '../../../src/services/access/registry.js';
import type { HttpOptions } from '../../../src/http/http.js';
import type { Tenants } from '../../support/tenants.js';
import { accessTo, testServer, type TestServer } from './server.js';

export interface Entrance extends TestServer {
  readonly authenticator: Authenticator;
  readonly registry: Registry;
  readonly clock: { now: number };
  /** A token of that role; a tenant's is of that customer. */
  tokenOf(role: Role, customer?: string | null, scopes?: readonly string[] | null): Promise<string>;
  as(token: string, request: InjectOptions | string): Promise<LightMyRequestResponse>;
}

/** A server with tokens, users and the trail over two tenants, at a time that a test may set. */
export function entrance(tenants: Tenants, parts: Partial<HttpOptions> = {}): Entrance {
  const clock = { now: tenants.now() };
  const now = () => clock.now;
  const { store, config } = tenants;
  const access = accessTo(store, config, now);
  const { authenticator, registry } = access;
  const server = testServer({ ...tenants, now }, { access, ...parts });
  return {
    ...server,
    authenticator,
    registry,
    clock,
    tokenOf: async (role, customer, scopes = null) => {
      const own = customer ?? (role === 'customer' ? 'alpha' : role === 'reseller' ? 'shop' : null);
      const grant = { roles: [role], customer: own, scopes };
      return (await registry.createToken({ name: role, expiresAt: null, ...grant })).token;
    },
    as: (token, request) => {
      const asked = typeof request === 'string' ? { url: request } : request;
      return server.http.inject({
        ...asked,
        headers: { authorization: `Bearer ${token}`, ...asked.headers },
      });
    },
  };
}
