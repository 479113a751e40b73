import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { pathEnds } from '../../core/path.js';
import { type WindowKind, windowKinds } from '../../core/standing.js';
import type { MeshJson } from '../../render/mesh.js';
import { levelOf } from '../customer/paths-shown.js';
import { addPage, type PortalOptions } from '../page.js';
import { networkNow } from './now.js';

/** What a path is over a window: a band's place in its plan (0 is the best, 3 the worst), or why it has none. */
type Heat = 0 | 1 | 2 | 3 | 'unmeasured' | 'unpromised' | 'unjudged';

interface HeatPath {
  readonly id: string;
  readonly source: string;
  readonly destination: string;
  readonly href: string;
  readonly heat: Heat;
  readonly latencyBand: string | null;
  readonly lossBand: string | null;
  readonly latencyUs: number | null;
  readonly lossPpm: number | null;
  readonly excessPercent: string | null;
  readonly held: number;
  readonly due: number;
}

interface HeatMap {
  readonly destinations: readonly string[];
  readonly rows: readonly { readonly source: string; readonly cells: readonly (HeatPath | null)[] }[];
  /** How many paths are so. */
  readonly counts: ReadonlyMap<Heat, number>;
  /** The worst first. */
  readonly worst: readonly HeatPath[];
}

const placeOf = (id: string | null, bands?: readonly string[]): number =>
  id === null ? -1 : levelOf(id, bands);

/**
 * The mesh, source × destination, over one window: the worse of latency and loss decides how a cell looks. It is made
 * for each look at a page of thousands of paths: hence objects of one shape, and nothing copied.
 */
function heatMap(mesh: MeshJson, window: WindowKind): HeatMap {
  const plans = new Map(mesh.plans.map((plan) => [plan.id, plan]));
  const { latencyBand, lossBand, latencyUs, lossPpm, excessPercent, held, due } = mesh.windows[window];
  const escaped = escaper();
  const rows = new Map<string, Map<string, HeatPath>>();
  const destinations = new Set<string>();
  const counts = new Map<Heat, number>();
  const worst: HeatPath[] = [];
  for (const [n, id] of mesh.paths.entries()) {
    const { source, destination } = pathEnds(id) ?? { source: id, destination: '' };
    const plan = plans.get(mesh.plan[n] ?? '');
    const [latency, loss, rounds] = [latencyBand[n] ?? null, lossBand[n] ?? null, held[n] ?? null];
    const place = Math.max(placeOf(latency, plan?.latency), placeOf(loss, plan?.loss));
    const heat: Heat =
      rounds === null ? 'unjudged' : rounds === 0 ? 'unmeasured' : place < 0 ? 'unpromised' : (place as Heat);
    const path: HeatPath = {
      id,
      source,
      destination,
      heat,
      href: `/paths/${escaped(source)}/${escaped(destination)}`,
      latencyBand: latency,
      lossBand: loss,
      latencyUs: latencyUs[n] ?? null,
      lossPpm: lossPpm[n] ?? null,
      excessPercent: excessPercent[n] ?? null,
      held: rounds ?? 0,
      due: due[n] ?? 0,
    };
    const row = rows.get(source) ?? new Map<string, HeatPath>();
    rows.set(source, row.set(destination, path));
    destinations.add(destination);
    counts.set(heat, (counts.get(heat) ?? 0) + 1);
    if (place > 0 && heat === place) worst.push(path);
  }
  const pops = mesh.pops.map(({ id }) => id);
  const to = pops.filter((id) => destinations.has(id));
  return {
    destinations: to,
    rows: pops.flatMap((source) => {
      const row = rows.get(source);
      return row ? [{ source, cells: to.map((destination) => row.get(destination) ?? null) }] : [];
    }),
    counts,
    worst: worstFirst(worst),
  };
}

function escaper(): (pop: string) => string {
  const known = new Map<string, string>();
  return (pop) => {
    const escaped = known.get(pop) ?? encodeURIComponent(pop);
    known.set(pop, escaped);
    return escaped;
  };
}

function worstFirst(paths: readonly HeatPath[]): HeatPath[] {
  const ranked = paths.map((path) => ({ path, excess: Number(path.excessPercent ?? 0) }));
  ranked.sort(
    (a, b) =>
      Number(b.path.heat) - Number(a.path.heat) ||
      b.excess - a.excess ||
      (b.path.lossPpm ?? 0) - (a.path.lossPpm ?? 0) ||
      (a.path.id < b.path.id ? -1 : 1),
  );
  return ranked.map(({ path }) => path);
}

/** In the order that the legend has them. */
const heats: readonly Heat[] = [0, 1, 2, 3, 'unpromised', 'unmeasured', 'unjudged'];
const maxOfTheWorst = 20;

/** `/mesh`: how the network is now, and the bands of all paths, source × destination. */
export function meshPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/mesh',
    access: 'rounds:read',
    query: z.object({ window: z.enum(windowKinds).catch('last-24h').default('last-24h') }),
    handle: async ({ query: { window }, caller, shell }) => {
      const mesh = await api.getMesh(caller);
      const now = await networkNow(portal, caller);
      const { counts, worst, ...map } = heatMap(mesh, window);
      return {
        view: 'mesh',
        title: shell.w.noc.mesh.title,
        scripts: ['htmx.js', 'heat.js', 'live.js'],
        page: {
          now,
          window,
          windows: windowKinds,
          judgedAt: mesh.judgedAt,
          map,
          worst: worst.slice(0, maxOfTheWorst),
          more: Math.max(0, worst.length - maxOfTheWorst),
          legend: heats.flatMap((heat) => {
            const count = counts.get(heat) ?? 0;
            return count > 0 || typeof heat === 'number' ? [{ heat, count }] : [];
          }),
        },
      };
    },
  });
}
