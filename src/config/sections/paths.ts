import { z } from 'zod';
import { isPopId, pathEnds, pathId, popIdRule } from '../../core/path.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import {
  bounds,
  given,
  hostName,
  instant,
  ipv4,
  ipv6,
  latency,
  name,
  scalar,
  textual,
  withoutNulls,
  wrong,
} from '../scalars.js';
import { buildProbe, plainProbe, type ProbeOptions, probeSchema, type RawProbe } from './measurement.js';

export interface Pop {
  readonly id: PopId;
  readonly name: string;
  readonly region: string | null;
  /** At least one of the three is given. A literal address is preferred to a host name. */
  readonly ipv4: string | null;
  readonly ipv6: string | null;
  readonly host: string | null;
  readonly coordinates: { readonly latitude: number; readonly longitude: number } | null;
}

export const popId = () => textual(popIdRule, (text) => (isPopId(text) ? text : wrong('is not a PoP id')));

const coordinates = () =>
  scalar('[latitude from -90 to 90, longitude from -180 to 180], in degrees', (input) => {
    if (!Array.isArray(input) || input.length !== 2) return wrong('is not a pair of numbers');
    const [latitude, longitude] = input as unknown[];
    if (!Number.isFinite(latitude) || !Number.isFinite(longitude)) return wrong('is not a pair of numbers');
    if (Math.abs(latitude as number) > 90) return wrong('has a latitude out of range');
    if (Math.abs(longitude as number) > 180) return wrong('has a longitude out of range');
    return { latitude: latitude as number, longitude: longitude as number };
  });

const popSchema = z.strictObject({
  id: popId(),
  name: name(100).optional(),
  region: name(64).optional(),
  ipv4: ipv4().optional(),
  ipv6: ipv6().optional(),
  host: hostName().optional(),
  coordinates: coordinates().optional(),
});

/** Points of presence. */
export const popSection = {
  schema: popSchema,
  build: (raw: z.output<typeof popSchema>): Pop => {
    const { id, name: called = id, region = null, ipv4: v4 = null, ipv6: v6 = null, host = null } = raw;
    return { id, name: called, region, ipv4: v4, ipv6: v6, host, coordinates: raw.coordinates ?? null };
  },
  show: ({ coordinates: place, ...pop }: Pop): object =>
    withoutNulls({ ...pop, coordinates: place && [place.latitude, place.longitude] }),
};

export interface PathConfig {
  readonly id: PathId;
  readonly source: PopId;
  readonly destination: PopId;
  /** Slots in [from, to) are due; null: no bound. */
  readonly from: EpochMs | null;
  readonly to: EpochMs | null;
  /** How its packets are made; left out where the file asks for nothing. */
  readonly probe?: ProbeOptions;
}

const form = 'SOURCE>DESTINATION, two different PoP ids';

/** One directed path. */
export const path = () =>
  textual(form, (text) => {
    const [source, destination] = text.split('>');
    if (source === destination && isPopId(source ?? '')) return wrong('is a path from a PoP to itself');
    return pathEnds(text) === null ? wrong('is not a path') : (text as PathId);
  });

/** One path, or `SOURCE>*`, those to every other PoP. */
const pathPattern = () =>
  textual(`${form}, or SOURCE>* for those to every other PoP`, (text) => {
    const [source, destination] = text.split('>');
    if (source === destination && isPopId(source ?? '')) return wrong('is a path from a PoP to itself');
    const all = text === `${source ?? ''}>*` && isPopId(source ?? '');
    return pathEnds(text) === null && !all ? wrong('is not a path') : (text as PathId);
  });

const entry = z.strictObject({
  path: pathPattern(),
  from: instant().optional(),
  to: instant().optional(),
  probe: probeSchema.optional(),
});

/** `'HKG>SIN'` is short for `{ path: 'HKG>SIN' }`. */
type IncludeEntry = z.output<typeof entry>;

const pathsSchema = z.strictObject({
  include: z
    .array(z.preprocess((input) => (typeof input === 'string' ? { path: input } : input), entry))
    .optional(),
  exclude: z.array(path()).default([]),
});

export interface ChosenPath {
  readonly id: PathId;
  readonly source: PopId;
  readonly destination: PopId;
  /** What asked for it. */
  readonly entry: IncludeEntry;
}

/**
 * The paths from each of the sources: the full mesh, or those of `include`, less those of `exclude`; sorted by id. An
 * entry that names a path goes before one that takes it in with `*`, whatever their order.
 */
