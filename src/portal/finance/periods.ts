import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { isMonthName } from '../../core/time/calendar.js';
import { faultsIn } from '../faults-in.js';
import { orNull } from '../forms.js';
import { addPage, type PortalOptions } from '../page.js';
import { monthPage } from './month.js';

/** `/months/2026-10/lock` and `unlock`: the postings of a month, from the page of that month. */
export function periodPages(server: FastifyInstance, portal: PortalOptions): void {
  const { api } = portal;
  for (const act of ['lock', 'unlock'] as const)
    addPage(server, portal, {
      method: 'POST',
      url: `/months/:month/${act}`,
      access: `periods:${act}`,
      params: z.object({ month: z.string().max(20) }),
      body: z.object({ reason: z.string().max(2000).default('') }),
      handle: async ({ params, body: { reason }, caller, shell }) => {
        const { month } = params;
        try {
          if (act === 'lock') await api.lockPeriod(caller, { params, body: { note: orNull(reason) } });
          else await api.unlockPeriod(caller, { params, body: { reason } });
          return { to: `/months/${encodeURIComponent(month)}?done=${act}` };
        } catch (error) {
          const wrong = faultsIn(error);
          if (wrong === null || !isMonthName(month)) throw error;
          return monthPage(portal, { caller, shell, month, wrong }, 400);
        }
      },
    });
}
