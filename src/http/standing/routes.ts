import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../../config/config.js';
import type { EpochMs } from '../../core/types.js';
import type { ServicesStanding } from '../../engine/standing/keep-standing.js';
import { amount, digits, isoTime } from '../route/answers.js';
import { addRoute } from '../route/route.js';
import { keptAnswers } from './kept.js';
import { sightAt } from './sight.js';

export interface StandingRoutes {
  /** Judged beside the measurement; null: not yet. */
  readonly services: () => ServicesStanding | null;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

const standing = z.strictObject({
  ...{ service: z.string(), customer: z.string().nullable(), site: z.string(), class: z.string() },
  ...{ plan: z.string(), periodEnd: isoTime() },
  availabilityPercent: digits().meta({
    description: 'whole month: of the whole period, if nothing more happens in it',
  }),
  availabilityLowerBoundPercent: digits().meta({
    description: 'the same with unobserved time that nothing excuses counted as down',
  }),
  toDatePercent: digits()
    .nullable()
    .meta({ description: 'so far: of the time of the period that has passed; null before it begins' }),
  toDateLowerBoundPercent: digits()
    .nullable()
    .meta({ description: 'the same with unobserved time that nothing excuses counted as down' }),
  observedPercent: digits()
    .nullable()
    .meta({ description: 'of the time so far, how much all lines were watched; null before it begins' }),
  met: z.boolean().nullable().meta({
    description:
      'whether the whole month meets the commitment if nothing more happens; null: not shown, since too much was unobserved',
  }),
  ...{ commitmentPercent: digits(), unavailableMs: z.int(), excusedMs: z.int(), unobservedMs: z.int() },
  allowedMs: z.int().meta({ description: 'outage that the whole period may have within the commitment' }),
  next: z
    .strictObject({ belowPercent: digits(), credit: z.string(), leftMs: z.int() })
    .nullable()
    .meta({ description: 'the next step of credit, and how much outage still fits before it; null: none' }),
  lines: z.array(
    z.strictObject({
      ...{ line: z.string(), pop: z.string() },
      ...{ availabilityPercent: digits(), availabilityLowerBoundPercent: digits() },
    }),
  ),
  money: z.strictObject({
    ...{ currency: z.string(), rent: amount(), credit: amount(), projected: amount(), nextStep: amount() },
  }),
});

/** `/api/v1/standing`: the month that is not over, and what is left of it before the next step of credit. */
export function standingRoutes(server: FastifyInstance, { services, config, now }: StandingRoutes): void {
  const answerOf = keptAnswers();
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
      const sight = sightAt(caller, config(), now());
      return answerOf(judged, judged.services.map(sight));
    },
  });
}
