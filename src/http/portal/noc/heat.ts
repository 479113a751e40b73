import { pathEnds } from '../../../core/path/path.js';
import type { WindowKind } from '../../../core/quality/windows.js';
import type { MeshJson } from '../../../render/mesh/json.js';

/** What a path is over a window: a band's place in its plan (0 is the best, 3 the worst), or why it has none. */
export type Heat = 0 | 1 | 2 | 3 | 'unmeasured' | 'unpromised' | 'unjudged';

export interface HeatPath {
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

export interface HeatMap {
  readonly destinations: readonly string[];
  readonly rows: readonly { readonly source: string; readonly cells: readonly (HeatPath | null)[] }[];
  /** How many paths are so. */
  readonly counts: ReadonlyMap<Heat, number>;
  /** The worst first. */
  readonly worst: readonly HeatPath[];
}

const placeOf = (id: string | null, bands: readonly string[]): number | null => {
  if (id === null) return null;
  const index = bands.indexOf(id);
  return index < 0 ? 3 : Math.min(3, index);
};

/** The mesh, source × destination, over one window: the worse of latency and loss decides how a cell looks. */
export function heatMap(mesh: MeshJson, window: WindowKind): HeatMap {
  const plans = new Map(mesh.plans.map((plan) => [plan.id, plan]));
  const columns = mesh.windows[window];
  const all = mesh.paths.map((id, n): HeatPath => {
    const { source = id, destination = '' } = pathEnds(id) ?? {};
    const plan = plans.get(mesh.plan[n] ?? '');
    const held = columns.held[n] ?? null;
    const [latencyBand, lossBand] = [columns.latencyBand[n] ?? null, columns.lossBand[n] ?? null];
    const places = [placeOf(latencyBand, plan?.latency ?? []), placeOf(lossBand, plan?.loss ?? [])];
    const worst = Math.max(-1, ...places.filter((place) => place !== null));
    const heat: Heat =
      held === null ? 'unjudged' : held === 0 ? 'unmeasured' : worst < 0 ? 'unpromised' : (worst as Heat);
    return {
      ...{ id, source, destination, heat, latencyBand, lossBand },
      href: `/paths/${encodeURIComponent(source)}/${encodeURIComponent(destination)}`,
      ...{ latencyUs: columns.latencyUs[n] ?? null, lossPpm: columns.lossPpm[n] ?? null },
      ...{ excessPercent: columns.excessPercent[n] ?? null, held: held ?? 0, due: columns.due[n] ?? 0 },
    };
  });
  const byId = new Map(all.map((path) => [path.id, path]));
  const counts = new Map<Heat, number>();
  for (const { heat } of all) counts.set(heat, (counts.get(heat) ?? 0) + 1);
  const sources = new Set(all.map(({ source }) => source));
  const destinations = new Set(all.map(({ destination }) => destination));
  const pops = mesh.pops.map(({ id }) => id);
  const to = pops.filter((id) => destinations.has(id));
  return {
    destinations: to,
    rows: pops
      .filter((id) => sources.has(id))
      .map((source) => ({
        source,
        cells: to.map((destination) => byId.get(`${source}>${destination}`) ?? null),
      })),
    counts,
    worst: all.filter(({ heat }) => typeof heat === 'number' && heat > 0).sort(worstFirst),
  };
}

const worstFirst = (a: HeatPath, b: HeatPath): number =>
  Number(b.heat) - Number(a.heat) ||
  Number(b.excessPercent ?? 0) - Number(a.excessPercent ?? 0) ||
  (b.lossPpm ?? 0) - (a.lossPpm ?? 0) ||
  (a.id < b.id ? -1 : 1);
