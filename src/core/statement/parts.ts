import { observedOf, toDateOf } from '../availability/foresee.js';
import { coversLine } from '../exclusion.js';
import type { LedgerExclusion } from '../ledger/exclusions.js';
import type { Correction } from '../ledger/outages.js';
import { formatAmount } from '../money.js';
import { asPercent, formatDown } from '../number.js';
import type { PlanVersion } from '../plan.js';
import { leftOutOf } from '../quality.js';
import { windowsIn } from '../quality/failed-windows.js';
import { daysOf, formatInstant, type Month } from '../time/calendar.js';
import { alwaysDue, notDueIn } from '../time/slot.js';
import { intersect, type Interval, merge, totalMs } from '../time/intervals.js';
import type { EpochMs, PathId } from '../types.js';
import type { OutageEdge } from '../watch/outage.js';
import type { MonthCase } from './case.js';
import type { Edge, OutagePart, Part, PartCap, PartRuling, Span } from './document-parts.js';
import type { MonthFacts, OutageFact, PlanMonth } from './facts.js';
import { type MonthJudgement, type ServiceMonth, touches } from './judge.js';
import { capDetails, claimWindow, paidOn, serviceDetails, serviceResult } from './result.js';
import { hasRulings, rulingsOf } from './rulings.js';

/**
 * Cuts the month wherever its judgement may need the sums of a piece of it: at the edges of what the plan excludes from
 * the path's figures, where its slots start and stop being due, where a service starts or stops having the path (if a
 * credit depends on its figure), and at every midnight where a metric is judged or shown by the day. With sums over
 * these parts, every later request is answered without reading the rounds again.
 */
export function partsAsked(
  monthCase: Pick<MonthCase, 'month' | 'plan' | 'exclusions' | 'due' | 'services' | 'ruleSet'>,
  { byDay = judgedByDay(monthCase.plan) }: { readonly byDay?: boolean } = {},
): (path: PathId) => Interval[] {
  const { month, plan, exclusions, due } = monthCase;
  const termEdges = edgesOfTerms(monthCase);
  const midnights = byDay ? daysOf(month).map(({ from }) => from) : [];
  const windows = windowEdges(plan, month);
  return (path) => {
    const leftOut = [plan.latency, plan.loss, plan.jitter].flatMap(({ leavesOut: kinds }) =>
      leftOutOf(path, exclusions, kinds),
    );
    const notDue = notDueIn(month, due?.get(path) ?? alwaysDue);
    const cutsAt = [...midnights, ...termEdges(path), ...windows];
    const edges = [...[...leftOut, ...notDue].flatMap(({ from, to }) => [from, to]), ...cutsAt]
      .filter((at) => month.from < at && at < month.to)
      .sort((a, b) => a - b);
    const cuts = [...new Set([month.from, ...edges, month.to])];
    return cuts.slice(1).map((to, index) => ({ from: cuts[index] ?? month.from, to }));
  };
}

function judgedByDay(plan: PlanVersion): boolean {
  return plan.credit.causes.some((rule) => rule.kind === 'failed-days' && rule.metric !== 'availability');
}

/** The edges of the windows that the plan evaluates. */
function windowEdges(plan: PlanVersion, month: Month): EpochMs[] {
  const rules = [
    ...plan.availability.degradedIsDown,
    ...plan.credit.causes.flatMap((cause) => (cause.kind === 'failed-windows' ? [cause.window] : [])),
  ];
  const edges = rules.flatMap((rule) =>
    windowsIn(rule, { plan, month, period: { spans: [month] } }).flatMap(({ from, to }) => [from, to]),
  );
  return [...new Set(edges)];
}

/** When services start and stop having a path on whose figure a credit of theirs depends. */
function edgesOfTerms({
  plan,
  services,
  ruleSet,
}: Pick<MonthCase, 'plan' | 'services' | 'ruleSet'>): (path: PathId) => readonly number[] {
  if (ruleSet === 1 || !paysForQuality(plan)) return () => [];
  const edges = new Map<PathId, Set<number>>();
  for (const { inForce } of services) {
    for (const { paths, period } of inForce) {
      for (const path of paths) {
        const known = edges.get(path) ?? new Set();
        edges.set(path, known.add(period.from).add(period.to));
      }
    }
  }
  return (path) => [...(edges.get(path) ?? [])];
}

/** Whether a credit depends on the figure of a path. */
export const paysForQuality = ({
  credit,
  availability,
}: Pick<PlanVersion, 'credit' | 'availability'>): boolean =>
  availability.degradedIsDown.length > 0 ||
  credit.causes.some(
    (rule) =>
      rule.kind === 'latency' ||
      rule.kind === 'loss' ||
      rule.kind === 'jitter' ||
      rule.kind === 'failed-windows' ||
      (rule.kind === 'failed-days' && rule.metric !== 'availability'),
  );

