import { pathId } from '../../core/path/path.js';
import type { PathId, PopId } from '../../core/types.js';
import { chanceOf } from './chance.js';
import { cities, distanceKm, type City } from './cities.js';

/** What a path is like on a quiet day. */
export interface Link {
  readonly id: PathId;
  readonly source: City;
  readonly destination: City;
  readonly delayUs: number;
  /** Standard deviation of its jitter. */
  readonly jitterUs: number;
  /** Chance of a packet to be lost. */
  readonly loss: number;
  /** What the busiest hour adds to the delay. */
  readonly busyUs: number;
}

export interface SimulatedPop extends City {
  readonly ipv4: string;
}

export interface Backbone {
  readonly seed: number;
  readonly pops: readonly SimulatedPop[];
  /** Full mesh, directed, by source and destination in the order of the PoPs. */
  readonly links: readonly Link[];
}

export const mostPops = cities.length;

/** Light in fibre does some 204 km a millisecond; there and back, 102. */
const kmPerRoundTripMs = 102;

/** Who stands where, and how far apart. */
export function buildBackbone(seed: number, count: number): Backbone {
  const pops = cities.slice(0, count).map((one, index) => ({ ...one, ipv4: addressOf(index) }));
  const links = pops.flatMap((source) =>
    pops.filter((other) => other !== source).map((destination) => linkOf(seed, source, destination)),
  );
  return { seed, pops, links };
}

/** Of the range that is set aside for benchmarks (RFC 2544), so that nobody is probed by mistake. */
const addressOf = (index: number): string => `198.18.${Math.floor(index / 200)}.${(index % 200) + 11}`;

/** Both directions lie in the same fibre; the way back through the equipment differs a little. */
function linkOf(seed: number, source: City, destination: City): Link {
  const both = [source.id, destination.id].sort().join('-');
  const fibre = chanceOf(seed, `fibre ${both}`);
  const own = chanceOf(seed, `path ${source.id}>${destination.id}`);
  const km = distanceKm(source, destination);
  const detour = km < 500 ? fibre.between(1.4, 2) : fibre.between(1.22, 1.55);
  const equipmentUs = fibre.between(300, 900) + own.between(0, 120);
  const delayUs = Math.round((km * detour * 1000) / kmPerRoundTripMs + equipmentUs);
  return {
    id: pathId(source.id, destination.id),
    source,
    destination,
    delayUs,
    jitterUs: Math.round(own.between(40, 120) + delayUs / 1500),
    loss: fibre.between(0.000_02, 0.000_4),
    busyUs: Math.round(fibre.between(0.004, 0.02) * delayUs + 150),
  };
}

export const linkBetween = (backbone: Backbone, source: PopId, destination: PopId): Link | undefined =>
  backbone.links.find((link) => link.source.id === source && link.destination.id === destination);
