import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { icmpErrorKinds } from '../core/measurement/packet.js';
import { roundStatuses, stampSources } from '../core/measurement/round.js';
import { packetsJson } from '../render/rounds/packets.js';
import { roundJson } from '../render/rounds/json.js';
import type { RoundQuery, RoundStore } from '../store/store.js';
import { isoInstant } from '../render/instant.js';
import { cursor, formatCursor, type Place } from './cursor.js';
import { listOwn } from './own-rounds.js';
import { BadRequest } from './problem.js';
import { isoTime } from './route/answers.js';
import { ending, instant, limit, path } from './route/input.js';
import { addRoute } from './route/route.js';

const defaultLimit = 100;
const count = z.int().min(0);
const microseconds = z.number().nullable();

const size = z.strictObject({
  ...{ bytes: count, sent: count, received: count, lost: count, late: count, errors: count },
  ...{ notSent: count, duplicates: count, mismatched: count, lossPpm: z.number().nullable() },
  ...{ rttMeanUs: microseconds, rttMinUs: microseconds, rttMaxUs: microseconds },
});

const provenance = z.strictObject({
  ...{ driver: z.string(), stamps: z.enum(stampSources), fallbackStamps: count },
  ...{ socketDrops: count.nullable(), sendLagUs: microseconds },
  calibration: z.strictObject({ p50Us: z.number(), p99Us: z.number() }).nullable(),
});

const icmpError = z.strictObject({
  ...{ bytes: count, error: z.enum(icmpErrorKinds), type: count, code: count },
  from: z.string().nullable().meta({ description: 'the router or host that sent it' }),
  mtu: count.nullable().meta({ description: 'the next hop’s, of "packet too big"' }),
  count,
});

const round = z.strictObject({
  ...{ path: z.string(), slot: isoTime(), status: z.enum(roundStatuses), reason: z.string().nullable() },
  ...{ startedAt: isoTime().nullable(), endedAt: isoTime().nullable(), address: z.string().nullable() },
  ...{ lostAfterMs: count.nullable(), provenance: provenance.nullable(), sizes: z.array(size) },
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
  ...{ path: z.string(), slot: isoTime() },
  sizes: z.array(
    z.strictObject({ bytes: count, packets: z.array(packet), duplicates: count, mismatched: count }),
  ),
});

/** `/api/v1/rounds`: newest first, a page at a time; `nextCursor` asks for the page behind, null at the end. */
export function roundRoutes(
  server: FastifyInstance,
  store: Pick<RoundStore, 'list' | 'packets'>,
  everyMs: () => number,
): void {
  addRoute(server, {
    ...{
      method: 'GET',
      url: '/api/v1/rounds',
      operationId: 'listRounds',
      tag: 'rounds',
      access: 'rounds:read',
    },
    summary: 'Rounds and missing slots, newest first.',
    query,
    answer: {
      description: 'a page of rounds',
      schema: z.strictObject({ rounds: z.array(round), nextCursor: z.string().nullable() }),
    },
    handle: async (asked) => {
      const wanted = roundQuery(asked.query);
      const own = asked.caller.own();
      // One more than asked for tells whether there is another page.
      const more = { ...wanted, limit: wanted.limit + 1 };
      const found = await (own === null
        ? store.list(more)
        : listOwn({ store, own: own.paths, everyMs: everyMs() }, more));
      const page = found.slice(0, wanted.limit);
      const last: Place | undefined = page.at(-1);
      const nextCursor = last && found.length > wanted.limit ? formatCursor(last) : null;
      return { rounds: page.map(roundJson), nextCursor };
    },
  });
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/rounds/packets', operationId: 'getRoundPackets', tag: 'rounds' },
    access: 'rounds:read',
    summary: 'Every packet of a round, in the order of sending, as long as they are kept.',
    query: z.strictObject({ path: path(), slot: instant() }),
    answer: { description: 'the packets', schema: packets },
    handle: async ({ query: { path: on, slot }, caller }) => {
      const own = caller.own();
      const times = own?.paths.get(on) ?? [];
      if (own !== null && !times.some(({ from, to }) => from <= slot && slot < to)) return null;
      const sizes = await store.packets(on, slot);
      return sizes && { path: on, slot: isoInstant(slot), sizes: sizes.map(packetsJson) };
    },
  });
}

function roundQuery({ limit: most, cursor: after, ...rest }: z.output<typeof query>): RoundQuery {
  const { path: on, from, to } = rest;
  if (from !== undefined && to !== undefined && from >= to) {
    throw new BadRequest([{ parameter: 'to', detail: 'must be after from' }]);
  }
  return {
    limit: most ?? defaultLimit,
    ...(on !== undefined && { path: on }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(after !== undefined && { after }),
  };
}
