import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { roundStatuses, stampSources } from '../core/measurement/round.js';
import { roundJson } from '../render/rounds/json.js';
import type { RoundQuery, RoundStore } from '../store/store.js';
import { cursor, formatCursor, type Place } from './cursor.js';
import { BadRequest } from './problem.js';
import { isoTime } from './route/answers.js';
import { instant, limit, path } from './route/input.js';
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

const round = z.strictObject({
  ...{ path: z.string(), slot: isoTime(), status: z.enum(roundStatuses), reason: z.string().nullable() },
  ...{ startedAt: isoTime().nullable(), endedAt: isoTime().nullable(), address: z.string().nullable() },
  ...{ lostAfterMs: count.nullable(), provenance: provenance.nullable(), sizes: z.array(size) },
});

const query = z.strictObject({
  path: path().optional(),
  from: instant().optional(),
  to: instant().optional(),
  limit: limit().optional(),
  cursor: cursor().optional(),
});

/** `/api/v1/rounds`: newest first, a page at a time; `nextCursor` asks for the page behind, null at the end. */
export function roundRoutes(server: FastifyInstance, store: Pick<RoundStore, 'list'>): void {
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
      // One more than asked for tells whether there is another page.
      const found = await store.list({ ...wanted, limit: wanted.limit + 1 });
      const page = found.slice(0, wanted.limit);
      const last: Place | undefined = page.at(-1);
      const nextCursor = last && found.length > wanted.limit ? formatCursor(last) : null;
      return { rounds: page.map(roundJson), nextCursor };
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
