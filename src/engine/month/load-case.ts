import type { Config } from '../../config/config.js';
import { segmentsIn, type Segment } from '../../core/customer/segments.js';
import { coversLine, type Exclusion } from '../../core/exclusion/exclusion.js';
import type { Plan } from '../../core/plan/plan.js';
import { monthOf, versionFor } from '../../core/plan/version.js';
import type { OutageBounds } from '../../core/statement/bounds.js';
import type { LineInterval, MonthCase, PastCredit } from '../../core/statement/case.js';
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
  readonly plan: Plan;
  /** `2026-10`. */
  readonly name: string;
  /** What comes after it is neither down nor unobserved. */
  readonly now: EpochMs;
  readonly outages: readonly ShownOutage[];
  /** Approved ones. */
  readonly exclusions: readonly Exclusion[];
  /** What the plan credited in the twelve months before the one of that name; none by default. */
  readonly pastCredits?: PastCredits;
}

export type PastCredits = (plan: string, month: string) => Promise<readonly PastCredit[]>;

/** A case with what the store alone can tell of it. */
export interface StoredCase extends MonthCase {
  readonly outageBounds: OutageBounds;
  /** The ports of its lines that nobody watched at any time of it: all of it is unobserved. */
  readonly unwatched: readonly PopId[];
}

/**
 * What a plan's month is judged on, from what is configured, stored and entered; null: it judges nothing in it. Without
 * its rounds, which are many: the store sums them up (`figuresFromStore`).
 */
export async function loadCase(query: MonthQuery): Promise<StoredCase | null> {
  const { config, plan, name, now, exclusions, store } = query;
  const version = versionFor(plan, name);
  if (version === null) return null;
  const month = monthOf(version, name);
  const services = segmentsIn(config.book, plan.id, month);
  if (services.length === 0) return null;
  const used = new Set(services.flatMap(({ lines }) => lines));
  const lines = config.book.lines.filter(({ id }) => used.has(id));
  const outages: LineInterval[] = [];
  const longest: LineInterval[] = [];
  const shortest: LineInterval[] = [];
  const unobserved: LineInterval[] = [];
  const unwatched: PopId[] = [];
  const watchers = await store.watch.watchers();
  const passed = { from: month.from, to: Math.max(month.from, Math.min(month.to, now)) };
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
  return {
    planId: plan.id,
    plan: version,
    month,
    lines,
    services,
    outages,
    unobserved,
    exclusions,
    commitments: commitmentsIn(config, paths, month),
    rounds: [],
    due: dueIn(config, paths, passed),
    history: looksBack(version) ? ((await query.pastCredits?.(plan.id, name)) ?? []) : [],
    outageBounds: { longest, shortest },
    unwatched,
    maintenanceUsed: maintenanceUsed(services, lines, month, exclusions),
  };
}

const of = (line: string, set: IntervalSet): LineInterval[] => set.map((interval) => ({ line, ...interval }));

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
  services: readonly Segment[],
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
