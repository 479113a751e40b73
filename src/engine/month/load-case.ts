import type { Config } from '../../config/config.js';
import { bookMonth, type PlannedMonth, type UnplannedService } from '../../core/customer/segments.js';
import { coversLine, type Exclusion } from '../../core/exclusion/exclusion.js';
import type { OutageBounds } from '../../core/statement/bounds.js';
import type { LineInterval, MonthCase, PastCredit, ServiceInMonth } from '../../core/statement/case.js';
import type { RuleSet } from '../../core/statement/rule-set.js';
import { clip, merge, totalMs, type Interval, type IntervalSet } from '../../core/time/intervals.js';
import type { Month } from '../../core/time/month.js';
import { startOfDay } from '../../core/time/zone.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { ShownOutage } from '../ledger/counted.js';
import { commitmentsIn } from './commitments.js';
import { portTimes, type PortTimesQuery } from './port-times.js';

export interface MonthQuery {
  readonly store: { readonly watch: PortTimesQuery['watch'] & Pick<WatchStore, 'watchers'> };
  readonly config: Pick<Config, 'book' | 'watch' | 'commitments' | 'pops' | 'paths'>;
  /** `2026-10`. */
  readonly name: string;
  readonly ruleSet: RuleSet;
  /** What comes after it is neither down nor unobserved. */
  readonly now: EpochMs;
  readonly outages: readonly ShownOutage[];
  /** Approved ones. */
  readonly exclusions: readonly Exclusion[];
  /** What was credited in the twelve months before the one of that name; none by default. */
  readonly pastCredits?: PastCredits;
}

/** By one plan; null: by whatever plans. */
export type PastCredits = (plan: string | null, month: string) => Promise<readonly PastCredit[]>;

/** A case with what the store alone can tell of it. */
export interface StoredCase extends MonthCase {
  readonly outageBounds: OutageBounds;
  /** The ports of its lines that nobody watched at any time of it: all of it is unobserved. */
  readonly unwatched: readonly PopId[];
}

export interface LoadedMonth {
  /** Of every plan that judges something in it. */
  readonly cases: readonly StoredCase[];
  readonly unplanned: readonly UnplannedService[];
}

/**
 * What a month is judged on, from what is configured, stored and entered. Without its rounds, which are many: the store
 * sums them up (`figuresFromStore`).
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

/** The code points that the probes of paths are configured to carry. */
const dscpOf = ({ paths }: Pick<Config, 'paths'>): ReadonlyMap<PathId, number> =>
  new Map(paths.flatMap(({ id, probe }) => (probe?.dscp === undefined ? [] : [[id, probe.dscp]])));

/** By the paths' own dates; what has not come yet is not due. */
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

/** Planned maintenance of the calendar year before the month, by line. */
function maintenanceUsed(
  services: readonly ServiceInMonth[],
  lines: MonthCase['lines'],
  month: Month,
  exclusions: readonly Exclusion[],
): Map<string, number> {
  const year = { from: startOfDay(`${month.name.slice(0, 4)}-01-01`, month.zone), to: month.from };
  const planned = exclusions.filter(({ kind }) => kind === 'planned-maintenance');
  const used = new Map<string, number>();
  for (const { id: service, customer, lines: own } of services) {
    for (const line of own) {
      const pop = lines.find(({ id }) => id === line)?.pop ?? '';
      const covering = planned.filter(({ scope }) => coversLine(scope, { line, pop, service, customer }));
      const ms = totalMs(clip(merge(covering), year));
      used.set(line, Math.max(used.get(line) ?? 0, ms));
    }
  }
  return used;
}

/** Only a cap over more than the month asks what was credited before. */
const looksBack = ({ credit }: MonthCase['plan']): boolean =>
  credit.caps.some(({ over }) => over !== 'month');