export const spanOf = ({ from, to }: Interval, zone: string): Span => ({
  from: formatInstant(from, zone),
  to: formatInstant(to, zone),
});

/** The statement part of the n-th service in a plan's month. */
export function partOf(
  planMonth: PlanMonth,
  index: number,
  facts: Pick<MonthFacts, 'explain' | 'asOf'>,
): Part {
  const { judgement } = planMonth;
  const { planId, plan, month, lines, maintenanceUsed, ruleSet } = judgement.case;
  const service = judgement.services[index];
  if (!service) throw new RangeError(`the month has no service ${index}`);
  const { terms } = service;
  const { currency } = terms.monthlyRent;
  const result = serviceResult(service, month.zone);
  const details = serviceDetails(service, judgement);
  const { unavailableMs, excusedMs, unobservedMs, complete, availabilityPercent, commitmentPercent, met } =
    result;
  return {
    plan: {
      id: planId,
      version: plan.version,
      effectiveFrom: plan.effectiveFrom,
      digest: planMonth.planDigest,
    },
    zone: month.zone,
    class: terms.class,
    lines: terms.lines.map((id) => ({
      id,
      pop: lines.find((line) => line.id === id)?.pop ?? '',
      maintenanceUsedMs: maintenanceUsed.get(id) ?? 0,
    })),
    start: terms.start,
    end: terms.end,
    period: result.period,
    unavailable: service.availability.unavailable.map((each) => spanOf(each, month.zone)),
    unavailableMs,
    excusedMs,
    removedMs: details.removedMs,
    unobservedMs,
    complete,
    availabilityPercent,
    commitmentPercent,
    // The first rule set had no undecided state: it counted as met.
    met: ruleSet === 1 ? met !== false : met,
    ...(ruleSet === 1 ? {} : secondOf(result, details)),
    ...(ruleSet === 1 ? {} : toDatePart(service, facts.asOf)),
    monthlyRent: formatAmount(terms.monthlyRent.minor, currency),
    rent: result.rent.amount,
    base: details.base,
    causes: details.causes,
    credit: {
      percent: result.credit.percent,
      uncapped: result.credit.uncapped,
      afterCaps: details.afterCaps,
      amount: result.credit.amount,
      capped: result.credit.capped,
    },
    caps: capsOf(service, judgement),
    siteMonth: siteMonthOf(service, judgement),
    tax: details.tax,
    claim: claimWindow(judgement, service),
    ...paidOn(judgement),
    bounds: planMonth.bounds[index] ?? null,
    ...(ruleSet !== 1 && hasRulings(plan) && { rulings: partRulings(service, judgement) }),
    // The derivation of later formats is written when a statement is shown, in the language of its reader.
    ...(ruleSet < 3 && { explain: facts.explain(judgement, index) }),
  };
}

/** The figures so far of a month in progress; an empty object for a month that is over. */
function toDatePart({ availability, period }: ServiceMonth, asOf: EpochMs): Pick<Part, 'toDate'> {
  const soFar = asOf < period.to ? toDateOf(availability, period, asOf) : null;
  const observed = observedOf(availability, period, asOf);
  if (soFar === null || observed === null) return {};
  return {
    toDate: {
      availabilityPercent: formatDown(asPercent(soFar.availability), 4),
      availabilityLowerBoundPercent: formatDown(asPercent(soFar.lowerBound), 4),
      observedPercent: formatDown(asPercent(observed), 2),
    },
  };
}

const partRulings = (service: ServiceMonth, judgement: MonthJudgement): PartRuling[] =>
  rulingsOf(service, judgement).map(({ id, field, clause, text }) => ({ id, field, clause, text }));

type Second = Pick<Part, 'availabilityLowerBoundPercent' | 'terms' | 'next' | 'baseOf'>;

/** The fields that the second rule set adds. */
function secondOf(
  { availabilityLowerBoundPercent }: ReturnType<typeof serviceResult>,
  { terms, next, baseOf }: ReturnType<typeof serviceDetails>,
): Second {
  return {
    availabilityLowerBoundPercent,
    ...(terms && { terms }),
    ...(next !== undefined && { next }),
    ...(baseOf && { baseOf }),
  };
}

