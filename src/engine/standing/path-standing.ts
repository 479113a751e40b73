import type { Exclusion } from '../../core/exclusion/exclusion.js';
import type { ExclusionKind } from '../../core/exclusion/kinds.js';
import { emptySums, figuresOf, type MeanFigures } from '../../core/measurement/figures.js';
import { grade, type PathStanding, type WindowStanding } from '../../core/quality/standing.js';
import { leftOutOf } from '../../core/quality/path-month.js';
import { dueSlots } from '../../core/time/due.js';
import { contains, type Interval, type IntervalSet } from '../../core/time/intervals.js';
import type { EpochMs } from '../../core/types.js';
import type { RoundStore } from '../../store/store.js';
import { meanSums } from '../month/figures-from-store.js';
import type { PathTerms } from './terms.js';

const dayMs = 86_400_000;

export interface PathStandingQuery {
  readonly rounds: Pick<RoundStore, 'monthSums'>;
  readonly terms: PathTerms;
  /** Approved ones. */
  readonly exclusions: readonly Exclusion[];
  readonly everyMs: number;
  /** The slots before this instant have their rounds, or are missing. */
  readonly until: EpochMs;
}

/** A path over its newest slot, the last 24 hours and the month to date, summed up by the store. */
export async function pathStanding(query: PathStandingQuery): Promise<PathStanding> {
  const { terms, until, everyMs } = query;
  return {
    plan: terms.planId,
    commitmentUs: terms.commitmentUs,
    round: await over({ from: until - 1 - ((until - 1) % everyMs), to: until }, query),
    day: await over({ from: until - dayMs, to: until }, query),
    month: await over({ from: terms.month.from, to: Math.min(until, terms.month.to) }, query),
  };
}

async function over(window: Interval, query: PathStandingQuery): Promise<WindowStanding> {
  const { terms, exclusions, everyMs } = query;
  const { path, plan, commitmentUs } = terms;
  const out = (kinds: readonly ExclusionKind[]) => leftOutOf(path.id, exclusions, kinds);
  const [latencyOut, lossOut] = [out(plan.latency.leavesOut), out(plan.loss.leavesOut)];
  const latency = await figures(window, latencyOut, query);
  const alike = JSON.stringify(latencyOut) === JSON.stringify(lossOut);
  const { loss } = alike ? latency : await figures(window, lossOut, query);
  const due = dueSlots(window.from, window.to, everyMs, path).filter((slot) => !contains(latencyOut, slot));
  return {
    ...window,
    ...{ latencyUs: latency.latencyUs, loss, held: latency.held, due: due.length },
    ...grade({ latencyUs: latency.latencyUs, loss }, commitmentUs, plan),
  };
}

async function figures(
  { from, to }: Interval,
  leftOut: IntervalSet,
  { rounds, terms }: PathStandingQuery,
): Promise<MeanFigures> {
  const path = terms.path.id;
  if (from >= to) return figuresOf(emptySums());
  const [sums] = await rounds.monthSums({ paths: [path], from, to, without: new Map([[path, leftOut]]) });
  return figuresOf(sums ? meanSums(sums) : emptySums());
}
