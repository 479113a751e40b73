import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import type { ServiceStanding } from '../../core/statement/standing.js';
import { formatInstant } from '../../core/time/zone.js';
import type { EpochMs } from '../../core/types.js';
import type { ServicesStanding } from '../../engine/standing/keep-standing.js';
import { isoInstant } from '../../render/instant.js';
import { standingJson, withoutAmounts } from '../../render/standing/json.js';
import type { Caller } from '../access/caller.js';
import { seesWholeMonth } from '../access/whole-month.js';
import { amount, digits, isoTime } from '../route/answers.js';
import { addRoute } from '../route/route.js';

export interface StandingRoutes {
  /** Judged beside the measurement; null: not yet. */
  readonly services: () => ServicesStanding | null;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

const standing = z.strictObject({
  ...{ service: z.string(), customer: z.string().nullable(), site: z.string(), class: z.string() },
  ...{ plan: z.string(), periodEnd: isoTime() },
  availabilityPercent: digits().meta({ description: 'of the whole period, when nothing more happens' }),
  toDatePercent: digits().nullable().meta({ description: 'of what has passed; null before it begins' }),
  ...{ commitmentPercent: digits(), unavailableMs: z.int(), excusedMs: z.int(), unobservedMs: z.int() },
  allowedMs: z.int().meta({ description: 'outage that the whole period may have within the commitment' }),
  next: z
    .strictObject({ belowPercent: digits(), credit: z.string(), leftMs: z.int() })
    .nullable()
    .meta({ description: 'the next step of credit, and how much outage still fits before it; null: none' }),
  lines: z.array(z.strictObject({ line: z.string(), pop: z.string(), availabilityPercent: digits() })),
  money: z.strictObject({
    ...{ currency: z.string(), rent: amount(), credit: amount(), projected: amount(), nextStep: amount() },
  }),
});

/** `/api/v1/standing`: the month that is not over, and what is left of it before the next step of credit. */
export function standingRoutes(server: FastifyInstance, { services, config, now }: StandingRoutes): void {
  addRoute(server, {
    ...{ method: 'GET', url: '/api/v1/standing', operationId: 'getStanding', tag: 'ledger' },
    access: 'availability:read',
    summary: 'How services stand in the month that is not over, as it was last judged.',
    answer: {
      description: 'the services',
      schema: z.strictObject({ asOf: isoTime().nullable(), services: z.array(standing) }),
    },
    handle: ({ caller }) => {
      const judged = services();
      if (judged === null) return { asOf: null, services: [] };
      return {
        asOf: isoInstant(judged.at),
        services: judged.services.flatMap((one) => shown(one, caller, config(), now())),
      };
    },
  });
}

function shown(of: ServiceStanding, caller: Caller, { book }: Config, now: EpochMs): object[] {
  const { customer, plan, periodEnd } = of;
  const zone = book.plans.get(plan)?.versions[0]?.timeZone ?? 'UTC';
  const today = formatInstant(now, zone).slice(0, 10);
  if (caller.reach !== 'all' && (customer === null || !caller.sees(customer, today))) return [];
  const month = formatInstant(periodEnd - 1, zone).slice(0, 7);
  const json = standingJson(of);
  return [seesWholeMonth(caller, customer ?? '', month) ? json : withoutAmounts(json)];
}
