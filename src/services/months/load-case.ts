import type { CommitmentConfig, Config } from '../../config/config.js';
import { bookMonth, type PlannedMonth, type UnplannedService } from '../../core/customer/book.js';
import { coversLine, type Exclusion } from '../../core/exclusion.js';
import {
  emptySums,
  figuresFromParts,
  type FiguresOf,
  type MeanSums,
  type SummedPart,
} from '../../core/measurement/figures.js';
import { multiply, parseDecimal, ratio } from '../../core/number.js';
import { pathEnds } from '../../core/path.js';
import type { PlanVersion } from '../../core/plan.js';
import type {
  Commitment,
  LineInterval,
  MonthCase,
  PastCredit,
  ServiceInMonth,
} from '../../core/statement/case.js';
import type { OutageBounds } from '../../core/statement/judge.js';
import { partsAsked } from '../../core/statement/parts.js';
import type { RuleSet } from '../../core/statement/rule-set.js';
import { type Month, startOfDay } from '../../core/time/calendar.js';
import {
  clip,
  type Interval,
  type IntervalSet,
  merge,
  subtract,
  totalMs,
  union,
} from '../../core/time/intervals.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import { agree, type Quorum, unobservedIn, watchedBy } from '../../core/watch/outage.js';
import type { OutageSpan } from '../../core/watch/port.js';
import type { PathSums, RoundStore } from '../../store/store.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { ShownOutage } from '../ledger/entries.js';

/**
 * The commitments for each path in the month: those in force on its first day, or on the path's own first day; else
 * those of the traffic class that the plan assigns to its probes.
 */
export function commitmentsIn(
  config: Pick<Config, 'commitments' | 'pops' | 'paths'>,
  paths: readonly PathId[],
  month: Interval,
  { trafficClasses }: Pick<PlanVersion, 'trafficClasses'>,
): Commitment[] {
  const dscpOf = new Map(config.paths.map(({ id, probe }) => [id, probe?.dscp]));
  const firstOf = new Map(config.paths.map(({ id, from }) => [id, from]));
  const regionOf = new Map(config.pops.map(({ id, region }) => [id, region]));
  const ofPath = new Map<PathId, CommitmentConfig[]>();
  const ofRegions: CommitmentConfig[] = [];
  for (const each of config.commitments) {
    if (each.scope.kind === 'regions') ofRegions.push(each);
    else ofPath.set(each.scope.path, [...(ofPath.get(each.scope.path) ?? []), each]);
  }
  return paths.flatMap((path) => {
    const first = firstOf.get(path) ?? null;
    const day = Math.max(month.from, first ?? month.from);
    const inForce = (given: readonly CommitmentConfig[]): CommitmentConfig | undefined =>
      given
        .filter((each) => (each.from ?? -Infinity) <= day)
        .sort((a, b) => startOf(a) - startOf(b))
        .at(-1);
    const found =
      inForce(ofPath.get(path) ?? []) ??
      inForce(ofRegions.filter(({ scope }) => joins(scope, path, regionOf)));
    const latency = found && parseDecimal(found.latencyMs)?.value;
    if (latency) return [{ path, latencyUs: multiply(latency, ratio(1000n)) }];
    const dscp = dscpOf.get(path);
    const traffic = dscp === undefined ? undefined : trafficClasses.find((each) => each.dscp.includes(dscp));
    return traffic?.latencyUs ? [{ path, latencyUs: traffic.latencyUs }] : [];
  });
}

const startOf = ({ from }: CommitmentConfig): EpochMs => from ?? -Infinity;

/** Whether the scope of a commitment names the regions of the two ends of the path, in either order. */
function joins(
  scope: CommitmentConfig['scope'],
  path: PathId,
  regionOf: ReadonlyMap<PopId, string | null>,
): boolean {
  if (scope.kind !== 'regions') return false;
  const { regions } = scope;
  const ends = pathEnds(path);
  const region = (id: PopId | undefined): string | null =>
    (id === undefined ? null : regionOf.get(id)) ?? null;
  const [a, b] = [region(ends?.source), region(ends?.destination)];
  return (a === regions[0] && b === regions[1]) || (a === regions[1] && b === regions[0]);
}

