import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { icmpErrorKinds, roundStatuses, stampSources } from '../core/measurement/round.js';
import type { SlotSummary } from '../core/measurement/figures.js';
import { isPathId } from '../core/path.js';
import { clip, type IntervalSet } from '../core/time/intervals.js';
import type { EpochMs, PathId } from '../core/types.js';
import { isoInstant } from '../render/figures.js';
import { packetsJson, roundJson } from '../render/rounds.js';
import type { RoundQuery, RoundStore } from '../store/store.js';
import { BadRequestError } from './problem.js';
import { addOperation, isoTime } from './route/route.js';
import { ending, instant, limit, path, type Reading, text } from './route/input.js';

/** The place of a round in a list of rounds. */
interface Place {
  readonly slot: EpochMs;
  readonly path: PathId;
}

/** Opaque to the caller, and safe in a URL. */
function formatCursor({ slot, path }: Place): string {
  return Buffer.from(`${slot} ${path}`).toString('base64url');
}

const cursor = () => text(parseCursor, { description: 'the nextCursor of an answer', maxLength: 200 });

function parseCursor(given: string): Reading<Place> {
  const [slot = '', path = ''] = Buffer.from(given, 'base64url').toString().split(' ');
  return /^\d{1,15}$/.test(slot) && isPathId(path)
    ? { value: { slot: Number(slot), path } }
    : { detail: 'is not a cursor; allowed: the nextCursor of an answer' };
}

const defaultLimit = 100;
const count = z.int().min(0);
const microseconds = z.number().nullable();

const size = z.strictObject({
  bytes: count,
  sent: count,
  received: count,
  lost: count,
  late: count,
  errors: count,
  notSent: count,
  duplicates: count,
  mismatched: count,
  lossPpm: z.number().nullable(),
  rttMeanUs: microseconds,
  rttMinUs: microseconds,
  rttMaxUs: microseconds,
});

const provenance = z.strictObject({
  driver: z.string(),
  stamps: z.enum(stampSources),
  fallbackStamps: count,
  socketDrops: count.nullable(),
  sendLagUs: microseconds,
  calibration: z.strictObject({ p50Us: z.number(), p99Us: z.number() }).nullable(),
});

const icmpError = z.strictObject({
  bytes: count,
  error: z.enum(icmpErrorKinds),
  type: count,
  code: count,
  from: z.string().nullable().meta({ description: 'the router or host that sent it' }),
  mtu: count.nullable().meta({ description: 'the next hop’s, of "packet too big"' }),
  count,
});

const round = z.strictObject({
  path: z.string(),
  slot: isoTime(),
  status: z.enum(roundStatuses),
  reason: z.string().nullable(),
  startedAt: isoTime().nullable(),
  endedAt: isoTime().nullable(),
  address: z.string().nullable(),
  lostAfterMs: count.nullable(),
  provenance: provenance.nullable(),
  sizes: z.array(size),
  icmpErrors: z.array(icmpError).meta({
    description: 'every kind of ICMP error message that came for the packets, by size and by who sent it',
  }),
});

const query = z.strictObject({
  path: path().optional(),
  from: instant().optional(),
  to: ending().optional(),
  limit: limit().optional(),
  cursor: cursor().optional(),
});

const packet = z
  .union([
    z.number(),
    z.null(),
    z.strictObject({ late: z.number() }),
    z.strictObject({ error: z.string() }),
    z.strictObject({ notSent: z.string() }),
  ])
  .meta({ description: 'the RTT in microseconds; null: lost' });
const packets = z.strictObject({
  path: z.string(),
  slot: isoTime(),
  sizes: z.array(
    z.strictObject({ bytes: count, packets: z.array(packet), duplicates: count, mismatched: count }),
  ),
});

