import fastifyStatic from '@fastify/static';
import view from '@fastify/view';
import { Eta } from 'eta';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { credentials } from '../http/access/session-routes.js';
import { maySignIn, refuseOtherOrigins, sessionCookie } from '../http/access/identify.js';
import type { HttpPages } from '../http/http.js';
import {
  ForbiddenError,
  type Problem,
  type ProblemPage,
  TooManyRequestsError,
  SecondFactorError,
  UnauthorizedError,
} from '../http/problem.js';
import { isPlace } from '../http/route/route.js';
import { reportLanguages } from '../i18n/languages.js';
import { guideHtml, guidePage, guideTopics, isGuideTopic } from '../render/guide.js';
import { loadAssets, assetFolder } from './assets.js';
import { readForms } from './forms.js';
import { homeOf } from './navigation.js';
import { addFeatures, places } from './pages.js';
import { addPage, type PageAnswer, type PortalOptions, showView } from './page.js';
import {
  createShell,
  languageCookie,
  type Shell,
  type ShellMaker,
  type ShellOptions,
  themeCookie,
  themes,
} from './shell.js';

const to = z.string().max(500).default('/');

/** `/sign-in` and `/sign-out`: with a name and a password, or at the provider. */
function signInPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api, registry, oidc } = portal;
  const form = async (
    { w }: Shell,
    page: { to: string; name?: string; wrong?: string; clear: boolean; code?: boolean },
    status = 200,
  ): Promise<PageAnswer> => {
    const back = isPlace(page.to) ? page.to : '/';
    // Where people come from a provider, and nobody has a password, there is nothing to type in.
    const password = (await registry.users()).length > 0;
    return {
      view: 'sign-in',
      title: w.signIn.title,
      status,
      page: {
        name: '',
        wrong: null,
        code: false,
        ...page,
        to: back,
        oidc,
        password,
        nobody: !oidc && !password,
      },
    };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/sign-in',
    access: 'open',
    query: z.object({ to }),
    handle: ({ query, shell, request }) => form(shell, { to: query.to, clear: maySignIn(request) }),
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/sign-in',
    access: 'open',
    body: z.object({ ...credentials.shape, code: z.string().max(50).optional(), to }),
    handle: async ({ body, shell, request, reply }) => {
      const { name, password, code } = body;
      const { signIn } = shell.w;
      try {
        await api.signIn({ request, reply }, { name, password, code });
      } catch (error) {
        const again = { to: body.to, name, clear: maySignIn(request) };
        if (error instanceof SecondFactorError) {
          const wrong = error.wrong ? signIn.codeWrong : signIn.codeNeeded;
          return form(shell, { ...again, wrong, code: true }, 401);
        }
        if (error instanceof UnauthorizedError) return form(shell, { ...again, wrong: signIn.wrong }, 401);
        if (error instanceof TooManyRequestsError) {
          const seconds = Math.ceil(error.waitMs / 1000);
          reply.header('retry-after', seconds);
          return form(shell, { ...again, wrong: signIn.wait(seconds) }, 429);
        }
        if (error instanceof ForbiddenError && !maySignIn(request))
          return form(shell, { ...again, wrong: signIn.insecure }, 403);
        throw error;
      }
      return { to: isPlace(body.to) ? body.to : '/' };
    },
  });
  addPage(server, portal, {
    method: 'POST',
    url: '/sign-out',
    access: 'session:end',
    handle: async ({ request, reply }) => {
      if (sessionCookie(request) !== null) await api.signOut({ request, reply });
      return { to: '/sign-in' };
    },
  });
}

const machines = /^\/(?:api|tmf-api|docs|assets|metrics|healthz|readyz)(?:[/?]|$)/;

const isPart = ({ headers }: FastifyRequest): boolean => headers['hx-request'] === 'true';

/** Whether somebody looks at it with a browser: who asks for no page gets problem details. */
const wantsPage = ({ url, headers }: FastifyRequest): boolean =>
  !machines.test(url) && ((headers.accept ?? '').includes('text/html') || headers['hx-request'] === 'true');

