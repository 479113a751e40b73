import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pathEnds } from '../../core/path.js';
import { type WindowKind, windowKinds } from '../../core/standing.js';
import { formatInstant } from '../../core/time/calendar.js';
import { slotAtOrBefore } from '../../core/time/slot.js';
import type { EpochMs } from '../../core/types.js';
import type { Caller } from '../../http/access/caller.js';
import type { Api } from '../../http/http.js';
import type { MeshJson } from '../../render/mesh.js';
import { drawnSlots, type Sparkline, sparklineOf } from '../chart/path-chart.js';
import { addPage, type Answer, type PortalOptions } from '../page.js';

/** A band as it is shown: its word, and a colour that goes with its place in the plan. */
interface ShownBand {
  readonly id: string;
  /** 0 is the best; at most 3. */
  readonly level: number;
}

/** A path over a window. */
interface Cell {
  readonly latencyBand: ShownBand | null;
  readonly lossBand: ShownBand | null;
  /** The worse of the two; null: it was not measured. */
  readonly worst: ShownBand | null;
  readonly us: number | null;
  readonly lossPpm: number | null;
  readonly excess: string | null;
  readonly held: number;
  readonly due: number;
}

interface MeshPath {
  readonly id: string;
  readonly source: string;
  readonly destination: string;
  readonly href: string;
  readonly commitmentUs: number | null;
  readonly windows: Readonly<Record<WindowKind, Cell>>;
}

const pathHref = (path: string): string => `/paths/${path.split('>').map(encodeURIComponent).join('/')}`;

/** The level of a band by its place in a plan's list; one that is not in it is the worst. */
export function shownBand(id: string | null, bands: readonly string[]): ShownBand | null {
  if (id === null) return null;
  const index = bands.indexOf(id);
  return { id, level: index < 0 ? 3 : Math.min(3, index) };
}

/** The answer of the mesh, path by path. */
function meshPaths(mesh: MeshJson): MeshPath[] {
  const plans = new Map(mesh.plans.map((plan) => [plan.id, plan]));
  return mesh.paths.map((id, n) => {
    const ends = pathEnds(id);
    const plan = plans.get(mesh.plan[n] ?? '');
    const cell = (kind: WindowKind): Cell => {
      const columns = mesh.windows[kind];
      const latencyBand = shownBand(columns.latencyBand[n] ?? null, plan?.latency ?? []);
      const lossBand = shownBand(columns.lossBand[n] ?? null, plan?.loss ?? []);
      return {
        latencyBand,
        lossBand,
        worst: worse(latencyBand, lossBand),
        us: columns.latencyUs[n] ?? null,
        lossPpm: columns.lossPpm[n] ?? null,
        excess: columns.excessPercent[n] ?? null,
        held: columns.held[n] ?? 0,
        due: columns.due[n] ?? 0,
      };
    };
    return {
      id,
      source: ends?.source ?? id,
      destination: ends?.destination ?? '',
      href: pathHref(id),
      commitmentUs: mesh.commitmentUs[n] ?? null,
      windows: Object.fromEntries(windowKinds.map((kind) => [kind, cell(kind)])) as Record<WindowKind, Cell>,
    };
  });
}

const worse = (one: ShownBand | null, other: ShownBand | null): ShownBand | null => {
  if (one === null || other === null) return one ?? other;
  return other.level > one.level ? other : one;
};

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
  const bounds = { from: new Date(from).toISOString(), to: new Date(to).toISOString() };
  const answer = await api.listRounds(caller, {
    query: { path: id, ...bounds, limit: '1000' },
  });
  const slots = drawnSlots({ rounds: answer.rounds, from, to, everyMs });
  return sparklineOf({ slots, from, to, everyMs, commitmentUs });
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
      const mesh = caller.may('rounds:read') ? await api.getMesh(caller) : null;
      const paths = mesh === null ? [] : meshPaths(mesh);
      const { book } = config();
      const siteOf = new Map(book.sites.map(({ id, name }) => [id, name]));
      const customerOf = new Map(book.customers.map(({ id, name }) => [id, name]));
      const inForce = currentPaths(book, formatInstant(now(), shell.f.zone).slice(0, 10));
      const services = standing.services.map((one) => ({
        ...one,
        siteName: siteOf.get(one.site) ?? one.site,
        customerName: customerOf.get(one.customer ?? '') ?? one.customer,
        ...budgetOf(one),
        paths: paths.filter(({ id }) => inForce.get(one.service)?.has(id) ?? false),
      }));
      const drawn = paths.length <= maxDrawn ? paths : [];
      return {
        view: 'services',
        title: shell.w.services.title,
        scripts: ['htmx.js'],
        page: {
          asOf: standing.asOf,
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
          suggestions: await suggestionsOf(api, caller),
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
  const answer = await api.listFaultSuggestions(caller);
  return answer.suggestions.slice(0, 10).map((one) => ({ ...one, href: pathHref(one.path) }));
}
