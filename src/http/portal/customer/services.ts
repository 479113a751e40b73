import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { windowKinds, type WindowKind } from '../../../core/quality/windows.js';
import { formatInstant } from '../../../core/time/zone.js';
import type { MeshJson } from '../../../render/mesh/json.js';
import type { StandingJson, withoutAmounts } from '../../../render/standing/json.js';
import type { suggestionJson } from '../../../render/fault/json.js';
import { addPage, type Ask, type PortalOptions } from '../page.js';
import { daySparkline } from './day-sparkline.js';
import { meshPaths, pathHref, type MeshPath } from './mesh-cells.js';

/** Sparklines are drawn of so many paths; who has more looks at the matrix. */
const mostDrawn = 40;

export type Standing = StandingJson | ReturnType<typeof withoutAmounts>;
export interface StandingAnswer {
  readonly asOf: string | null;
  readonly services: readonly Standing[];
}

/** `/services`: what somebody buys, how it stands this month, and the bands of its paths. */
export function servicesPage(server: FastifyInstance, portal: PortalOptions): void {
  const { config, now } = portal;
  addPage(server, portal, {
    ...{ method: 'GET', url: '/services', access: 'availability:read' },
    query: z.object({ window: z.enum(windowKinds).catch('last-24h').default('last-24h') }),
    handle: async ({ query: { window }, ask, shell, caller }) => {
      const standing = await ask<StandingAnswer>('getStanding');
      const mesh = caller.may('rounds:read') ? await ask<MeshJson>('getMesh') : null;
      const paths = mesh === null ? [] : meshPaths(mesh);
      const { book } = config();
      const siteOf = new Map(book.sites.map(({ id, name }) => [id, name]));
      const customerOf = new Map(book.customers.map(({ id, name }) => [id, name]));
      const inForce = currentPaths(book, formatInstant(now(), shell.f.zone).slice(0, 10));
      const services = (standing?.services ?? []).map((one) => ({
        ...one,
        siteName: siteOf.get(one.site) ?? one.site,
        customerName: customerOf.get(one.customer ?? '') ?? one.customer,
        ...budgetOf(one),
        paths: paths.filter(({ id }) => inForce.get(one.service)?.has(id) ?? false),
      }));
      const drawn = paths.length <= mostDrawn ? paths : [];
      return {
        ...{ view: 'services', title: shell.w.services.title, scripts: ['htmx.js'] },
        page: {
          ...{ asOf: standing?.asOf ?? null, services, window, windows: windowKinds },
          matrix: matrixOf(paths, window),
          rows: await Promise.all(
            drawn.map(async (path) => ({
              ...path,
              sparkline: await daySparkline(ask, { path, now: now(), everyMs: mesh?.everyMs ?? 1_800_000 }),
            })),
          ),
          paths: paths.length,
          // Who sells sees whose each is.
          named: new Set(services.map(({ customer }) => customer)).size > 1,
          amounts: services.some(({ money }) => money.rent !== null),
          suggestions: await suggestionsOf(ask, caller.may('faults:read')),
        },
      };
    },
  });
}

/** The paths that each service uses on a day. */
function currentPaths(
  { services }: ReturnType<PortalOptions['config']>['book'],
  day: string,
): Map<string, ReadonlySet<string>> {
  return new Map(
    services
      .filter(({ start, end }) => start <= day && (end === null || day < end))
      .map(({ id, terms }) => [id, new Set<string>(terms.findLast(({ from }) => from <= day)?.paths ?? [])]),
  );
}

/** How much of the outage before the next step of credit is used up, in thousandths for a bar. */
export function budgetOf({ next, unavailableMs }: Standing): { readonly used: number } {
  if (next === null) return { used: 1000 };
  const all = unavailableMs + next.leftMs;
  return { used: all === 0 ? 1000 : Math.min(1000, Math.ceil((unavailableMs * 1000) / all)) };
}

export function matrixOf(paths: readonly MeshPath[], window: WindowKind) {
  const sources = [...new Set(paths.map(({ source }) => source))];
  const destinations = [...new Set(paths.map(({ destination }) => destination))];
  const found = new Map(paths.map((path) => [path.id, path]));
  return {
    destinations,
    rows: sources.map((source) => ({
      source,
      cells: destinations.map((destination) => {
        const path = found.get(`${source}>${destination}`);
        return path === undefined ? null : { ...path, ...path.windows[window] };
      }),
    })),
  };
}

async function suggestionsOf(ask: Ask, may: boolean) {
  if (!may) return [];
  type Answer = { readonly suggestions: readonly ReturnType<typeof suggestionJson>[] };
  const answer = await ask<Answer>('listFaultSuggestions');
  return (answer?.suggestions ?? []).slice(0, 10).map((one) => ({ ...one, href: pathHref(one.path) }));
}
