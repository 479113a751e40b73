import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import type { MeshStanding } from '../../core/quality/standing.js';
import { windowKinds } from '../../core/quality/windows.js';
import type { EpochMs } from '../../core/types.js';
import { meshJson, type MeshJson } from '../../render/mesh/json.js';
import type { Caller } from '../access/caller.js';
import { isoTime } from '../route/answers.js';
import { addRoute } from '../route/route.js';
import { writtenOnce } from '../route/written.js';
import { meshSeen } from './seen.js';

export interface MeshRoutes {
  /** How the paths stand, judged beside the measurement. */
  readonly mesh: () => MeshStanding;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

const texts = z.array(z.string().nullable());
const counts = z.array(z.int().nullable());
const columns = z.strictObject({
  ...{ latencyBand: texts, lossBand: texts, latencyUs: counts, lossPpm: counts, excessPercent: texts },
  held: counts.meta({ description: 'rounds held; 0 of some due: it was not measured' }),
  due: counts,
});
const answer = z.strictObject({
  ...{ judgedAt: isoTime().nullable(), everyMs: z.int() },
  pops: z.array(z.strictObject({ id: z.string(), name: z.string(), region: z.string().nullable() })),
  plans: z
    .array(z.strictObject({ id: z.string(), latency: z.array(z.string()), loss: z.array(z.string()) }))
    .meta({ description: 'the bands of each plan, from the best to the worst' }),
  paths: z.array(z.string()).meta({ description: 'the n-th of every column belongs to the n-th path' }),
  ...{ plan: texts, commitmentUs: counts, slot: z.array(isoTime().nullable()) },
  windows: z.strictObject(Object.fromEntries(windowKinds.map((kind) => [kind, columns]))),
});

/** `/api/v1/mesh`: the bands of every path over its three windows, in one answer. */
export function meshRoutes(server: FastifyInstance, options: MeshRoutes): void {
  const answers = keptAnswers(options);
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/mesh', operationId: 'getMesh', tag: 'rounds', access: 'rounds:read' },
    summary:
      'The bands of all paths, source × destination: of the newest round, of 24 h, of the month to date.',
    answer: { description: 'the mesh, a column for each figure', schema: answer },
    handle: ({ caller }) => answers.of(caller),
  });
}

/**
 * An answer for each who sees something else, made once for each time that something was judged: those who see the same
 * get the same one.
 */
function keptAnswers({ mesh, config, now }: MeshRoutes): { of: (caller: Caller) => MeshJson } {
  let made: { readonly from: MeshStanding; readonly by: Config } | null = null;
  const known = new Map<string, MeshJson>();
  return {
    of: (caller) => {
      const [from, by] = [mesh(), config()];
      if (made?.from !== from || made.by !== by) known.clear();
      made = { from, by };
      const seen = meshSeen(caller, by, from, now());
      const key = caller.reach === 'all' ? '' : seen.paths.join(' ');
      const answered =
        known.get(key) ?? writtenOnce(meshJson({ mesh: from, ...seen, everyMs: by.measurement.everyMs }));
      known.set(key, answered);
      return answered;
    },
  };
}
