import { exclusionKinds } from '../core/exclusion/kinds.js';
import type { LedgerStanding } from '../core/ledger/standing.js';
import type { EpochMs } from '../core/types.js';
import type { MetricMaker } from './make.js';
import { metricNames } from './names.js';

/** How the fault reports stand. */
export interface ReportsStanding {
  readonly byState: ReadonlyMap<string, number>;
  readonly overdue: number;
}

export const closeStates = ['not-due', 'due', 'sealed'] as const;

/** How the months that ended stand. */
export interface CloseStanding {
  /** Of the month before this one. */
  readonly state: (typeof closeStates)[number];
  /** When the last sealed month began; null: none is. */
  readonly lastSealedFrom: EpochMs | null;
  /** How long ago the oldest month that is not sealed ended; 0: all are. */
  readonly unsealedMs: number;
}

/** The series of what people do. */
export interface OfficeSeries {
  readonly ledger: (standing: LedgerStanding) => void;
  readonly reports: (standing: ReportsStanding) => void;
  readonly close: (standing: CloseStanding) => void;
}

export function officeSeries(make: MetricMaker): OfficeSeries {
  const active = make.gauge(metricNames.activeExclusions);
  const proposed = make.gauge(metricNames.proposedExclusions);
  const reports = make.gauge(metricNames.faultReports);
  const overdue = make.late(metricNames.faultReportsOverdue);
  const state = make.gauge(metricNames.monthClose);
  const unsealed = make.late(metricNames.monthUnsealed);
  const lastSealed = make.late(metricNames.lastSealed);
  return {
    ledger: (standing) => {
      for (const kind of exclusionKinds) active.set({ kind }, standing.active.get(kind) ?? 0);
      proposed.set(standing.proposed);
    },
    reports: ({ byState, overdue: late }) => {
      reports.reset();
      for (const [of, count] of byState) reports.set({ state: of }, count);
      overdue.set(late);
    },
    close: (standing) => {
      for (const each of closeStates) state.set({ state: each }, each === standing.state ? 1 : 0);
      unsealed.set(standing.unsealedMs / 1000);
      if (standing.lastSealedFrom === null) lastSealed.unset();
      else lastSealed.set(standing.lastSealedFrom / 1000);
    },
  };
}
