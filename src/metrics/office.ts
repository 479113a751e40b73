import { exclusionKinds } from '../core/exclusion/kinds.js';
import type { LedgerStanding } from '../core/ledger/standing.js';
import type { EpochMs } from '../core/types.js';
import { minutely, type MetricMaker } from './make.js';
import { metricNames } from './names.js';

/** How the fault reports stand. */
export interface ReportsStanding {
  readonly byState: ReadonlyMap<string, number>;
  readonly overdue: number;
}

/** Not closed yet; closed, and its drafts wait to be sealed; all of it sealed. */
export const closeStates = ['open', 'closed', 'sealed'] as const;

/** How the months that ended stand. */
export interface CloseStanding {
  /** Of the month before this one. */
  readonly state: (typeof closeStates)[number];
  /** When the last sealed month ended; null: none is. */
  readonly lastSealedEnd: EpochMs | null;
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
  const active = make.gauge(metricNames.activeExclusions, minutely);
  const proposed = make.late(metricNames.proposedExclusions, minutely);
  const reports = make.gauge(metricNames.faultReports, minutely);
  const overdue = make.late(metricNames.faultReportsOverdue, minutely);
  const state = make.gauge(metricNames.monthClose, minutely);
  const unsealed = make.late(metricNames.monthUnsealed, minutely);
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
      if (standing.lastSealedEnd === null) lastSealed.unset();
      else lastSealed.set(standing.lastSealedEnd / 1000);
    },
  };
}
