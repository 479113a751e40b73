import { fastify, type InjectOptions, type LightMyRequestResponse } from 'fastify';
import type { Principal } from '../../../src/core/access/rules.js';
import { createTicketBacklog } from '../../../src/services/tickets/service.js';
import { admit } from '../../../src/http/access/caller.js';
import { faultRoutes } from '../../../src/http/tickets/notifications.js';
import { answerProblems } from '../../../src/http/problem.js';
import { useZod } from '../../../src/http/route/document.js';
import { faultRig } from '../../support/fault-desk.js';
import { keptLog } from '../../support/log.js';

const principal = (name: string, roles: Principal['roles'], customer: string | null): Principal => ({
  id: `user:${name}`,
  name,
  roles,
  customer,
  scopes: null,
  via: 'token',
});

/** Who may ask in these tests. */
export const people = {
  ann: principal('ann', ['noc'], null),
  bob: principal('bob', ['noc'], null),
  fin: principal('fin', ['finance'], null),
  bank: principal('bank', ['customer'], 'bank'),
  shop: principal('shop', ['customer'], 'shop'),
  broker: principal('broker', ['reseller'], 'broker'),
} satisfies Record<string, Principal>;
export type Person = keyof typeof people;

/** The routes of fault reports alone, asked by people who are known by their names. */
export async function faultServer(more: object = {}) {
  const rig = await faultRig(more);
  const { store, config, ledger } = rig;
  const now = () => rig.now;
  const server = fastify();
  answerProblems(server, keptLog().log);
  admit(server, {
    config: () => config,
    identify: (request) =>
      Promise.resolve({ principal: people[request.headers['x-test-person'] as Person], session: null }),
    now,
  });
  useZod(server, { checkAnswers: true });
  server.addContentTypeParser(
    'application/octet-stream',
    { parseAs: 'buffer' },
    (_request, content, done) => {
      done(null, content);
    },
  );
  const ticketBacklog = createTicketBacklog({ store, ledger, config: () => config, now });
  faultRoutes(server, { ticketBacklog, config: () => config, now });
  const ask = (
    person: Person,
    method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
    url: string,
    payload?: InjectOptions['payload'],
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> =>
    server.inject({
      method,
      url: url.startsWith('/') ? url : `/api/v1/${url}`,
      ...(payload !== undefined && { payload }),
      headers: { 'x-test-person': person, ...headers },
    });
  return { ...rig, rig, ticketBacklog, ask };
}
