import type { Digest } from '../ledger/chain.js';
import type { LedgerExclusion } from '../ledger/exclusions.js';
import type { Correction } from '../ledger/outages.js';
import type { SummedPart } from '../measurement/figures-from-parts.js';
import type { LocalDate } from '../time/date.js';
import type { EpochMs, PathId, PopId } from '../types.js';
import type { ObservedOutage } from '../watch/records.js';
import type { StatementInputs } from './document.js';
import type { Bounds, Measured } from './document-parts.js';
import type { MonthJudgement } from './judge.js';
import type { RuleSet } from './rule-set.js';

/** One plan's month, with what its statements show beside what was judged. */
export interface PlanMonth {
  readonly judgement: MonthJudgement;
  readonly planDigest: string;
  /** What the rounds of a path sum up to, cut at least at every midnight of the plan's zone. */
  readonly partsOf: (path: PathId) => readonly SummedPart[];
  readonly measuredBy: (path: PathId) => readonly Measured[];
  /** By the places of the judgement's services; none: not worked out. */
  readonly bounds: readonly (Bounds | null)[];
}

/** An outage with what was said of it; structurally what the ledger's desk shows. */
export interface OutageFact {
  readonly ref: string;
  readonly port: PopId;
  readonly measured: ObservedOutage | null;
  readonly corrections: readonly Correction[];
  readonly counts: { readonly from: EpochMs; readonly to: EpochMs | null } | null;
}

/** What the statements of a month are assembled from. */
export interface MonthFacts {
  readonly month: string;
  readonly asOf: EpochMs;
  readonly software: string;
  readonly ruleSet: RuleSet;
  readonly plans: readonly PlanMonth[];
  /** Services that no plan judges, by id with the reason. */
  readonly unplanned: readonly { readonly service: string; readonly reason: string }[];
  readonly outages: readonly OutageFact[];
  /** Approved ones. */
  readonly exclusions: readonly LedgerExclusion[];
  readonly sellersOf: (customer: string, day: LocalDate) => readonly string[];
  readonly shortestSureOutageMs: number;
  readonly ledgerHead: StatementInputs['ledgerHead'];
  /** The digest of the configuration that it is drawn up with. */
  readonly config: string;
  /** The derivation of the judgement's n-th service, line by line. */
  readonly explain: (judgement: MonthJudgement, index: number) => readonly string[];
  readonly digest: Digest;
}
