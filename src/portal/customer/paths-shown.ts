import { formatShort } from '../../core/number.js';
import { pathEnds } from '../../core/path.js';
import type { PlanVersion } from '../../core/plan.js';
import { type WindowKind, windowKinds } from '../../core/standing.js';
import type { MeshJson } from '../../render/mesh.js';

/** A band as it is shown: its word, and a colour that goes with its place in the plan. */
export interface ShownBand {
  readonly id: string;
  /** 0 is the best. */
  readonly level: 0 | 1 | 2 | 3;
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

export interface MeshPath {
  readonly id: string;
  readonly source: string;
  readonly destination: string;
  readonly href: string;
  readonly commitmentUs: number | null;
  /** The loss, in percent, up to which the plan calls it normal; null: no plan judges the path. */
  readonly lossLimitPercent: string | null;
  readonly windows: Readonly<Record<WindowKind, Cell>>;
}

export const pathHref = (path: string): string =>
  `/paths/${path.split('>').map(encodeURIComponent).join('/')}`;

/** The level of a band by its place in a plan's list; one that is not in it is the worst. */
export function levelOf(id: string, bands: readonly string[] = []): ShownBand['level'] {
  const index = bands.indexOf(id);
  return index < 0 ? 3 : (Math.min(3, index) as ShownBand['level']);
}

export const shownBand = (id: string | null, bands?: readonly string[]): ShownBand | null =>
  id === null ? null : { id, level: levelOf(id, bands) };

/** The answer of the mesh, path by path. */
export function meshPaths(mesh: MeshJson, plansOf: Plans): MeshPath[] {
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
      lossLimitPercent: lossLimitOf(plansOf, mesh.plan[n] ?? ''),
      windows: Object.fromEntries(windowKinds.map((kind) => [kind, cell(kind)])) as Record<WindowKind, Cell>,
    };
  });
}

type Plans = ReadonlyMap<string, { readonly versions: readonly Pick<PlanVersion, 'loss'>[] }>;

function lossLimitOf(plans: Plans, id: string): string | null {
  const upTo = plans.get(id)?.versions.at(-1)?.loss.bands[0]?.upToPercent ?? null;
  return upTo === null ? null : formatShort(upTo);
}

export const worse = (one: ShownBand | null, other: ShownBand | null): ShownBand | null => {
  if (one === null || other === null) return one ?? other;
  return other.level > one.level ? other : one;
};
