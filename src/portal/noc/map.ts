import type { FastifyInstance } from 'fastify';
import { pathEnds } from '../../core/path.js';
import { pathHref, type ShownBand, shownBand, worse } from '../customer/paths-shown.js';
import { addPage, type Answer, type PortalOptions } from '../page.js';
import type { Network } from './now.js';

type Pop = Network['pops'][number];

interface Place {
  readonly x: number;
  readonly y: number;
}

interface MapPop extends Pop, Place {
  readonly label: Place & { readonly anchor: 'start' | 'end' | 'middle' };
}

/** A pair of PoPs by the worse of its directions; `level` null: none of them was measured. */
interface MapLine {
  readonly from: Place;
  readonly to: Place;
  readonly level: ShownBand['level'] | null;
  readonly paths: readonly string[];
  readonly href: string;
}

interface NetworkMap {
  readonly width: number;
  readonly height: number;
  /** Of the land, in degrees of longitude and latitude: the left edge, the top, and the size. */
  readonly land: { readonly copies: readonly number[]; readonly scale: number; readonly top: number };
  /** The worst lines last: they lie above the others. */
  readonly lines: readonly MapLine[];
  readonly pops: readonly MapPop[];
  /** PoPs without coordinates. */
  readonly elsewhere: readonly Pop[];
}

const width = 1000;
const margin = 0.12;
/** Degrees: a mesh of one city is not shown street by street. */
const leastSpan = 24;

/** Where the map is cut: in the middle of the widest gap between longitudes. */
function westOf(longitudes: readonly number[]): number {
  const sorted = [...new Set(longitudes)].sort((a, b) => a - b);
  let [west, widest] = [sorted[0] ?? 0, -1];
  for (const [index, at] of sorted.entries()) {
    const before = sorted[index - 1] ?? (sorted.at(-1) ?? 0) - 360;
    if (at - before > widest) [west, widest] = [at, at - before];
  }
  return west;
}

/** The mesh on a plain map: degrees are squares. */
export function networkMap(pops: readonly Pop[], mesh: Answer<'getMesh'>): NetworkMap {
  const placed = pops.flatMap((pop) => (pop.coordinates ? [{ pop, ...pop.coordinates }] : []));
  const west = westOf(placed.map(({ longitude }) => longitude));
  const east = (longitude: number): number => (longitude - west + 720) % 360;
  const spanX = Math.max(leastSpan, ...placed.map(({ longitude }) => east(longitude)));
  const latitudes = placed.map(({ latitude }) => latitude);
  const [south, north] = [Math.min(90, ...latitudes), Math.max(-90, ...latitudes)];
  const spanY = Math.max(leastSpan / 2, north - south);
  const used = Math.max(0, ...placed.map(({ longitude }) => east(longitude)));
  // What is narrower than the least is in the middle of it.
  const left = west - (spanX - used) / 2 - spanX * margin;
  const scale = width / (spanX * (1 + 2 * margin));
  const top = (north + south) / 2 + (spanY / 2) * (1 + 4 * margin);
  const height = Math.min(760, Math.max(360, Math.round(spanY * (1 + 4 * margin) * scale)));
  const shift = (height / scale - spanY * (1 + 4 * margin)) / 2;
  const placeOf = ({
    latitude,
    longitude,
  }: {
    readonly latitude: number;
    readonly longitude: number;
  }): Place => ({
    x: round((west + east(longitude) - left) * scale),
    y: round((top + shift - latitude) * scale),
  });
  const places = new Map(placed.map((one) => [one.pop.id, placeOf(one)]));
  const known = placed.map(({ pop }) => ({ ...pop, ...(places.get(pop.id) ?? { x: 0, y: 0 }) }));
  return {
    width,
    height,
    land: {
      copies: [-360, 0, 360].map((turn) => round((turn - 180 - left) * scale)),
      scale: round(scale),
      top: round((top + shift - 90) * scale),
    },
    lines: linesOf(mesh, places),
    pops: labelled(known),
    elsewhere: pops.filter(({ coordinates }) => coordinates === null),
  };
}

