import type { InjectOptions, LightMyRequestResponse } from 'fastify';
import type { Role } from '../../../src/core/access/rules.js';
import { createAuthenticator, type Authenticator } from '../../../src/services/access/authenticator.js';
import { createRegistry, type Registry } from '../../../src/services/access/registry.js';
import type { HttpOptions } from '../../../src/http/http.js';
import type { Tenants } from '../../support/tenants.js';
import { testServer, type TestServer } from './server.js';

export interface Entrance extends TestServer {
  readonly door: Authenticator;
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
  // What is tested here is not how long it takes.
  const cost = { N: 2 ** 10, r: 8, p: 1 };
  const { sessionMs, idleMs } = config.http.auth;
  const door = createAuthenticator({ store: store.access, now, sessionMs, idleMs, cost });
  const customers = () => config.book.customers.map(({ id }) => id);
  const registry = createRegistry({ store: store.access, now, customers, cost });
  const access = { door, registry, store: store.access, now };
  const server = testServer({ ...tenants, now }, { access, ...parts });
  return {
    ...server,
    door,
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
