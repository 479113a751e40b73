import type { CountedRound } from '../measurement/figures.js';
import { floor, multiply, ratio, subtract, zero, type Rational } from '../number.js';
import {
  type ExampleFigures,
  type ExampleOutage,
  monthOf,
  type Plan,
  type PlanExample,
  versionFor,
} from '../plan.js';
import { instantOf, type Month } from '../time/calendar.js';
import type { Interval } from '../time/intervals.js';
import { slotsBetween } from '../time/slot.js';
import type { EpochMs, PathId } from '../types.js';
import { serviceInMonth, type MonthCase } from './case.js';
import { judgeMonth, type MonthJudgement } from './judge.js';
import { currentRuleSet } from './rule-set.js';

/** The result of an example, or why it can't be judged. */
type ExampleResult = { readonly judgement: MonthJudgement } | { readonly fault: ExampleFault };
export type ExampleFault =
  'no-version' | 'no-class' | 'no-day' | 'currency' | 'outside-month' | 'no-such-line' | 'not-judged';

const path = 'A>B' as PathId;
const dayMs = 86_400_000;
/** Packets per round of an example, so that a loss of up to four decimals of a percent is a whole number of packets. */
const packets = 1_000_000;

/** Judges an example as a case of one service with one path; all lines of its class end at one port. */
export function judgeExample(plan: Plan, example: PlanExample): ExampleResult {
  const built = caseOf(plan, example);
  if ('fault' in built) return built;
  const judgement = judgeMonth(built.case);
  return judgement.services.length === 1 ? { judgement } : { fault: 'not-judged' };
}

function caseOf(
  plan: Plan,
  example: PlanExample,
): { readonly case: MonthCase } | { readonly fault: ExampleFault } {
  const version = versionFor(plan, example.month);
  if (version === null) return { fault: 'no-version' };
  const serviceClass =
    example.class === null ? [...version.classes.values()][0] : version.classes.get(example.class);
  if (!serviceClass) return { fault: 'no-class' };
  const { currency } = example.rent;
  const others = [
    example.credit,
    example.installationCharge ?? example.credit,
    ...example.history.flatMap(({ rent, credit }) => [rent, credit]),
  ];
  if (others.some((money) => money.currency !== currency)) return { fault: 'currency' };
  const month = monthOf(version, example.month);
  const lines = Array.from({ length: serviceClass.minLines }, (_, index) => `line ${index + 1}`);
  const service = serviceInMonth(
    [
      {
        id: 'example',
        site: 'example',
        customer: 'example',
        class: serviceClass.id,
        lines,
        start: example.start ?? '1970-01-01',
        end: example.end,
        monthlyRent: example.rent,
        paths: [path],
        taxRate: null,
        agreedStart: example.agreedStart,
        installationCharge: example.installationCharge,
      },
    ],
    month,
  );
  if (service === null) return { fault: 'no-day' };
  const outages = outagesOf(example.outages, service.period.from, lines, month);
  if (typeof outages === 'string') return { fault: outages };
  const exclusions = example.exclusions.map(({ kind, at, lasts }) => {
    const from = instantOf(at, month.zone);
    return { kind, scope: 'all' as const, from, to: from + lasts, noticeAt: null, proof: null };
  });
  return {
    case: {
      ruleSet: currentRuleSet,
      planId: plan.id,
      plan: version,
      month,
      lines: lines.map((id) => ({ id, pop: 'A' })),
      services: [service],
      outages,
      unobserved: [],
      exclusions,
      commitments:
        example.commitmentMs === null
          ? []
          : [{ path, latencyUs: multiply(example.commitmentMs, ratio(1000n)) }],
      ...(example.dscp !== null && { dscp: new Map([[path, example.dscp]]) }),
      rounds: roundsOf(example, version.measurement, month),
      history: example.history.map(({ month: name, rent, credit }) => ({
        month: name,
        service: 'example',
        site: 'example',
        customer: 'example',
        rent,
        credit: credit.minor,
      })),
      maintenanceUsed: new Map(),
    },
  };
}

function outagesOf(
  outages: readonly ExampleOutage[],
  start: EpochMs,
  lines: readonly string[],
  month: Month,
): MonthCase['outages'] | ExampleFault {
  let next = start + dayMs;
  const all: MonthCase['outages'][number][] = [];
  for (const { at, lasts, reportedAfter, line } of outages) {
    const from = at === null ? next : instantOf(at, month.zone);
    const to = from + lasts;
    if (from < month.from || to > month.to) return 'outside-month';
    next = to + dayMs;
    const down = line === null ? lines : lines.slice(line - 1, line);
    if (down.length === 0) return 'no-such-line';
    const reportedAt = reportedAfter === null ? null : from + reportedAfter;
    all.push(...down.map((id) => ({ line: id, from, to, reportedAt })));
  }
  return all;
}

interface Timed extends Interval {
  readonly figures: ExampleFigures;
}

/** A round at every slot, with the figures of the latest exception that contains it, else those of the month. */
function roundsOf(
  example: PlanExample,
  { sizes, everyMinutes }: { readonly sizes: readonly number[]; readonly everyMinutes: number },
  month: Month,
): CountedRound[] {
  const exceptions = example.exceptions.map((each): Timed => {
    const from = instantOf(each.at, month.zone);
    return { from, to: from + each.lasts, figures: each };
  });
  return slotsBetween(month.from, month.to, everyMinutes * 60_000).flatMap((slot) => {
    const exception = exceptions.findLast(({ from, to }) => from <= slot && slot < to)?.figures;
    const figure = (key: keyof ExampleFigures): Rational | null => exception?.[key] ?? example[key];
    const [latencyMs, loss, jitterMs] = [figure('latencyMs'), figure('lossPercent'), figure('jitterMs')];
    if (latencyMs === null && loss === null && jitterMs === null) return [];
    const received = packets - Number(floor(multiply(loss ?? zero, ratio(BigInt(packets)))));
    // A round without a given latency gets one equal to its jitter, so that its delay variation is as given.
    const meanUs = multiply(latencyMs ?? jitterMs ?? zero, ratio(1000n));
    const leastUs = subtract(meanUs, multiply(jitterMs ?? zero, ratio(1000n)));
    const [bytes = 0] = sizes;
    const rttSumUs = Number(floor(multiply(meanUs, ratio(BigInt(received)))));
    const size = { bytes, sent: packets, received, rttSumUs, rttMinUs: Number(floor(leastUs)) };
    return [{ path, slot, status: 'ok', sizes: [size] }];
  });
}