const round = (value: number): number => Math.round(value * 100) / 100;

function linesOf(mesh: Answer<'getMesh'>, places: ReadonlyMap<string, Place>): MapLine[] {
  const { latencyBand, lossBand, held } = mesh.windows.round;
  const plans = new Map(mesh.plans.map((plan) => [plan.id, plan]));
  const lines = new Map<string, MapLine>();
  for (const [n, path] of mesh.paths.entries()) {
    const ends = pathEnds(path);
    const from = ends && places.get(ends.source);
    const to = ends && places.get(ends.destination);
    if (!ends || !from || !to) continue;
    const plan = plans.get(mesh.plan[n] ?? '');
    const worst = worse(
      shownBand(latencyBand[n] ?? null, plan?.latency),
      shownBand(lossBand[n] ?? null, plan?.loss),
    );
    const key = [ends.source, ends.destination].sort().join(' ');
    const level = (held[n] ?? 0) > 0 ? (worst?.level ?? 0) : null;
    const other = lines.get(key);
    const isWorse = other === undefined || (level ?? -1) > (other.level ?? -1);
    lines.set(key, {
      from,
      to,
      level: isWorse ? level : other.level,
      href: isWorse ? pathHref(path) : other.href,
      paths: [...(other?.paths ?? []), path],
    });
  }
  return [...lines.values()].sort((a, b) => (a.level ?? -1) - (b.level ?? -1));
}

/** Where the names of PoPs go: beside them, where no other name or PoP is. */
function labelled(pops: readonly (Pop & Place)[]): MapPop[] {
  const taken: { x1: number; x2: number; y1: number; y2: number }[] = pops.map(({ x, y }) => ({
    x1: x - 9,
    x2: x + 9,
    y1: y - 9,
    y2: y + 9,
  }));
  return pops.map((pop) => {
    const { x, y, id } = pop;
    // What is not up has its state beside its name.
    const wide = 11 * (id.length + (pop.state === 'down' || pop.state === 'maintenance' ? 14 : 0)) + 4;
    const options = [
      { dx: 13, dy: 6, anchor: 'start' as const },
      { dx: -13, dy: 6, anchor: 'end' as const },
      { dx: 0, dy: -14, anchor: 'middle' as const },
      { dx: 0, dy: 27, anchor: 'middle' as const },
      { dx: 13, dy: 24, anchor: 'start' as const },
      { dx: -13, dy: 24, anchor: 'end' as const },
      { dx: 13, dy: -12, anchor: 'start' as const },
      { dx: -13, dy: -12, anchor: 'end' as const },
    ].map(({ dx, dy, anchor }) => {
      const start = anchor === 'start' ? x + dx : anchor === 'end' ? x + dx - wide : x - wide / 2;
      return {
        label: { x: round(x + dx), y: round(y + dy), anchor },
        box: { x1: start, x2: start + wide, y1: y + dy - 16, y2: y + dy + 3 },
      };
    });
    const free = options.find(
      ({ box }) =>
        box.x1 >= 0 &&
        box.x2 <= width &&
        !taken.some((one) => box.x1 < one.x2 && box.x2 > one.x1 && box.y1 < one.y2 && box.y2 > one.y1),
    );
    const chosen = free ?? options[0];
    if (chosen) taken.push(chosen.box);
    return { ...pop, label: chosen?.label ?? { x, y, anchor: 'start' } };
  });
}

/** `/mesh/map`: the PoPs where they are, and the paths between them. */
export function mapPage(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  addPage(server, portal, {
    method: 'GET',
    url: '/mesh/map',
    access: 'network:read',
    handle: async ({ caller, shell }) => {
      const [network, mesh] = [await api.getNetwork(caller), await api.getMesh(caller)];
      return {
        view: 'mesh-map',
        title: shell.w.noc.map.title,
        scripts: ['htmx.js', 'live.js'],
        page: { at: network.at, down: network.down, map: networkMap(network.pops, mesh) },
      };
    },
  });
}
