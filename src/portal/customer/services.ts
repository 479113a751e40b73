import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type WindowKind, windowKinds } from '../../core/standing.js';
import { formatInstant, monthAfter, zonedMonth } from '../../core/time/calendar.js';
import { slotAtOrBefore } from '../../core/time/slot.js';
import type { EpochMs } from '../../core/types.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import { isoInstant } from '../../render/figures.js';
import { drawnSteps, type Sparkline, sparklineOf } from '../chart/path-chart.js';
import { byService, statementsOf } from '../finance/statement.js';
import { everyPage } from '../forms.js';
import { addPage, type Answer, type PortalOptions } from '../page.js';
import { type MeshPath, meshPaths, pathHref } from './paths-shown.js';
import { mergedOutages, verdictOf } from './verdict.js';

const dayMs = 86_400_000;

interface DayOptions {
  readonly path: { readonly id: string; readonly commitmentUs: number | null };
  readonly now: EpochMs;
  readonly everyMs: number;
}

/** The last day of a path, up to the slot that is being measured. */
async function daySparkline(
  api: Api,
  caller: Caller,
  { path: { id, commitmentUs }, now, everyMs }: DayOptions,
): Promise<Sparkline> {
  const to = slotAtOrBefore(now, everyMs);
  const from = to - dayMs;
  const bounds = { from: isoInstant(from), to: isoInstant(to) };
  const { stepMs, points } = await api.getSeries(caller, { query: { path: id, ...bounds } });
  return sparklineOf({
    points: drawnSteps({ points, from, to, stepMs }),
    from,
    to,
    stepMs,
    everyMs,
    commitmentUs,
  });
}

/** Sparklines are drawn of so many paths; who has more looks at the matrix. */
const maxDrawn = 40;

type Standing = Answer<'getStanding'>['services'][number];

/** `/services`: what somebody buys, how it stands this month, and the bands of its paths. */
export function servicesPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api, config, now } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/services',
    access: 'availability:read',
    query: z.object({ window: z.enum(windowKinds).catch('last-24h').default('last-24h') }),
    handle: async ({ query: { window }, shell, caller }) => {
      const standing = await api.getStanding(caller);
      const { book } = config();
      const mesh = caller.may('rounds:read') ? await api.getMesh(caller) : null;
      const paths = mesh === null ? [] : meshPaths(mesh, book.plans);
      const siteOf = new Map(book.sites.map(({ id, name }) => [id, name]));
      const customerOf = new Map(book.customers.map(({ id, name }) => [id, name]));
      const inForce = currentPaths(book, formatInstant(now(), shell.f.zone).slice(0, 10));
      const current = shell.f.iso(now()).slice(0, 7);
      const before = await lastMonthOf(api, caller, monthAfter(current, -1));
      const services = standing.services.map((one) => ({
        ...one,
        month: monthOf(book, one),
        siteName: siteOf.get(one.site) ?? one.site,
        customerName: customerOf.get(one.customer ?? '') ?? one.customer,
        ...budgetOf(one),
        before: before?.get(one.service) ?? null,
        paths: paths.filter(({ id }) => inForce.get(one.service)?.has(id) ?? false),
      }));
      const drawn = paths.length <= maxDrawn ? paths : [];
      const suggestions = await suggestionsOf(api, caller);
      const isTenant = caller.reach === 'own';
      const outages = await outagesSince(
        api,
        caller,
        isTenant ? zonedMonth(current, shell.f.zone).from : null,
      );
      return {
        view: 'services',
        title: shell.w.services.title,
        scripts: ['htmx.js'],
        page: {
          asOf: standing.asOf,
          verdict: standing.asOf && verdictOf({ services, paths, outages, suggestions }, shell),
          // Who may not see amounts has no statement to look into: its outages are the reason of its availability.
          outages: isTenant ? mergedOutages(outages) : null,
          lastMonth: before === null ? null : monthAfter(current, -1),
          services,
          window,
          windows: windowKinds,
          matrix: matrixOf(paths, window),
          rows: await Promise.all(
            drawn.map(async (path) => ({
              ...path,
              sparkline: await daySparkline(api, caller, {
                path,
                now: now(),
                everyMs: mesh?.everyMs ?? 1_800_000,
              }),
            })),
          ),
          paths: paths.length,
          // Who sells sees whose each is.
          named: new Set(services.map(({ customer }) => customer)).size > 1,
          amounts: services.some(({ money }) => money.rent !== null),
          suggestions: suggestions.slice(0, 10).map((one) => ({ ...one, href: pathHref(one.path) })),
        },
      };
    },
  });
}

/** What each service was credited in a month; null: the caller sees no statements. */
async function lastMonthOf(api: Api, caller: Caller, month: string) {
  if (!caller.may('statements:read')) return null;
  const months = byService(await statementsOf(api, caller, { month }));
  return new Map(months.map(({ service, latest }) => [service, latest]));
}

/** The month that a service is in, by the zone of its plan. */
function monthOf({ plans }: Book, { plan, periodEnd }: Standing): string {
  const zone = plans.get(plan)?.versions[0]?.timeZone ?? 'UTC';
  return formatInstant(Date.parse(periodEnd) - 1, zone).slice(0, 7);
}

/** The outages of the ports that the caller sees since an instant; null: those that last. */
async function outagesSince(api: Api, caller: Caller, from: EpochMs | null) {
  if (!caller.may('outages:read')) return [];
  const since = from === null ? ({ open: 'true' } as const) : { from: isoInstant(from) };
  return everyPage(
    (cursor) => api.listOutages(caller, { query: { order: 'newest', limit: '200', cursor, ...since } }),
    ({ outages }) => outages,
  );
}

type Book = ReturnType<PortalOptions['config']>['book'];

/** The paths that each service uses on a day. */
function currentPaths({ services }: Book, day: string): Map<string, ReadonlySet<string>> {
  return new Map(
    services
      .filter(({ start, end }) => start <= day && (end === null || day < end))
      .map(({ id, terms }) => [id, new Set<string>(terms.findLast(({ from }) => from <= day)?.paths ?? [])]),
  );
}

/** How much of the outage before the next step of credit is used up, in thousandths for a bar. */
function budgetOf({ next, unavailableMs }: Standing): { readonly used: number } {
  if (next === null) return { used: 1000 };
  const all = unavailableMs + next.leftMs;
  return { used: all === 0 ? 1000 : Math.min(1000, Math.ceil((unavailableMs * 1000) / all)) };
}

function matrixOf(paths: readonly MeshPath[], window: WindowKind) {
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

async function suggestionsOf(api: Api, caller: Caller) {
  if (!caller.may('faults:read')) return [];
  const answer = await api.listFaultSuggestions(caller, { query: { limit: '50' } });
  return answer.suggestions;
}
