import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Suggestion } from '../../core/fault/suggestion.js';
import { isPathId } from '../../core/path/path.js';
import type { Interval } from '../../core/time/intervals.js';
import { suggestionJson } from '../../render/fault/json.js';
import { limit, path, text, type Reading } from '../route/input.js';
import { pageAnswer } from '../route/page.js';
import { addRoute } from '../route/route.js';
import { suggestion } from './answers.js';
import { usesPath, type FaultRoutes } from './reads.js';

type Place = Pick<Suggestion, 'firstSlot' | 'path'>;

const spell = ({ firstSlot, path: of }: Place): string =>
  Buffer.from(`${firstSlot} ${of}`).toString('base64url');

const place = () =>
  text(
    (given): Reading<Place> => {
      const [, slot = '', of = ''] =
        /^(\d{1,15}) (.{3,65})$/.exec(Buffer.from(given, 'base64url').toString()) ?? [];
      return isPathId(of)
        ? { value: { firstSlot: Number(slot), path: of } }
        : { detail: 'is not a cursor; allowed: the nextCursor of an answer' };
    },
    { description: 'the nextCursor of an answer', maxLength: 120 },
  );

const timeOf = ({ firstSlot, endedSlot, lastSlot }: Suggestion): Interval => ({
  from: firstSlot,
  to: (endedSlot ?? lastSlot) + 1,
});

/** `/api/v1/fault-suggestions`: the paths that ask for a report. */
export function suggestionRoute(server: FastifyInstance, { office }: Pick<FaultRoutes, 'office'>): void {
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/fault-suggestions', operationId: 'listFaultSuggestions' },
    ...{ tag: 'fault reports', access: 'faults:read' },
    summary: 'Paths whose latency or loss has been worse than normal for some rounds in a row, newest first.',
    query: z.strictObject({
      ...{ path: path().optional(), all: z.enum(['true', 'false']).optional() },
      ...{ limit: limit(500).optional(), cursor: place().optional() },
    }),
    answer: {
      description: 'those that go on, or all',
      schema: z.strictObject({ suggestions: z.array(suggestion), ...pageAnswer }),
    },
    handle: async ({ query: { path: of, all, limit: most = 500, cursor }, caller }) => {
      const shown: Suggestion[] = [];
      let before = cursor;
      // Somebody who sees few paths gets whole pages too, however many of others stand between.
      for (;;) {
        const found = await office.desk.suggestions({
          ...{ open: all !== 'true', limit: most + 1, ...(of && { path: of }), ...(before && { before }) },
        });
        shown.push(...found.filter((one) => usesPath(caller, one.path, timeOf(one))));
        before = found.at(-1);
        if (shown.length > most || found.length <= most) break;
      }
      const page = shown.slice(0, most);
      const last = page.at(-1);
      const nextCursor = last && shown.length > most ? spell(last) : null;
      return { suggestions: page.map(suggestionJson), nextCursor };
    },
  });
}
