import type { Digest } from '../ledger/chain.js';
import type { LedgerExclusion } from '../ledger/exclusions.js';
import type { Correction } from '../ledger/outages.js';
import { addSums, emptySums, meanOf, type MeanSums, type SummedPart } from '../measurement/figures.js';
import type { PathMonth } from '../quality.js';
import type { Day, LocalDate } from '../time/calendar.js';
import { contains, type IntervalSet } from '../time/intervals.js';
import type { EpochMs, PathId, PopId } from '../types.js';
import type { ObservedOutage } from '../watch/outage.js';
import type { Bounds, DayFigures, Measured } from './document-parts.js';
import type { StatementInputs } from './document.js';
import type { MonthJudgement } from './judge.js';
import { wholePpm, wholeUs } from './result.js';
import type { RuleSet } from './rule-set.js';

/** One plan's judged month, with the further data that its statements show. */
export interface PlanMonth {
  readonly judgement: MonthJudgement;
  readonly planDigest: string;
  /** The sums over a path's rounds, cut at least at every midnight of the plan's zone. */
  readonly partsOf: (path: PathId) => readonly SummedPart[];
  readonly measuredBy: (path: PathId) => readonly Measured[];
  /** By the index of the judgement's services; empty: not calculated; null: the edges make no difference. */
  readonly bounds: readonly (Bounds | null)[];
}

/** An outage with its corrections; structurally the same as the ledger service's. */
export interface OutageFact {
  readonly ref: string;
  readonly port: PopId;
  readonly measured: ObservedOutage | null;
  readonly corrections: readonly Correction[];
  readonly counts: { readonly from: EpochMs; readonly to: EpochMs | null } | null;
}

/** The input from which a month's statements are assembled. */
export interface MonthFacts {
  readonly month: string;
  readonly asOf: EpochMs;
  readonly software: string;
  readonly ruleSet: RuleSet;
  readonly plans: readonly PlanMonth[];
  /** Services that no plan judges, with the reason. */
  readonly unplanned: readonly { readonly service: string; readonly reason: string }[];
  readonly outages: readonly OutageFact[];
  /** Approved exclusions only. */
  readonly exclusions: readonly LedgerExclusion[];
  readonly sellersOf: (customer: string, day: LocalDate) => readonly string[];
  readonly shortestSureOutageMs: number;
  readonly ledgerHead: StatementInputs['ledgerHead'];
  /** Digest of the configuration in effect. */
  readonly config: string;
  /** The version of the time zone data; null: not known. */
  readonly zoneData: string | null;
  /** The derivation of the judgement's n-th service, line by line. */
  readonly explain: (judgement: MonthJudgement, index: number) => readonly string[];
  readonly digest: Digest;
}

/** A day with the number of slots due in it. */
export interface DueDay extends Day {
  readonly slots: readonly EpochMs[];
}

/** The figures of a path for each day, without the slots that the plan excludes from the month's figures. */
export function dayFigures(
  path: PathMonth,
  days: readonly DueDay[],
  parts: readonly SummedPart[],
): DayFigures[] {
  const latency = sumsByDay(days, parts, path.latency.leftOut);
  const loss =
    path.loss.leftOut.length + path.latency.leftOut.length === 0
      ? latency
      : sumsByDay(days, parts, path.loss.leftOut);
  return days.map(({ day, slots }, index) => {
    const sums = latency[index] ?? emptySums();
    const { leftOut } = path.latency;
    return {
      day,
      roundsDue:
        leftOut.length === 0 ? slots.length : slots.filter((slot) => !contains(leftOut, slot)).length,
      roundsHeld: sums.held,
      latencyUs: wholeUs(meanOf(sums.latency)),
      lossPpm: wholePpm(meanOf((loss[index] ?? emptySums()).loss)),
    };
  });
}

/**
 * The sums of each day without excluded slots. Each part lies within one day and wholly inside or outside `leftOut`.
 */
export function sumsByDay(
  days: readonly Day[],
  parts: readonly SummedPart[],
  leftOut: IntervalSet = [],
): MeanSums[] {
  const sums = days.map(() => emptySums());
  let at = 0;
  for (const part of [...parts].sort((a, b) => a.from - b.from)) {
    while ((days[at]?.to ?? Infinity) <= part.from) at += 1;
    const day = sums[at];
    if (day && !contains(leftOut, part.from)) addSums(day, part.sums);
  }
  return sums;
}
