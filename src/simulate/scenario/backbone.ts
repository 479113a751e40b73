import { pathId } from '../../core/path.js';
import type { Interval } from '../../core/time/intervals.js';
import type { PathId, PopId } from '../../core/types.js';

/** Chances that come again with the same seed and name, whatever else was drawn. */
export interface Chance {
  /** In [0, 1). */
  share(): number;
  /** A whole number in [from, to]. */
  whole(from: number, to: number): number;
  /** A number in [from, to). */
  between(from: number, to: number): number;
  pick<T>(of: readonly T[]): T;
  /** Some of them, each at most once, in an order of chance. */
  some<T>(of: readonly T[], count: number): T[];
}

/** A 32-bit generator (mulberry32), begun by the seed and the name (FNV-1a). */
export function chanceOf(seed: number, name: string): Chance {
  let state = 0x811c9dc5 ^ seed;
  for (const letter of `${seed}/${name}`) state = Math.imul(state ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  const share = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const whole = (from: number, to: number): number => from + Math.floor(share() * (to - from + 1));
  const pick = <T>(of: readonly T[]): T => {
    const chosen = of[whole(0, of.length - 1)];
    if (chosen === undefined) throw new RangeError('there is nothing to pick from');
    return chosen;
  };
  return {
    share,
    whole,
    between: (from, to) => from + share() * (to - from),
    pick,
    some: (of, count) => {
      const left = [...of];
      return Array.from({ length: Math.min(count, of.length) }, () => {
        const [taken] = left.splice(whole(0, left.length - 1), 1);
        return taken as (typeof of)[number];
      });
    },
  };
}

/** A city that a simulated PoP may stand in. */
interface City {
  readonly id: string;
  readonly name: string;
  readonly region: string;
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** Hours from UTC, without daylight saving: when people there keep the links busy. */
  readonly utcOffset: number;
  /** What its customers pay in. */
  readonly currency: string;
}

const city = (
  id: string,
  name: string,
  region: string,
  coordinates: readonly [latitude: number, longitude: number],
  utcOffset: number,
  currency: string,
): City => ({ id, name, region, latitude: coordinates[0], longitude: coordinates[1], utcOffset, currency });

/** In the order in which a backbone takes them in. */
const cities: readonly City[] = [
  city('HKG', 'Hong Kong', 'asia-east', [22.32, 114.17], 8, 'HKD'),
  city('SIN', 'Singapore', 'asia-southeast', [1.35, 103.82], 8, 'SGD'),
  city('FRA', 'Frankfurt', 'europe', [50.11, 8.68], 1, 'EUR'),
  city('LAX', 'Los Angeles', 'america-west', [34.05, -118.24], -8, 'USD'),
  city('TYO', 'Tokyo', 'asia-east', [35.68, 139.69], 9, 'JPY'),
  city('LON', 'London', 'europe', [51.51, -0.13], 0, 'GBP'),
  city('NYC', 'New York', 'america-east', [40.71, -74.01], -5, 'USD'),
  city('SHA', 'Shanghai', 'asia-east', [31.23, 121.47], 8, 'CNY'),
  city('SYD', 'Sydney', 'oceania', [-33.87, 151.21], 10, 'AUD'),
  city('DXB', 'Dubai', 'middle-east', [25.2, 55.27], 4, 'AED'),
  city('BOM', 'Mumbai', 'asia-south', [19.08, 72.88], 5.5, 'INR'),
  city('SAO', 'São Paulo', 'america-south', [-23.55, -46.63], -3, 'BRL'),
  city('BJS', 'Beijing', 'asia-east', [39.9, 116.41], 8, 'CNY'),
  city('SZX', 'Shenzhen', 'asia-east', [22.54, 114.06], 8, 'CNY'),
  city('SEL', 'Seoul', 'asia-east', [37.57, 126.98], 9, 'KRW'),
  city('TPE', 'Taipei', 'asia-east', [25.03, 121.57], 8, 'TWD'),
  city('MNL', 'Manila', 'asia-southeast', [14.6, 120.98], 8, 'PHP'),
  city('BKK', 'Bangkok', 'asia-southeast', [13.76, 100.5], 7, 'THB'),
  city('JKT', 'Jakarta', 'asia-southeast', [-6.21, 106.85], 7, 'USD'),
  city('AMS', 'Amsterdam', 'europe', [52.37, 4.9], 1, 'EUR'),
  city('PAR', 'Paris', 'europe', [48.86, 2.35], 1, 'EUR'),
  city('JNB', 'Johannesburg', 'africa', [-26.2, 28.05], 2, 'ZAR'),
  city('CHI', 'Chicago', 'america-east', [41.88, -87.63], -6, 'USD'),
  city('SJC', 'San Jose', 'america-west', [37.34, -121.89], -8, 'USD'),
];

const earthRadiusKm = 6371;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;

/** Along the great circle. */
function distanceKm(a: City, b: City): number {
  const [north, south] = [radians(a.latitude), radians(b.latitude)];
  const across = Math.sin((south - north) / 2) ** 2;
  const along = Math.sin(radians(b.longitude - a.longitude) / 2) ** 2;
  return 2 * earthRadiusKm * Math.asin(Math.sqrt(across + Math.cos(north) * Math.cos(south) * along));
}

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

export const maxPops = cities.length;

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
  const pathChance = chanceOf(seed, `path ${source.id}>${destination.id}`);
  const km = distanceKm(source, destination);
  const detour = km < 500 ? fibre.between(1.4, 2) : fibre.between(1.22, 1.55);
  const equipmentUs = fibre.between(300, 900) + pathChance.between(0, 120);
  const delayUs = Math.round((km * detour * 1000) / kmPerRoundTripMs + equipmentUs);
  return {
    id: pathId(source.id, destination.id),
    source,
    destination,
    delayUs,
    jitterUs: Math.round(pathChance.between(40, 120) + delayUs / 1500),
    loss: fibre.between(0.000_02, 0.000_4),
    busyUs: Math.round(fibre.between(0.004, 0.02) * delayUs + 150),
  };
}

/** The port answers nobody. */
export interface PortDown extends Interval {
  readonly kind: 'port-down';
  readonly pop: PopId;
}

/** The PoP reaches nobody and nobody reaches it: its own observer is isolated. */
export interface CutOff extends Interval {
  readonly kind: 'cut-off';
  readonly pop: PopId;
}

/** What a pair of PoPs has between it, in both directions. */
export interface BetweenTwo extends Interval {
  readonly kind: 'path-down' | 'lossy' | 'detour';
  readonly pops: readonly [PopId, PopId];
  /** `lossy`: the chance of a packet to be lost that is added. `detour`: how many times as long the way is. */
  readonly amount: number;
}

/** The daemon at a PoP does not run. */
export interface Away extends Interval {
  readonly kind: 'away';
  readonly pop: PopId;
  readonly how: 'stopped' | 'crashed';
}

export type Happening = PortDown | CutOff | BetweenTwo | Away;

/** Planned work at a PoP: the window that was told, and how long the port was really down in it. */
export interface Maintenance {
  readonly pop: PopId;
  readonly window: Interval;
  readonly down: readonly Interval[];
}

/** What happens to the backbone. */
export interface History {
  readonly period: Interval;
  readonly happenings: readonly Happening[];
  readonly maintenance: readonly Maintenance[];
}
