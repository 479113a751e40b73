import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { clip } from '../core/time/intervals.js';
import type { EpochMs, PathId } from '../core/types.js';
import { isoInstant } from '../render/figures.js';
import { staleWhileRevalidate } from '../services/cache.js';
import type { RoundStore, SeriesPoint, SeriesQuery } from '../store/store.js';
import { BadRequestError } from './problem.js';
import { addOperation, isoTime } from './route/route.js';
import { instant, limit, path } from './route/input.js';

const defaultPoints = 96;

interface SeriesOptions {
  readonly store: Pick<RoundStore, 'series'>;
  /** How often a path is measured. */
  readonly everyMs: () => number;
  readonly now: () => EpochMs;
}

/** A key of the cache, which has texts for keys. */
const keyOf = ({ path: on, from, to, origin, stepMs }: SeriesQuery): string =>
  [from, to, origin, stepMs, on].join(' ');

function queryOf(key: string): SeriesQuery {
  const [from = '', to = '', origin = '', stepMs = '', on = ''] = key.split(' ');
  return {
    path: on as PathId,
    from: Number(from),
    to: Number(to),
    origin: Number(origin),
    stepMs: Number(stepMs),
  };
}

/**
 * `/api/v1/rounds/series`: a path over time in a bounded number of points, added up by the database, so that a chart
 * costs the same however often a path is measured.
 */
export function seriesRoutes(server: FastifyInstance, { store, everyMs, now }: SeriesOptions) {
  const cached = staleWhileRevalidate({
    make: (key) => store.series(queryOf(key)),
    basis: () => Promise.resolve(''),
    now,
    freshMs: 60_000,
    most: 500,
  });
  const getSeries = addOperation(server, {
    method: 'GET',
    url: '/api/v1/rounds/series',
    operationId: 'getSeries',
    tag: 'rounds',
    access: 'rounds:read',
    summary: 'The means of a path over time, in steps of whole slots, for a chart.',
    query: z.strictObject({ path: path(), from: instant(), to: instant(), points: limit().optional() }),
    answer: {
      description: 'the steps that have a round, oldest first; they decide nothing',
      schema: z.strictObject({
        path: z.string(),
        stepMs: z.int().min(1),
        points: z.array(
          z.strictObject({
            at: isoTime().meta({ description: 'the beginning of the step' }),
            rounds: z.int().min(1).meta({ description: 'held in the step' }),
            latencyUs: z.int().nullable().meta({ description: 'null: nothing came back' }),
            lossPpm: z.int(),
          }),
        ),
      }),
    },
    handle: async ({ query: { path: on, from, to, points = defaultPoints }, caller }) => {
      if (from >= to) throw new BadRequestError([{ parameter: 'to', detail: 'must be after from' }]);
      const scope = caller.scope();
      const times = scope === null ? [{ from, to }] : clip(scope.paths.get(on) ?? [], { from, to });
      const stepMs = Math.ceil((to - from) / points / everyMs()) * everyMs();
      const found: SeriesPoint[] = [];
      for (const time of times) {
        found.push(...(await cached(keyOf({ path: on, ...time, origin: from, stepMs }))));
        // SQLite answers at once: whoever asks for many paths lets others have their turn.
        await new Promise(setImmediate);
      }
      return {
        path: on,
        stepMs,
        points: found.map(({ step, rounds, latencyUs, loss }) => ({
          at: isoInstant(from + step * stepMs),
          rounds,
          latencyUs: latencyUs === null ? null : Math.round(latencyUs),
          lossPpm: Math.round(loss * 1_000_000),
        })),
      };
    },
  });
  return { getSeries };
}