interface PortTimes {
  readonly down: IntervalSet;
  /** With every outage as long, and as short, as it can have been. */
  readonly downLongest: IntervalSet;
  readonly downShortest: IntervalSet;
  readonly unobserved: IntervalSet;
}

interface PortTimesQuery {
  readonly watch: Pick<WatchStore, 'spans' | 'blind' | 'states' | 'latestSpan'>;
  /** Every observer that ever watched the port. */
  readonly observers: readonly PopId[];
  readonly quorum: Quorum;
  readonly port: PopId;
  /** The elapsed part of the month. */
  readonly period: Interval;
  /** All stored outages, with their corrections. */
  readonly outages: readonly ShownOutage[];
}

type Extent = (outage: ShownOutage) => OutageSpan | null;

/**
 * When a port was down, and when it was not watched. Observers vote on measured outages; entered outages need no vote
 * and count in unobserved time too.
 */
async function portTimes(query: PortTimesQuery): Promise<PortTimes> {
  const { observers, quorum, port, period } = query;
  const outages = query.outages.filter((one) => one.port === port);
  const asMeasured = outages.filter(({ measured, corrections }) => measured && corrections.length === 0);
  const byHand = outages.filter(({ corrections }) => corrections.length > 0);
  const attendance = await Promise.all(
    observers.map(async (observer) => ({ observer, unobserved: await unobservedBy(observer, query) })),
  );
  const timesBy = (extent: Extent): Pick<PortTimes, 'down' | 'unobserved'> => {
    const spans = (chosen: readonly ShownOutage[]): Interval[] =>
      chosen.flatMap((one) => {
        const span = extent(one);
        return span === null ? [] : [{ from: span.from, to: span.to ?? period.to }];
      });
    const testimonies = attendance.map(({ observer, unobserved }) => ({
      outages: spans(asMeasured.filter(({ measured }) => measured?.observer === observer)),
      unobserved,
    }));
    const { down, unobserved } = agree(quorum, testimonies, period);
    return { down: union(down, clip(merge(spans(byHand)), period)), unobserved };
  };
  const { down, unobserved } = timesBy(({ counts }) => counts);
  return {
    down,
    unobserved,
    downLongest: timesBy(({ longest }) => longest).down,
    downShortest: timesBy(({ shortest }) => shortest).down,
  };
}

/** Heartbeats are stored at intervals, so the newest one is missing. */
const freshMs = 60_000;

async function unobservedBy(observer: PopId, { watch, port, period }: PortTimesQuery): Promise<IntervalSet> {
  const [spans, blind, states, latest] = await Promise.all([
    watch.spans(observer, period),
    watch.blind({ observer, port, from: period.from, to: period.to }),
    watch.states({ observer, port, to: period.to }),
    watch.latestSpan(observer),
  ]);
  const unobserved = unobservedIn(period, { spans, blind, watched: watchedBy(states, period.to) });
  if (latest === null || latest.to >= period.to || period.to - latest.to > freshMs) return unobserved;
  return subtract(unobserved, [{ from: latest.to, to: period.to }]);
}

export interface MonthQuery {
  readonly store: { readonly watch: PortTimesQuery['watch'] & Pick<WatchStore, 'watchers'> };
  readonly config: Pick<Config, 'book' | 'watch' | 'commitments' | 'pops' | 'paths'>;
  /** Such as `2026-10`. */
  readonly name: string;
  readonly ruleSet: RuleSet;
  /** Time after it is neither down nor unobserved. */
  readonly now: EpochMs;
  readonly outages: readonly ShownOutage[];
  /** Approved exclusions only. */
  readonly exclusions: readonly Exclusion[];
  /** Credits of the twelve months before; none by default. */
  readonly pastCredits?: PastCredits;
}

/** Reads past credits under one plan; null: under any plan. */
export type PastCredits = (plan: string | null, month: string) => Promise<readonly PastCredit[]>;

/** A case with further data from the store. */
export interface StoredCase extends MonthCase {
  readonly outageBounds: OutageBounds;
  /** The ports of its lines that were never watched in the month: all of it is unobserved. */
  readonly unwatched: readonly PopId[];
}

