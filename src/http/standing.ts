import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Config } from '../config/config.js';
import { formatAmount } from '../core/money.js';
import { asPercent, formatDown, formatShort, type Rational } from '../core/number.js';
import type { ServiceStanding } from '../core/statement/standing.js';
import { formatInstant } from '../core/time/calendar.js';
import type { EpochMs } from '../core/types.js';
import type { Caller } from './access/caller.js';
import { hasFullMonthAccess } from './access/month-access.js';
import { addOperation, amount, digits, isoTime } from './route/route.js';
import { cacheSerialized } from './route/serialized.js';
import { isoInstant } from '../render/figures.js';
import type { ServicesStanding } from '../services/standing/keep-standing.js';

const percent = (share: Rational): string => formatDown(asPercent(share), 4);

/** How a service stands in the month that is not over, every figure as it is printed. Amounts are of the currency. */
function standingJson(standing: ServiceStanding) {
  const { service, customer, site, plan, periodEnd, toDate, observed, commitment, next, money } = standing;
  const { unavailableMs, excusedMs, unobservedMs, allowedMs } = standing;
  const amount = (minor: bigint): string => formatAmount(minor, money.currency);
  return {
    service,
    customer,
    site,
    class: standing.class,
    plan,
    periodEnd: isoInstant(periodEnd),
    availabilityPercent: percent(standing.availability),
    availabilityLowerBoundPercent: percent(standing.lowerBound),
    toDatePercent: toDate && percent(toDate.availability),
    toDateLowerBoundPercent: toDate && percent(toDate.lowerBound),
    observedPercent: observed && formatDown(asPercent(observed), 2),
    met: standing.met,
    commitmentPercent: formatShort(asPercent(commitment), 15),
    unavailableMs,
    excusedMs,
    unobservedMs,
    allowedMs,
    next: next && {
      belowPercent: formatShort(asPercent(next.step.below), 15),
      credit: next.step.credit.text,
      leftMs: next.leftMs,
    },
    lines: standing.lines.map(({ line, pop, availability, lowerBound, observed: ofLine }) => ({
      line,
      pop,
      availabilityPercent: percent(availability),
      availabilityLowerBoundPercent: percent(lowerBound),
      observedPercent: ofLine && formatDown(asPercent(ofLine), 2),
    })),
    money: {
      currency: money.currency,
      rent: amount(money.rent),
      credit: amount(money.credit),
      projected: amount(money.projected),
      nextStep: money.nextStep === null ? null : amount(money.nextStep),
    },
  };
}

type StandingJson = ReturnType<typeof standingJson>;

/** For those who may see how a service is, and not what it costs. */
const withoutAmounts = (standing: StandingJson) => ({
  ...standing,
  money: { ...standing.money, rent: null, credit: null, projected: null, nextStep: null },
});

/** What of a service's standing somebody sees. */
type Visibility = 'nothing' | 'quality' | 'all';

/** What a caller sees of a service on the day that it is there, with its month's amounts or without. */
function visibilityAt(caller: Caller, { book }: Config, now: EpochMs): (of: ServiceStanding) => Visibility {
  const days = new Map<string, string>();
  const dayIn = (zone: string, at: EpochMs): string => {
    const key = `${at} ${zone}`;
    const day = days.get(key) ?? formatInstant(at, zone).slice(0, 10);
    days.set(key, day);
    return day;
  };
  return ({ customer, plan, periodEnd }) => {
    const zone = book.plans.get(plan)?.versions[0]?.timeZone ?? 'UTC';
    if (caller.reach !== 'all' && (customer === null || !caller.sees(customer, dayIn(zone, now))))
      return 'nothing';
    const month = dayIn(zone, periodEnd - 1).slice(0, 7);
    return hasFullMonthAccess(caller, customer ?? '', month) ? 'all' : 'quality';
  };
}

interface Answer {
  readonly asOf: string | null;
  readonly services: readonly (StandingJson | ReturnType<typeof withoutAmounts>)[];
}

/**
 * Each service is put into words once for each time that it was judged, and those who see the same of all of them get
 * the same answer.
 */
function memoizedAnswers(): (judged: ServicesStanding, visibilities: readonly Visibility[]) => Answer {
  let of: ServicesStanding | null = null;
  const answers = new Map<string, Answer>();
  const worded = new Map<number, StandingJson>();
  return (judged, visibilities) => {
    if (of !== judged) {
      answers.clear();
      worded.clear();
    }
    of = judged;
    const jsonOf = (index: number): StandingJson[] => {
      const standing = judged.services[index];
      const known = worded.get(index) ?? (standing && standingJson(standing));
      if (known) worded.set(index, known);
      return known ? [known] : [];
    };
    const seen = visibilities.flatMap((visibility, index) =>
      visibility === 'nothing' ? [] : [{ visibility, index }],
    );
    const key = seen.map(({ visibility, index }) => `${index}${visibility === 'all' ? '+' : '-'}`).join('');
    const answer =
      answers.get(key) ??
      cacheSerialized({
        asOf: isoInstant(judged.at),
        services: seen.flatMap(({ visibility, index }): Answer['services'] =>
          visibility === 'all' ? jsonOf(index) : jsonOf(index).map(withoutAmounts),
        ),
      });
    answers.set(key, answer);
    return answer;
  };
}

export interface StandingRoutes {
  /** Judged beside the measurement; null: not yet. */
  readonly services: () => ServicesStanding | null;
  readonly config: () => Config;
  readonly now: () => EpochMs;
}

const standing = z.strictObject({
  service: z.string(),
  customer: z.string().nullable(),
  site: z.string(),
  class: z.string(),
  plan: z.string(),
  periodEnd: isoTime(),
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
  commitmentPercent: digits(),
  unavailableMs: z.int(),
  excusedMs: z.int(),
  unobservedMs: z.int(),
  allowedMs: z.int().meta({ description: 'outage that the whole period may have within the commitment' }),
  next: z
    .strictObject({ belowPercent: digits(), credit: z.string(), leftMs: z.int() })
    .nullable()
    .meta({ description: 'the next step of credit, and how much outage still fits before it; null: none' }),
  lines: z.array(
    z.strictObject({
      line: z.string(),
      pop: z.string(),
      availabilityPercent: digits(),
      availabilityLowerBoundPercent: digits(),
      observedPercent: digits()
        .nullable()
        .meta({ description: 'of the time so far, how much the line was watched; null before it begins' }),
    }),
  ),
  money: z.strictObject({
    currency: z.string(),
    rent: amount(),
    credit: amount(),
    projected: amount(),
    nextStep: amount(),
  }),
});

/** `/api/v1/standing`: the month that is not over, and what is left of it before the next step of credit. */
export function standingRoutes(server: FastifyInstance, { services, config, now }: StandingRoutes) {
  const answerOf = memoizedAnswers();
  const getStanding = addOperation(server, {
    method: 'GET',
    url: '/api/v1/standing',
    operationId: 'getStanding',
    tag: 'ledger',
    access: 'availability:read',
    summary: 'How services stand in the month that is not over, as it was last judged.',
    answer: {
      description: 'the services',
      schema: z.strictObject({ asOf: isoTime().nullable(), services: z.array(standing) }),
    },
    handle: ({ caller }): Answer => {
      const judged = services();
      if (judged === null) return { asOf: null, services: [] };
      const visibility = visibilityAt(caller, config(), now());
      return answerOf(judged, judged.services.map(visibility));
    },
  });
  return { getStanding };
}
