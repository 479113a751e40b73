import type { LedgerExclusion, Deed } from '../../core/ledger/exclusions.js';
import type { Correction } from '../../core/ledger/outages.js';
import type { Interval } from '../../core/time/intervals.js';
import type { Attribution } from '../../core/watch/attribution.js';
import type { OutageEdge } from '../../core/watch/outage.js';
import type { ObservedOutage } from '../../core/watch/records.js';
import { isoInstant } from '../instant.js';
import { tracesJson, type NetworkOf, type TracesView } from './traces.js';

const iso = (at: number | null): string | null => (at === null ? null : isoInstant(at));
const span = ({ from, to }: { readonly from: number; readonly to: number | null }) => ({
  from: iso(from),
  to: iso(to),
});
const deed = (done: Deed | null) => done && { ...done, at: iso(done.at) };

export function exclusionJson(exclusion: LedgerExclusion): object {
  const { intervals, notices, proposed, approved, rejected, revoked } = exclusion;
  return {
    ...exclusion,
    intervals: intervals.map(span),
    notices: notices.map(({ at, text }) => ({ at: iso(at), text })),
    proposed: deed(proposed),
    approved: deed(approved),
    rejected: deed(rejected),
    revoked: deed(revoked),
  };
}

/** What is shown of an outage. */
export interface OutageView {
  readonly ref: string;
  readonly port: string;
  readonly measured: ObservedOutage | null;
  readonly corrections: readonly Correction[];
  readonly counts: { readonly from: number; readonly to: number | null } | null;
  /** What it was by all observers; null or left out: nobody can say. */
  readonly attribution?: Attribution | null;
  /** How the path was then and before; null or left out: it was not traced. */
  readonly traces?: TracesView | null;
}

export function outageJson(
  { ref, port, measured, corrections, counts, attribution, traces }: OutageView,
  networkOf: NetworkOf = () => null,
): object {
  return {
    ref,
    port,
    counts: counts && span(counts),
    measured: measured && measuredJson(measured),
    attribution: attribution ?? null,
    traces: traces ? tracesJson(traces, networkOf) : null,
    corrections: corrections.map(({ at, interval, ...rest }) => ({
      ...rest,
      at: iso(at),
      interval: interval && span(interval satisfies Interval),
    })),
  };
}

const edge = ({ at, earliest, latest }: OutageEdge) => ({
  ...{ at: iso(at), earliest: iso(earliest), latest: iso(latest) },
});

function measuredJson({ observer, start, end, inferred, voided }: ObservedOutage): object {
  return {
    observer,
    start: edge(start),
    end: end && edge(end),
    inferred: inferred.map(({ reason, ...time }) => ({ ...span(time), reason })),
    voided: voided && { at: iso(voided.at), reason: voided.reason },
  };
}
