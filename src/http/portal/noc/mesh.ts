import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { windowKinds } from '../../../core/quality/windows.js';
import type { MeshJson } from '../../../render/mesh/json.js';
import { addPage, type PortalOptions } from '../page.js';
import { heatMap, type Heat } from './heat.js';

/** In the order that the legend has them. */
const heats: readonly Heat[] = [0, 1, 2, 3, 'unpromised', 'unmeasured', 'unjudged'];
const mostOfTheWorst = 20;

/** `/mesh`: the bands of all paths, source × destination. */
export function meshPage(server: FastifyInstance, portal: PortalOptions): void {
  addPage(server, portal, {
    ...{ method: 'GET', url: '/mesh', access: 'rounds:read' },
    query: z.object({ window: z.enum(windowKinds).catch('last-24h').default('last-24h') }),
    handle: async ({ query: { window }, ask, shell }) => {
      const mesh = await ask<MeshJson>('getMesh');
      if (mesh === null) return null;
      const { counts, worst, ...map } = heatMap(mesh, window);
      return {
        ...{ view: 'mesh', title: shell.w.noc.mesh.title, scripts: ['htmx.js', 'heat.js'] },
        page: {
          ...{ window, windows: windowKinds, judgedAt: mesh.judgedAt, map },
          ...{ worst: worst.slice(0, mostOfTheWorst), more: Math.max(0, worst.length - mostOfTheWorst) },
          legend: heats.flatMap((heat) => {
            const count = counts.get(heat) ?? 0;
            return count > 0 || typeof heat === 'number' ? [{ heat, count }] : [];
          }),
        },
      };
    },
  });
}
