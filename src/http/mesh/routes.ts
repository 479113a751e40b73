import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import type { MeshStanding } from '../../core/quality/standing.js';
import { windowKinds } from '../../core/quality/windows.js';
import type { EpochMs } from '../../core/types.js';
import { meshJson, type MeshJson, type MeshView } from '../../render/mesh/json.js';
import type { Caller } from '../access/caller.js';
import { isoTime } from '../route/answers.js';
import { addRoute } from '../route/route.js';
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
export function meshRoutes(server: FastifyInstance, { mesh, config, now }: MeshRoutes): void {
  const whole = kept();
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/mesh', operationId: 'getMesh', tag: 'rounds', access: 'rounds:read' },
    summary:
      'The bands of all paths, source × destination: of the newest round, of 24 h, of the month to date.',
    answer: { description: 'the mesh, a column for each figure', schema: answer },
    handle: ({ caller }) => {
      const view = viewFor(caller);
      // Everybody who sees all sees the same: it is made once for each time that something was judged.
      return caller.reach === 'all' ? whole(view) : meshJson(view);
    },
  });

  function viewFor(caller: Caller): MeshView {
    const current = config();
    const standing = mesh();
    const seen = meshSeen(caller, current, standing, now());
    return { mesh: standing, ...seen, everyMs: current.measurement.everyMs };
  }
}

/** The last answer, for as long as nothing was judged anew and the PoPs are the same. */
function kept(): (view: MeshView) => MeshJson {
  let last: { readonly version: number; readonly pops: MeshView['pops']; readonly answer: MeshJson } | null =
    null;
  return (view) => {
    const { version } = view.mesh;
    if (last?.version !== version || last.pops !== view.pops)
      last = { version, pops: view.pops, answer: meshJson(view) };
    return last.answer;
  };
}