export function expandPaths(options: {
  readonly sources: readonly PopId[];
  readonly pops: readonly PopId[];
  readonly include: readonly IncludeEntry[] | undefined;
  readonly exclude: readonly PathId[];
}): ChosenPath[] {
  const { sources, pops, include, exclude } = options;
  const left = new Set(exclude);
  const entries = new Map<PopId, IncludeEntry[]>();
  for (const entry of include ?? []) {
    const source = entry.path.slice(0, entry.path.indexOf('>'));
    entries.set(source, [...(entries.get(source) ?? []), entry]);
  }
  return sources
    .flatMap((source) =>
      pathsFrom(source, pops, include ? (entries.get(source) ?? []) : [{ path: `${source}>*` }]),
    )
    .filter(({ id }) => !left.has(id))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
}

function pathsFrom(source: PopId, pops: readonly PopId[], include: readonly IncludeEntry[]): ChosenPath[] {
  const chosen = new Map<PopId, IncludeEntry>();
  for (const entry of include.filter(({ path }) => path.endsWith('>*'))) {
    for (const pop of pops) if (pop !== source) chosen.set(pop, entry);
  }
  for (const entry of include) {
    const ends = pathEnds(entry.path);
    if (ends !== null) chosen.set(ends.destination, entry);
  }
  return [...chosen].map(([destination, entry]) => ({
    id: pathId(source, destination),
    source,
    destination,
    entry,
  }));
}

/** Whose paths a daemon's configuration speaks of: its own PoP's; a hub's those of all PoPs. */
export function sourcesOf(options: {
  readonly role: string | undefined;
  readonly agent: PopId | undefined;
  readonly pops: readonly PopId[];
}): readonly PopId[] {
  if (options.role === 'hub') return options.pops;
  return options.agent === undefined ? [] : [options.agent];
}

interface PathsOf {
  readonly sources: readonly PopId[];
  readonly pops: readonly PopId[];
  /** What holds for every path that says nothing else. */
  readonly probe: RawProbe | undefined;
}

/** Which directed paths are measured. */
export const pathsSection = {
  schema: pathsSchema,
  build: (
    { include, exclude }: z.output<typeof pathsSchema>,
    { sources, pops, probe: usual }: PathsOf,
  ): PathConfig[] =>
    expandPaths({ sources, pops, include, exclude }).map(
      ({ id, source, destination, entry: { from = null, to = null, probe: pathProbe } }) => {
        const probe = buildProbe({ ...usual, ...given(pathProbe ?? {}) });
        return { id, source, destination, from, to, ...(probe === null ? {} : { probe }) };
      },
    ),
  show: (paths: readonly PathConfig[]): object => ({ include: paths.map(plainPath), exclude: [] }),
};

function plainPath({ id, from, to, probe }: PathConfig): object | string {
  if (from === null && to === null && probe === undefined) return id;
  return withoutNulls({
    path: id,
    ...bounds({ from, to }),
    probe: probe === undefined ? null : plainProbe(probe),
  });
}

/** What latency is promised, in both directions for a pair of regions. */
export interface CommitmentConfig {
  readonly scope:
    | { readonly kind: 'path'; readonly path: PathId }
    | { readonly kind: 'regions'; readonly regions: readonly [string, string] };
  /** Milliseconds as a decimal with at most three places, as written: `35`, `35.250`. */
  readonly latencyMs: string;
  /** From when it holds. */
  readonly from: EpochMs | null;
}

const regions = () =>
  scalar(
    'a pair of regions of the PoPs, such as [asia-east, europe]',
    (input): readonly [string, string] | ReturnType<typeof wrong> => {
      if (!Array.isArray(input) || input.length !== 2) return wrong('is not a pair of regions');
      const [one, other] = input as unknown[];
      if (typeof one !== 'string' || typeof other !== 'string') return wrong('is not a pair of regions');
      return [one, other];
    },
  );

const commitmentSchema = z.strictObject({
  path: path().optional(),
  regions: regions().optional(),
  latency: latency(),
  from: instant().optional(),
});

/** The latencies that were promised. */
export const commitmentSection = {
  schema: commitmentSchema,
  build: (raw: z.output<typeof commitmentSchema>): CommitmentConfig => {
    const { path: of, regions: pair, latency: latencyMs, from = null } = raw;
    if (of !== undefined) return { scope: { kind: 'path', path: of }, latencyMs, from };
    if (pair !== undefined) return { scope: { kind: 'regions', regions: pair }, latencyMs, from };
    throw new Error('a commitment passed the checks without a scope');
  },
  show: ({ scope, latencyMs, from }: CommitmentConfig): object =>
    withoutNulls({
      ...(scope.kind === 'path' ? { path: scope.path } : { regions: scope.regions }),
      latency: `${latencyMs}ms`,
      ...bounds({ from }),
    }),
};