interface LoadedMonth {
  /** One for every plan that judges something in the month. */
  readonly cases: readonly StoredCase[];
  readonly unplanned: readonly UnplannedService[];
}

/**
 * Builds the cases of a month from configuration, stored rows and entries. Rounds are not included because there are
 * many: the store sums them up (`figuresFromStore`).
 */
export async function loadMonth(query: MonthQuery): Promise<LoadedMonth> {
  const { plans, unplanned } = bookMonth(query.config.book, query.name, query.ruleSet);
  const cases: StoredCase[] = [];
  for (const planned of plans) cases.push(await loadCase(query, planned));
  return { cases, unplanned };
}

async function loadCase(query: MonthQuery, planned: PlannedMonth): Promise<StoredCase> {
  const { config, now, exclusions, store, ruleSet } = query;
  const { plan, version, month, services } = planned;
  const used = new Set(services.flatMap((service) => service.lines));
  const lines = config.book.lines.filter(({ id }) => used.has(id));
  const outages: LineInterval[] = [];
  const longest: LineInterval[] = [];
  const shortest: LineInterval[] = [];
  const unobserved: LineInterval[] = [];
  const unwatched: PopId[] = [];
  const watchers = await store.watch.watchers();
  const from = Math.min(month.from, ...services.map((service) => service.period.from));
  const passed = { from, to: Math.max(from, Math.min(month.to, now)) };
  for (const pop of new Set(lines.map((line) => line.pop))) {
    const times = await portTimes({
      watch: store.watch,
      observers: watchers.flatMap(({ observer, port }) => (port === pop ? [observer] : [])),
      quorum: config.watch.quorum,
      port: pop,
      period: passed,
      outages: query.outages,
    });
    if (passed.from < passed.to && totalMs(times.unobserved) === passed.to - passed.from) unwatched.push(pop);
    for (const { id } of lines.filter((line) => line.pop === pop)) {
      outages.push(...of(id, times.down));
      longest.push(...of(id, times.downLongest));
      shortest.push(...of(id, times.downShortest));
      unobserved.push(...of(id, times.unobserved));
    }
  }
  const paths = [...new Set(services.flatMap((service) => service.paths))];
  const history = (): Promise<readonly PastCredit[]> | undefined =>
    query.pastCredits?.(ruleSet === 1 ? plan.id : null, month.name);
  return {
    ruleSet,
    planId: plan.id,
    plan: version,
    month,
    lines,
    services,
    outages,
    unobserved,
    exclusions,
    commitments: commitmentsIn(config, paths, month, version),
    dscp: dscpOf(config),
    rounds: [],
    due: dueIn(config, paths, { from: month.from, to: passed.to }),
    history: looksBack(version) ? ((await history()) ?? []) : [],
    outageBounds: { longest, shortest },
    unwatched,
    maintenanceUsed: maintenanceUsed(services, lines, month, exclusions),
  };
}

const of = (line: string, set: IntervalSet): LineInterval[] => set.map((interval) => ({ line, ...interval }));

/** The DSCP values that the probes of paths are configured with. */
const dscpOf = ({ paths }: Pick<Config, 'paths'>): ReadonlyMap<PathId, number> =>
  new Map(paths.flatMap(({ id, probe }) => (probe?.dscp === undefined ? [] : [[id, probe.dscp]])));

/** When slots are due, by the paths' own dates; future slots are not due. */
function dueIn(
  config: Pick<Config, 'paths'>,
  paths: readonly PathId[],
  passed: Interval,
): Map<PathId, { from: EpochMs | null; to: EpochMs }> {
  return new Map(
    paths.map((path) => {
      const { from = null, to = null } = config.paths.find(({ id }) => id === path) ?? {};
      return [path, { from, to: Math.min(to ?? passed.to, passed.to) }];
    }),
  );
}