function capsOf({ terms }: ServiceMonth, { caps, case: { ruleSet } }: MonthJudgement): PartCap[] {
  return caps
    .filter((cap) => touches(cap, terms))
    .map((cap) => {
      const {
        per,
        over,
        group,
        field,
        of,
        share,
        cap: limit,
        used,
        asked,
        ...second
      } = capDetails(cap, ruleSet);
      const { plan, lowest, unknownMonths } = second;
      return {
        per,
        over,
        group,
        field,
        of,
        share,
        cap: limit,
        used,
        asked,
        ...(plan === undefined ? {} : { plan, lowest, unknownMonths }),
      };
    });
}

function siteMonthOf({ terms }: ServiceMonth, { sites }: MonthJudgement): Part['siteMonth'] {
  const { currency } = terms.monthlyRent;
  const site = sites.find((one) => one.site === terms.site && one.currency === currency);
  return {
    rent: formatAmount(site?.rent ?? 0n, currency),
    cap: site?.cap == null ? null : formatAmount(site.cap, currency),
    credit: formatAmount(site?.credit ?? 0n, currency),
  };
}

/** A stretch of a service with the month in which it was judged. */
export interface Judged {
  readonly service: ServiceMonth;
  readonly judgement: MonthJudgement;
}

/** The statement's entry for an outage; null when it affects none of the service's lines in the service's time. */
export function outagePart(
  outage: OutageFact,
  judged: readonly Judged[],
  exclusions: readonly LedgerExclusion[],
  zone: string,
): OutagePart | null {
  const times = timesOf(outage);
  const touched = judged.flatMap((one) =>
    one.service.availability.lines
      .filter(({ pop }) => pop === outage.port && times && outagePartTouches(times, one.service.period))
      .map((line) => ({ ...one, line })),
  );
  if (!times || touched.length === 0) return null;
  const at = (instant: EpochMs): string => formatInstant(instant, zone);
  const { measured } = outage;
  return {
    ref: outage.ref,
    port: outage.port,
    lines: [...new Set(touched.map(({ line }) => line.line))],
    observer: measured?.observer ?? null,
    from: at(times.from),
    to: times.to === null ? null : at(times.to),
    start: measured && edge(measured.start, zone),
    end: measured?.end ? edge(measured.end, zone) : null,
    origin: measured === null ? 'added' : outage.corrections.length > 0 ? 'corrected' : 'measured',
    state: stateOf(outage, touched),
    excusedBy: exclusions
      .filter(({ kind, scope, intervals }) =>
        touched.some(
          ({ service, judgement, line }) =>
            judgement.case.plan.availability.excusedBy.includes(kind) &&
            coversLine(scope, {
              line: line.line,
              pop: line.pop,
              service: service.terms.id,
              customer: service.terms.customer,
            }) &&
            intervals.some((each) => outagePartTouches(times, each)),
        ),
      )
      .map(({ id }) => id),
    corrections: outage.corrections.map((each) => correction(each, zone)),
    inferred: (measured?.inferred ?? []).map(({ reason, ...span }) => ({ ...spanOf(span, zone), reason })),
  };
}

interface Times {
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** The times that count; where none do, those first measured or entered. */
function timesOf({ counts, measured, corrections }: OutageFact): Times | null {
  if (counts) return counts;
  if (measured) return { from: measured.start.at, to: measured.end?.at ?? null };
  return corrections[0]?.interval ?? null;
}

const outagePartTouches = (times: Times, span: Interval): boolean =>
  times.from < span.to && (times.to ?? Infinity) > span.from;

function stateOf(
  { counts }: OutageFact,
  touched: readonly (Judged & { readonly line: ServiceMonth['availability']['lines'][number] })[],
): OutagePart['state'] {
  if (counts === null) return 'voided';
  const outageTime = merge([{ from: counts.from, to: counts.to ?? Infinity }]);
  let [downMs, countedMs] = [0, 0];
  for (const { line } of touched) {
    downMs += totalMs(intersect(outageTime, line.outages));
    countedMs += totalMs(intersect(outageTime, line.countable));
  }
  if (downMs === 0) return 'outvoted';
  if (countedMs === 0) return 'excused';
  return countedMs === downMs ? 'counted' : 'partly-excused';
}

const edge = ({ at, earliest, latest }: OutageEdge, zone: string): Edge => ({
  at: formatInstant(at, zone),
  earliest: formatInstant(earliest, zone),
  latest: formatInstant(latest, zone),
});

function correction(
  { id, does, actor, at, reason, interval }: Correction,
  zone: string,
): OutagePart['corrections'][number] {
  return {
    id,
    does,
    by: actor,
    at: formatInstant(at, zone),
    reason,
    from: interval && formatInstant(interval.from, zone),
    to: interval && formatInstant(interval.to, zone),
  };
}
