import { coversLine } from '../exclusion/exclusion.js';
import type { LedgerExclusion } from '../ledger/exclusions.js';
import type { Correction } from '../ledger/outages.js';
import { intersect, merge, totalMs, type Interval } from '../time/intervals.js';
import { formatInstant } from '../time/zone.js';
import type { EpochMs } from '../types.js';
import type { OutageEdge } from '../watch/outage.js';
import type { Edge, OutagePart } from './document-parts.js';
import type { OutageFact } from './facts.js';
import type { MonthJudgement, ServiceMonth } from './judge.js';
import { spanOf } from './part-of.js';

/** A stretch of a service with the month it was judged in. */
export interface Judged {
  readonly service: ServiceMonth;
  readonly judgement: MonthJudgement;
}

/** What the service's statement says of an outage; null: it touches none of its lines in its time. */
export function outagePart(
  outage: OutageFact,
  judged: readonly Judged[],
  exclusions: readonly LedgerExclusion[],
  zone: string,
): OutagePart | null {
  const times = timesOf(outage);
  const touched = judged.flatMap((one) =>
    one.service.availability.lines
      .filter(({ pop }) => pop === outage.port && times && touches(times, one.service.period))
      .map((line) => ({ ...one, line })),
  );
  if (!times || touched.length === 0) return null;
  const at = (instant: EpochMs): string => formatInstant(instant, zone);
  const { measured } = outage;
  return {
    ref: outage.ref,
    port: outage.port,
    lines: [...new Set(touched.map(({ line }) => line.line))],
    observer: measured?.observer ?? null,
    from: at(times.from),
    to: times.to === null ? null : at(times.to),
    start: measured && edge(measured.start, zone),
    end: measured?.end ? edge(measured.end, zone) : null,
    origin: measured === null ? 'added' : outage.corrections.length > 0 ? 'corrected' : 'measured',
    state: stateOf(outage, touched),
    excusedBy: exclusions
      .filter(({ kind, scope, intervals }) =>
        touched.some(
          ({ service, judgement, line }) =>
            judgement.case.plan.availability.excusedBy.includes(kind) &&
            coversLine(scope, {
              line: line.line,
              pop: line.pop,
              service: service.terms.id,
              customer: service.terms.customer,
            }) &&
            intervals.some((each) => touches(times, each)),
        ),
      )
      .map(({ id }) => id),
    corrections: outage.corrections.map((each) => correction(each, zone)),
    inferred: (measured?.inferred ?? []).map(({ reason, ...span }) => ({ ...spanOf(span, zone), reason })),
  };
}

interface Times {
  readonly from: EpochMs;
  readonly to: EpochMs | null;
}

/** What counts; where nothing does, what was measured or first entered. */
function timesOf({ counts, measured, corrections }: OutageFact): Times | null {
  if (counts) return counts;
  if (measured) return { from: measured.start.at, to: measured.end?.at ?? null };
  return corrections[0]?.interval ?? null;
}

const touches = (times: Times, span: Interval): boolean =>
  times.from < span.to && (times.to ?? Infinity) > span.from;

function stateOf(
  { counts }: OutageFact,
  touched: readonly (Judged & { readonly line: ServiceMonth['availability']['lines'][number] })[],
): OutagePart['state'] {
  if (counts === null) return 'voided';
  const own = merge([{ from: counts.from, to: counts.to ?? Infinity }]);
  let [downMs, countedMs] = [0, 0];
  for (const { line } of touched) {
    downMs += totalMs(intersect(own, line.outages));
    countedMs += totalMs(intersect(own, line.countable));
  }
  if (downMs === 0) return 'outvoted';
  if (countedMs === 0) return 'excused';
  return countedMs === downMs ? 'counted' : 'partly-excused';
}

const edge = ({ at, earliest, latest }: OutageEdge, zone: string): Edge => ({
  at: formatInstant(at, zone),
  earliest: formatInstant(earliest, zone),
  latest: formatInstant(latest, zone),
});

function correction(
  { id, does, actor, at, reason, interval }: Correction,
  zone: string,
): OutagePart['corrections'][number] {
  return {
    id,
    does,
    by: actor,
    at: formatInstant(at, zone),
    reason,
    from: interval && formatInstant(interval.from, zone),
    to: interval && formatInstant(interval.to, zone),
  };
}