/** `/api/v1/rounds`: newest first, a page at a time; `nextCursor` asks for the page behind, null at the end. */
export function roundRoutes(
  server: FastifyInstance,
  store: Pick<RoundStore, 'list' | 'packets'>,
  everyMs: () => number,
) {
  const listRounds = addOperation(server, {
    method: 'GET',
    url: '/api/v1/rounds',
    operationId: 'listRounds',
    tag: 'rounds',
    access: 'rounds:read',
    summary: 'Rounds and missing slots, newest first.',
    query,
    answer: {
      description: 'a page of rounds',
      schema: z.strictObject({ rounds: z.array(round), nextCursor: z.string().nullable() }),
    },
    handle: async (asked) => {
      const wanted = roundQuery(asked.query);
      const scope = asked.caller.scope();
      // One more than asked for tells whether there is another page.
      const more = { ...wanted, limit: wanted.limit + 1 };
      const found = await (scope === null
        ? store.list(more)
        : listOwn({ store, usedTimes: scope.paths, everyMs: everyMs() }, more));
      const page = found.slice(0, wanted.limit);
      const last: Place | undefined = page.at(-1);
      const nextCursor = last && found.length > wanted.limit ? formatCursor(last) : null;
      return { rounds: page.map(roundJson), nextCursor };
    },
  });
  const getRoundPackets = addOperation(server, {
    method: 'GET',
    url: '/api/v1/rounds/packets',
    operationId: 'getRoundPackets',
    tag: 'rounds',
    access: 'rounds:read',
    summary: 'Every packet of a round, in the order of sending, as long as they are kept.',
    query: z.strictObject({ path: path(), slot: instant() }),
    answer: { description: 'the packets', schema: packets },
    handle: async ({ query: { path: on, slot }, caller }) => {
      const scope = caller.scope();
      const times = scope?.paths.get(on) ?? [];
      if (scope !== null && !times.some(({ from, to }) => from <= slot && slot < to)) return null;
      const sizes = await store.packets(on, slot);
      return sizes && { path: on, slot: isoInstant(slot), sizes: sizes.map(packetsJson) };
    },
  });
  return { listRounds, getRoundPackets };
}

function roundQuery({ limit: most, cursor: after, ...rest }: z.output<typeof query>): RoundQuery {
  const { path: on, from, to } = rest;
  if (from !== undefined && to !== undefined && from >= to) {
    throw new BadRequestError([{ parameter: 'to', detail: 'must be after from' }]);
  }
  return {
    limit: most ?? defaultLimit,
    ...(on !== undefined && { path: on }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(after !== undefined && { after }),
  };
}

interface OwnRounds {
  readonly store: Pick<RoundStore, 'list'>;
  /** The paths, each with the times at which it is theirs. */
  readonly usedTimes: ReadonlyMap<PathId, IntervalSet>;
  /** How often a path is measured: what a page reaches back to is guessed by it. */
  readonly everyMs: number;
}

/**
 * Newest first, of those paths alone, each within its times. Stretch by stretch, back from the newest: to ask each of a
 * hundred paths for a whole page would read a hundred pages for one.
 */
export async function listOwn(
  { store, usedTimes, everyMs }: OwnRounds,
  { path: only, from: asked, to, after, limit }: RoundQuery,
): Promise<SlotSummary[]> {
  const paths = [...usedTimes].filter(([path]) => only === undefined || only === path);
  const from = Math.max(
    asked ?? -Infinity,
    Math.min(...paths.flatMap(([, times]) => times.map((t) => t.from))),
  );
  const end = Math.min(to ?? Infinity, (after?.slot ?? Infinity) + 1);
  const found: SlotSummary[] = [];
  let until = end;
  let back = Number.isFinite(end) ? end : await someEnd(store, paths);
  for (
    let width = everyMs * Math.ceil(limit / paths.length);
    found.length < limit && from < until;
    width *= 4
  ) {
    back -= width;
    const stretch = { from: Math.max(from, back), to: until };
    for (const [path, times] of paths) {
      for (const { from: first, to: last } of clip(times, stretch)) {
        const within = { path, from: first, ...(Number.isFinite(last) && { to: last }) };
        found.push(...(await store.list({ ...within, limit, ...(after && { after }) })));
      }
    }
    until = stretch.from;
  }
  return found
    .sort((a, b) => b.slot - a.slot || (a.path < b.path ? -1 : a.path > b.path ? 1 : 0))
    .slice(0, limit);
}

/** The newest slot of the first that has any, of those that are theirs longest: what others have behind it comes too. */
async function someEnd(
  store: Pick<RoundStore, 'list'>,
  paths: readonly (readonly [PathId, IntervalSet])[],
): Promise<EpochMs> {
  const ends = ([, times]: (typeof paths)[number]): number => times.at(-1)?.to ?? -Infinity;
  for (const [path] of paths.toSorted((a, b) => (ends(b) > ends(a) ? 1 : ends(b) < ends(a) ? -1 : 0))) {
    const [newest] = await store.list({ path, limit: 1 });
    if (newest) return newest.slot + 1;
  }
  return -Infinity;
}
