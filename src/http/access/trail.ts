import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Trace } from '../../core/access/trail.js';
import { rules } from '../../core/access/rules.js';
import type { EpochMs } from '../../core/types.js';
import { leaveTrace } from '../../engine/access/trail.js';
import type { TrailStore } from '../../store/access-store.js';
import type { HttpLog } from '../problem.js';

export interface TrailOptions {
  readonly trail: Pick<TrailStore, 'append'>;
  readonly now: () => EpochMs;
  readonly log: HttpLog;
}

/** The path that was asked for, at most 300 characters of it. */
export const targetOf = ({ url }: FastifyRequest): string => (url.split('?')[0] ?? '').slice(0, 300);

/**
 * Writes down every writing action, whether it was allowed or not, and every look at an amount, before the answer
 * goes out. A look that can't be written down is not granted; what was written can't be taken back, and is logged.
 */
export function keepTrail(server: FastifyInstance, { trail, now, log }: TrailOptions): void {
  server.addHook('onSend', async (request, reply, payload) => {
    const { identified, caller } = request;
    if (identified === null) return payload;
    const writes = rules[identified.action].kind === 'write';
    // As long as nobody signs in there is nobody to write down.
    const amounts = caller?.sawAmounts() === true && identified.principal.via !== 'open';
    if (!writes && !amounts) return payload;
    const { principal, action } = identified;
    const trace: Trace = {
      ...{ at: now(), principal: principal.id, name: principal.name, from: request.ip },
      ...{ action, target: targetOf(request), status: reply.statusCode, amounts },
    };
    try {
      await leaveTrace(trail, trace);
    } catch (error) {
      log.error({ err: error, ...trace }, 'the trail could not be written');
      if (!writes && reply.statusCode < 400) throw error;
    }
    return payload;
  });
}