/** Tells a browser what is wrong; whoever has to sign in is sent there, and back again afterwards. */
function problemPages(shell: ShellMaker): ProblemPage {
  return (request, reply, problem) => {
    if (!wantsPage(request)) return null;
    if (problem.status !== 401 || request.routeOptions.config.page !== true)
      return errorPage(shell, request, reply, problem);
    const to = request.method === 'GET' && request.url !== '/' ? request.url : null;
    const place = to === null ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`;
    // A part of a page that asks for itself anew follows no redirection: the whole page has to go.
    if (isPart(request)) return Promise.resolve(reply.code(401).header('hx-redirect', '/sign-in').send(''));
    return Promise.resolve(reply.removeHeader('www-authenticate').redirect(place, 303));
  };
}

async function errorPage(
  shell: ShellMaker,
  request: FastifyRequest,
  reply: FastifyReply,
  problem: Problem,
): Promise<FastifyReply> {
  const { status, detail, errors = [], reference = null } = problem;
  const own = shell.of(request);
  const { title, text } = own.w.error[kindOf(status)];
  return showView(reply, own, {
    view: 'error',
    title,
    status,
    page: { status, text, detail, errors, reference },
  });
}

const told = ['401', '403', '404', '409', '413', '429'] as const;

function kindOf(status: number): (typeof told)[number] | '400' | '500' {
  const known = told.find((one) => one === String(status));
  if (known !== undefined) return known;
  return status >= 500 ? '500' : '400';
}

const yearS = 365 * 86_400;

/** `POST /preferences`: the language and the colours that somebody likes, kept in cookies; signed in or not. */
function preferenceRoutes(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    method: 'POST',
    url: '/preferences',
    access: 'open',
    body: z.object({
      language: z.enum(reportLanguages).optional(),
      theme: z.enum(themes).optional(),
      to: z.string().max(500).default('/'),
    }),
    handle: ({ body, request, reply }) => {
      refuseOtherOrigins(request);
      const { language, theme, to } = body;
      const secure = request.protocol === 'https';
      const options = { path: '/', maxAge: yearS, httpOnly: true, sameSite: 'lax', secure } as const;
      if (language !== undefined) reply.setCookie(languageCookie, language, options);
      if (theme !== undefined) reply.setCookie(themeCookie, theme, options);
      return { to: isPlace(to) ? to : '/' };
    },
  });
}

/**
 * The portal: pages made here, that read and write without any script. Plain addresses: `/` is home, by role; then
 * `/services`, `/paths/HKG/SIN`, `/faults`, `/statements` …; the API stays under `/api/v1`.
 *
 * How to add a page:
 * 1. `addPage(server, portal, { method, url, access, handle })` (`page.ts`) in a `…Pages(server, portal)` function of a
 *    folder such as `customer/`; a line of `pages.ts` adds it, with its place in the navigation. `access` names an
 *    action of `src/core/access/rules.ts`, as a route of the API does: the table of roles and routes is tested over
 *    pages too.
 * 2. `handle` calls operations of the API (`portal.api.listRounds(caller, { query })`), in the name of whoever looks:
 *    there are no queries of its own. It answers a `view` with its model, `to` (where a browser goes on to
 *    after a form was done), or null for 404.
 * 3. The view stands in `views/NAME.eta` and begins with `<% layout('./layout') %>`. `it.w` are the portal's words,
 *    `it.r` those of reports (bands, kinds …), `it.f` writes numbers and times, `it.page` is the model, `it.may(action)`
 *    says whether to show a button. `<%= %>` escapes; `<%~ %>` is for `include` only. No style or script stands in
 *    a page: classes are in the style sheets of `assets/`, scripts are files of `assets.ts`, named by the answer's `scripts`.
 * 4. Words go into a file of `src/i18n/portal/`, put together in `en.ts`, and into `src/i18n/zh-cn.ts`.
 * 5. A form is `method="post"`, and holds `include('./partials/csrf', it)`; `refused` shows it again, with what is wrong.
 */
function portalPages(server: FastifyInstance, portal: PortalOptions): void {
  readForms(server);
  assetRoutes(server, portal);
  preferenceRoutes(server, portal);
  signInPages(server, portal);
  homePage(server, portal);
  addFeatures(server, portal);
  guidePages(server, portal);
}

/** The portal as the HTTP server takes it. */
export function createPortal({ config, version }: Pick<ShellOptions, 'config' | 'version'>): HttpPages {
  const shell = createShell({ config, version, assets: loadAssets(), places });
  return {
    problemPage: problemPages(shell),
    decorate: drawPages,
    register: (server, options) => {
      portalPages(server, { config, shell, ...options });
    },
  };
}

/** Registers the view engine on the whole server, since any route may answer with an error page. */
function drawPages(server: FastifyInstance): void {
  const views = fileURLToPath(new URL('./views', import.meta.url));
  // Outside of what declares routes: it has none.
  server.register(view, {
    engine: { eta: new Eta({ views, autoEscape: true, cache: true }) },
    root: views,
    production: true,
  });
}

/** `/`: on to where somebody's work begins. */
function homePage(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    method: 'GET',
    url: '/',
    access: 'session:read',
    handle: ({ caller, shell }) => {
      const home = homeOf(places, caller);
      return home === null ? { view: 'nothing', title: shell.w.home.nothing } : { to: home };
    },
  });
}

/** `/guide` and its topics. Who reads traditional Chinese gets the simplified one, marked as such. */
function guidePages(server: FastifyInstance, portal: PortalOptions): void {
  const show = (topic: string, shell: Shell): PageAnswer => {
    if (!isGuideTopic(topic)) return null;
    const { title, language, markdown } = guidePage(topic, shell.language === 'en' ? 'en' : 'zh-CN');
    const topics = Object.keys(guideTopics).map((name) => ({ name, current: name === topic }));
    return { view: 'guide', title, page: { topics, language, html: guideHtml(markdown) } };
  };
  addPage(server, portal, {
    method: 'GET',
    url: '/guide',
    access: 'session:read',
    handle: ({ shell }) => show('operate', shell),
  });
  addPage(server, portal, {
    method: 'GET',
    url: '/guide/:topic',
    access: 'session:read',
    params: z.object({ topic: z.string().max(40) }),
    handle: ({ params, shell }) => show(params.topic, shell),
  });
}

/** `/assets/HASH/NAME`: styles and scripts, all from here. */
function assetRoutes(server: FastifyInstance, portal: PortalOptions): void {
  const { assets } = portal.shell;
  server.register(fastifyStatic, { root: assetFolder, serve: false });
  addPage(server, portal, {
    method: 'GET',
    url: '/assets/:hash/:name',
    access: 'open',
    params: z.object({ hash: z.string().max(64), name: z.string().max(64) }),
    handle: async ({ params, reply }) => {
      const file = assets.file(params.name, params.hash);
      if (file === null) return null;
      await reply.sendFile(basename(file), dirname(file), { maxAge: '365d', immutable: true });
      return null;
    },
  });
}
