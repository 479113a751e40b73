import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { maySignIn, sessionCookie } from '../access/cookie.js';
import { Forbidden, TooMany, Unauthorized } from '../problem.js';
import { isPlace } from '../route/place.js';
import { addPage, type PageAnswer, type PortalOptions } from './page.js';
import type { Shell } from './shell.js';

const to = z.string().max(500).default('/');

/** `/sign-in` and `/sign-out`: with a name and a password, or at the provider. */
export function signInPages(
  server: FastifyInstance,
  portal: PortalOptions,
  { registry, oidc }: NonNullable<PortalOptions['access']>,
): void {
  const form = async (
    { w }: Shell,
    page: { to: string; name?: string; wrong?: string; clear: boolean },
    status = 200,
  ): Promise<PageAnswer> => {
    const back = isPlace(page.to) ? page.to : '/';
    // Where people come from a provider, and nobody has a password, there is nothing to type in.
    const password = (await registry.users()).length > 0;
    return {
      ...{ view: 'sign-in', title: w.signIn.title, status },
      page: { name: '', wrong: null, ...page, to: back, oidc, password, nobody: !oidc && !password },
    };
  };
  addPage(server, portal, {
    ...{ method: 'GET', url: '/sign-in', access: 'open', query: z.object({ to }) },
    handle: ({ query, shell, request }) => form(shell, { to: query.to, clear: maySignIn(request) }),
  });
  addPage(server, portal, {
    ...{ method: 'POST', url: '/sign-in', access: 'open' },
    body: z.object({ name: z.string().max(100), password: z.string().max(1000), to }),
    handle: async ({ body, shell, ask, request, reply }) => {
      const { name, password } = body;
      const { signIn } = shell.w;
      try {
        await ask('signIn', { body: { name, password } });
      } catch (error) {
        const again = { to: body.to, name, clear: maySignIn(request) };
        if (error instanceof Unauthorized) return form(shell, { ...again, wrong: signIn.wrong }, 401);
        if (error instanceof TooMany) {
          const seconds = Math.ceil(error.waitMs / 1000);
          reply.header('retry-after', seconds);
          return form(shell, { ...again, wrong: signIn.wait(seconds) }, 429);
        }
        if (error instanceof Forbidden && !maySignIn(request))
          return form(shell, { ...again, wrong: signIn.insecure }, 403);
        throw error;
      }
      return { to: isPlace(body.to) ? body.to : '/' };
    },
  });
  addPage(server, portal, {
    ...{ method: 'POST', url: '/sign-out', access: 'session:end' },
    handle: async ({ ask, request }) => {
      if (sessionCookie(request) !== null) await ask('signOut');
      return { to: '/sign-in' };
    },
  });
}
