import view from '@fastify/view';
import { Eta } from 'eta';
import type { FastifyInstance } from 'fastify';
import { fileURLToPath } from 'node:url';
import { adminPages } from './admin/pages.js';
import type { HttpPages } from '../http.js';
import { assetRoutes, loadAssets } from './assets.js';
import { problemPages } from './errors.js';
import { customerPages } from './customer/pages.js';
import { financePages } from './finance/pages.js';
import { readForms } from './forms.js';
import { guidePages } from './guide.js';
import { homePage } from './home.js';
import { nocPages } from './noc/pages.js';
import type { PortalOptions } from './page.js';
import { createShell, type ShellOptions } from './shell.js';
import { preferenceRoutes } from './preferences.js';
import { signInPages } from './sign-in.js';

/**
 * The portal: pages made here, that read and write without any script. Plain addresses: `/` is home, by role; then
 * `/services`, `/paths/HKG/SIN`, `/faults`, `/statements` …; the API stays under `/api/v1`.
 *
 * How to add a page:
 * 1. `addPage(server, { method, url, access, handle })` (`page.ts`) in a `…Pages(server, portal)` function of a room
 *    beside `customer/`, called below. `access` names an action of `src/core/access/rules.ts`, as a route of the API
 *    does: the table of roles and routes is tested over pages too.
 * 2. `handle` asks routes of the API by their operationId (`ask('listRounds', { query })`), in the name of whoever
 *    looks: there are no queries of its own. It answers a `view` with its model, `to` (where a browser goes on to
 *    after a form was done), or null for 404.
 * 3. The view stands in `views/NAME.eta` and begins with `<% layout('./layout') %>`. `it.w` are the portal's words,
 *    `it.r` those of reports (bands, kinds …), `it.f` writes numbers and times, `it.page` is the model, `it.may(action)`
 *    says whether to show a button. `<%= %>` escapes; `<%~ %>` is for `include` only. No style or script stands in
 *    a page: classes are in `assets/portal.css`, scripts are files of `assets.ts`, named by the answer's `scripts`.
 * 4. Words go into a file of their own under `words/`, in the three languages; `words.ts` puts them together.
 * 5. A form is `method="post"`, and holds `include('./partials/csrf', it)`.
 * 6. A place in the navigation is a line of `navigation.ts`.
 */
function portalPages(server: FastifyInstance, portal: PortalOptions): void {
  readForms(server);
  assetRoutes(server, portal.shell.assets);
  preferenceRoutes(server);
  if (portal.access) signInPages(server, portal, portal.access);
  nocPages(server, portal);
  financePages(server, portal);
  adminPages(server, portal);
  homePage(server, portal);
  customerPages(server, portal);
  guidePages(server, portal);
}

/** The portal as the HTTP server takes it. */
export function createPortal({ config, version }: Pick<ShellOptions, 'config' | 'version'>): HttpPages {
  const shell = createShell({ config, version, assets: loadAssets() });
  return {
    problemPage: problemPages(shell),
    decorate: drawPages,
    register: (server, options) => {
      portalPages(server, { config, shell, ...options });
    },
  };
}

/** What draws pages; for the whole server, as a fault of any route may be told by one. */
function drawPages(server: FastifyInstance): void {
  const views = fileURLToPath(new URL('./views', import.meta.url));
  // Outside of what declares routes: it has none.
  server.register(view, {
    engine: { eta: new Eta({ views, autoEscape: true, cache: true }) },
    root: views,
    production: true,
  });
}
