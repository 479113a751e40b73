import type { FastifyInstance } from 'fastify';
import { isPathId } from '../core/path/path.js';
import type { PathId } from '../core/types.js';
import { roundJson } from '../render/rounds/json.js';
import type { RoundQuery, RoundStore } from '../store/store.js';
import { formatCursor, parseCursor } from './cursor.js';
import { readInstant, readParameters, type Reading } from './parameters.js';
import { BadRequest } from './problem.js';

const defaultLimit = 100;
const maxLimit = 1000;

/** `/api/v1/rounds`: newest first, a page at a time; `nextCursor` asks for the page behind, null at the end. */
export function roundRoutes(server: FastifyInstance, store: Pick<RoundStore, 'list'>): void {
  server.get('/api/v1/rounds', async (request) => {
    const query = roundQuery(request.query);
    // One more than asked for tells whether there is another page.
    const found = await store.list({ ...query, limit: query.limit + 1 });
    const page = found.slice(0, query.limit);
    const last = page.at(-1);
    const nextCursor = last && found.length > query.limit ? formatCursor(last) : null;
    return { rounds: page.map(roundJson), nextCursor };
  });
}

function roundQuery(parameters: unknown): RoundQuery {
  const { path, from, to, limit, cursor } = readParameters(parameters, {
    path: readPath,
    from: readInstant,
    to: readInstant,
    limit: readLimit,
    cursor: parseCursor,
  });
  if (from !== undefined && to !== undefined && from >= to) {
    throw new BadRequest([{ parameter: 'to', detail: 'must be after from' }]);
  }
  return {
    limit: limit ?? defaultLimit,
    ...(path !== undefined && { path }),
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(cursor !== undefined && { after: cursor }),
  };
}

function readPath(text: string): Reading<PathId> {
  return isPathId(text) ? { value: text } : { detail: 'is not a path; allowed: SOURCE>DESTINATION' };
}

function readLimit(text: string): Reading<number> {
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return limit >= 1 && limit <= maxLimit
    ? { value: limit }
    : { detail: `is not in range; allowed: a whole number from 1 to ${maxLimit}` };
}