/** Planned maintenance of the calendar year before the month, by line, milliseconds. */
function maintenanceUsed(
  services: readonly ServiceInMonth[],
  lines: MonthCase['lines'],
  month: Month,
  exclusions: readonly Exclusion[],
): Map<string, number> {
  const year = { from: startOfDay(`${month.name.slice(0, 4)}-01-01`, month.zone), to: month.from };
  const planned = exclusions.filter(({ kind }) => kind === 'planned-maintenance');
  const used = new Map<string, number>();
  for (const { id: service, customer, lines: serviceLines } of services) {
    for (const line of serviceLines) {
      const pop = lines.find(({ id }) => id === line)?.pop ?? '';
      const covering = planned.filter(({ scope }) => coversLine(scope, { line, pop, service, customer }));
      const ms = totalMs(clip(merge(covering), year));
      used.set(line, Math.max(used.get(line) ?? 0, ms));
    }
  }
  return used;
}

/** Only a cap over more than one month needs earlier credits. */
const looksBack = ({ credit }: MonthCase['plan']): boolean =>
  credit.caps.some(({ over }) => over !== 'month');

interface StoredFigures {
  readonly rounds: Pick<RoundStore, 'partSums'>;
  /** The case to be judged, without its rounds. */
  readonly monthCase: Pick<
    MonthCase,
    'month' | 'plan' | 'exclusions' | 'services' | 'commitments' | 'due' | 'ruleSet'
  >;
  /** Cut at every midnight too; by default only where the plan judges by the day. */
  readonly byDay?: boolean;
}

/** How many paths are requested at once: some thousand parts with a few sums each. */
const pathsAtOnce = 150;

/**
 * The figures of every path that the case's services and commitments name, to pass to `judgeMonth` instead of rounds.
 */
export async function figuresFromStore(from: StoredFigures): Promise<FiguresOf> {
  return figuresFromParts(await sumsFromStore(from));
}

/**
 * The sums over the rounds of every path, cut as the judgement needs them. The store adds up, reading each row once; no
 * row is loaded into memory.
 */
export async function sumsFromStore({
  rounds,
  monthCase,
  byDay,
}: StoredFigures): Promise<(path: PathId) => readonly SummedPart[]> {
  const { services, commitments } = monthCase;
  const paths = new Set([
    ...services.flatMap((service) => service.paths),
    ...commitments.map(({ path }) => path),
  ]);
  const parts = partsAsked(monthCase, byDay === undefined ? {} : { byDay });
  const summed = new Map<PathId, SummedPart[]>();
  const all = [...paths];
  for (const path of all) summed.set(path, []);
  for (let at = 0; at < all.length; at += pathsAtOnce) {
    const asked = all
      .slice(at, at + pathsAtOnce)
      .flatMap((path) => parts(path).map(({ from, to }) => ({ path, from, to })));
    for (const [index, sums] of (await rounds.partSums(asked)).entries()) {
      const part = asked[index];
      if (!part || sums.roundsHeld === 0) continue;
      const { path, from, to } = part;
      summed.get(path)?.push({ from, to, sums: meanSums(sums) });
    }
  }
  return (path) => {
    const sums = summed.get(path);
    if (!sums) throw new RangeError(`${path} was not summed up: neither a service nor a commitment names it`);
    return sums;
  };
}

/** Converts the store's groups to sums by denominator. */
export function meanSums({ roundsHeld, roundsWithLatency, latency, loss }: PathSums): MeanSums {
  const sums = emptySums();
  const add = (numerators: Map<number, bigint>, denominator: number, numerator: bigint): void => {
    numerators.set(denominator, (numerators.get(denominator) ?? 0n) + numerator);
  };
  sums.held = roundsHeld;
  sums.latency.count = roundsWithLatency;
  sums.loss.count = roundsHeld;
  // A round's jitter is its mean RTT minus the mean of its smallest RTTs, so the same sums are reused.
  sums.jitter.count = roundsWithLatency;
  for (const { received, sizes, rttSumUs, rttMinSumUs } of latency) {
    add(sums.latency.numerators, received * sizes, rttSumUs);
    add(sums.jitter.numerators, received * sizes, rttSumUs);
    add(sums.jitter.numerators, sizes, -rttMinSumUs);
  }
  for (const { sent, sizes, lost } of loss) add(sums.loss.numerators, sent * sizes, lost);
  return sums;
}
