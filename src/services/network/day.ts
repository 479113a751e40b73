import { setImmediate as turn } from 'node:timers/promises';
import type { Config } from '../../config/config.js';
import { isMaintenance, type LedgerExclusion } from '../../core/ledger/exclusions.js';
import type { Plan } from '../../core/plan.js';
import {
  clip,
  intersectAll,
  type Interval,
  type IntervalSet,
  merge,
  union,
} from '../../core/time/intervals.js';
import type { EpochMs, PathId, PopId } from '../../core/types.js';
import { unobservedIn } from '../../core/watch/outage.js';
import type { RoundStore } from '../../store/store.js';
import type { WatchStore } from '../../store/watch-store.js';
import type { ShownOutage } from '../ledger/entries.js';
import { termsAt } from '../standing/sources.js';
import { shownGroups } from './outage-groups.js';
import { gradeSlot } from './spells.js';

/** An interval that leads to something: an outage, an exclusion. */
interface Named extends Interval {
  readonly id: string;
}

interface DayOfPop {
  readonly pop: PopId;
  readonly outages: readonly (Named & { readonly isVoid: boolean; readonly lasts: boolean })[];
  readonly maintenance: readonly Named[];
  /** Whether anybody ever watched its port. */
  readonly isWatched: boolean;
  /** When none of its observers watched it. */
  readonly unobserved: IntervalSet;
}

interface DayOfPath {
  readonly path: PathId;
  /** Rounds in the worst band of their plan, or without an answer, as times of their slots. */
  readonly severe: IntervalSet;
  readonly maintenance: readonly Named[];
}

interface NetworkDay extends Interval {
  /** What is later is not known yet. */
  readonly until: EpochMs;
  readonly pops: readonly DayOfPop[];
  /** Only paths with a severe round, the one with the most first. */
  readonly paths: readonly DayOfPath[];
}

interface DayQuery {
  readonly period: Interval;
  readonly now: EpochMs;
  readonly watch: DayWatch;
  readonly config: Pick<Config, 'pops'>;
  readonly severe: (past: Interval) => Promise<SevereRounds>;
  readonly outages: readonly ShownOutage[];
  readonly exclusions: readonly LedgerExclusion[];
}

export type DayWatch = Pick<WatchStore, 'spans' | 'blind' | 'watchers'>;

/** What happened in the network in a time of a day or two. */
export async function networkDay(query: DayQuery): Promise<NetworkDay> {
  const { period, now, config, outages, exclusions } = query;
  const until = Math.max(period.from, Math.min(period.to, now));
  const past = { from: period.from, to: until };
  const maintenance = exclusions.filter(isMaintenance);
  const covering = (covers: (scope: Exclude<LedgerExclusion['scope'], 'all'>) => boolean): Named[] =>
    maintenance.flatMap(({ id, scope, intervals }) =>
      scope === 'all' || covers(scope) ? clip(merge(intervals), period).map((one) => ({ id, ...one })) : [],
    );
  const groups = shownGroups(outages, []);
  const unobserved = await unobservedPorts(query.watch, past, now);
  const severe = await query.severe(past);
  return {
    ...period,
    until,
    pops: config.pops.map(({ id: pop }) => ({
      pop,
      outages: groups.flatMap(({ id, port, from, to, isVoid }) =>
        clip(port === pop ? [{ from, to: Math.max(from + 1, to ?? until) }] : [], past).map((time) => ({
          ...time,
          id,
          isVoid,
          lasts: to === null,
        })),
      ),
      maintenance: covering(({ pops }) => pops.includes(pop)),
      isWatched: unobserved(pop) !== null,
      unobserved: unobserved(pop) ?? [],
    })),
    paths: [...severe]
      .map(([path, times]) => ({
        path,
        severe: merge(times),
        rounds: times.length,
        maintenance: covering(({ paths }) => paths.includes(path)),
      }))
      .sort((a, b) => b.rounds - a.rounds || (a.path < b.path ? -1 : 1))
      .map(({ path, severe: times, maintenance: named }) => ({ path, severe: times, maintenance: named })),
  };
}

/** The newest heartbeat may not be stored yet. */
const freshMs = 60_000;

/** When no observer of a port watched it; null: the port has none. */
export async function unobservedPorts(
  watch: DayWatch,
  past: Interval,
  now: EpochMs,
): Promise<(port: PopId) => IntervalSet | null> {
  const [watchers, blind] = await Promise.all([watch.watchers(), watch.blind(past)]);
  const gaps = new Map<PopId, IntervalSet>();
  for (const observer of new Set(watchers.map((one) => one.observer))) {
    const spans = await watch.spans(observer, past);
    const last = spans.at(-1);
    const isFresh = last !== undefined && last.to < past.to && now - last.to < freshMs;
    const until = isFresh ? { from: past.from, to: last.to } : past;
    const blindTimes = blind.filter((one) => one.observer === observer && one.port === null);
    gaps.set(observer, unobservedIn(until, { spans, blind: blindTimes, watched: [past] }));
  }
  return (port) => {
    const observers = watchers.filter((one) => one.port === port);
    if (observers.length === 0) return null;
    return intersectAll(
      observers.map(({ observer }) => {
        const blindTimes = blind.filter((one) => one.observer === observer && one.port === port);
        const times = blindTimes.map(({ from, to }) => ({ from, to: to ?? Infinity }));
        return union(gaps.get(observer) ?? [], clip(merge(times), past));
      }),
    );
  };
}

/** Rounds are read so many at a time, so that other work goes on in between. */
const atOnce = 2000;

/** Rounds in the worst band of their plan, or without an answer, by path: times of their slots. */
type SevereRounds = ReadonlyMap<PathId, readonly Interval[]>;

interface SevereQuery {
  readonly rounds: Pick<RoundStore, 'list'>;
  readonly config: Config;
  readonly defaultPlan: Plan | null;
}

export async function severeRounds(
  { rounds, config, defaultPlan }: SevereQuery,
  past: Interval,
): Promise<SevereRounds> {
  const { everyMs } = config.measurement;
  const terms = termsAt(config, config.paths, defaultPlan, past.from);
  const severe = new Map<PathId, Interval[]>();
  if (past.from >= past.to) return severe;
  let after: { readonly slot: EpochMs; readonly path: PathId } | undefined;
  for (;;) {
    const found = await rounds.list({ ...past, order: 'oldest', limit: atOnce, ...(after && { after }) });
    for (const slot of found) {
      const of = terms.get(slot.path);
      const graded = of && gradeSlot(slot, of, of.plan);
      if (!graded) continue;
      const isWorst = (level: number | undefined, bands: number): boolean => bands > 1 && level === bands - 1;
      const { latency, loss } = of.plan;
      if (
        !graded.isLost &&
        !isWorst(graded.latencyBand?.level, latency.bands.length) &&
        !isWorst(graded.lossBand?.level, loss.bands.length)
      )
        continue;
      const times = severe.get(slot.path) ?? [];
      times.push({ from: slot.slot, to: slot.slot + everyMs });
      severe.set(slot.path, times);
    }
    after = found.at(-1);
    if (found.length < atOnce) return severe;
    await turn();
  }
}
