import { coversLine, coversPath, type ExclusionScope } from '../exclusion/exclusion.js';
import { noticeAtOf, type LedgerExclusion } from '../ledger/exclusions.js';
import { pathEnds } from '../path/path.js';
import type { Interval } from '../time/intervals.js';
import { formatInstant } from '../time/zone.js';
import type { ExclusionPart } from './document-parts.js';
import type { Judged } from './outage-part.js';
import { spanOf } from './part-of.js';

/** What the service's statement says of an approved exclusion; null: it touches neither its lines nor its paths. */
export function exclusionPart(
  exclusion: LedgerExclusion,
  judged: readonly Judged[],
  zone: string,
): ExclusionPart | null {
  const { approved, proposed, scope } = exclusion;
  if (approved === null || !judged.some((one) => coversAny(exclusion, one))) return null;
  const noticeAt = noticeAtOf(exclusion);
  return {
    id: exclusion.id,
    kind: exclusion.kind,
    scope: ownScope(scope, judged),
    intervals: inMonths(exclusion, judged).map((each) => spanOf(each, zone)),
    reason: exclusion.reason,
    noticeAt: noticeAt === null ? null : formatInstant(noticeAt, zone),
    proof: exclusion.proof,
    attachments: exclusion.attachments.map(({ sha256, name }) => ({ sha256, name })),
    proposedBy: proposed.actor,
    proposedAt: formatInstant(proposed.at, zone),
    approvedBy: approved.actor,
    approvedAt: formatInstant(approved.at, zone),
  };
}

/** One that recurs has intervals in other months; a statement lists those that touch its own. */
function inMonths({ intervals }: LedgerExclusion, judged: readonly Judged[]): readonly Interval[] {
  // What the first rule set sealed has them all.
  if (judged.some(({ judgement }) => judgement.case.ruleSet === 1)) return intervals;
  const months = judged.map(({ judgement }) => judgement.case.month);
  return intervals.filter((each) => months.some(({ from, to }) => each.from < to && each.to > from));
}

/** A line in the service's own time, a path in the whole month. */
function coversAny({ scope, intervals }: LedgerExclusion, { service, judgement }: Judged): boolean {
  const within = (from: number, to: number): boolean =>
    intervals.some((each) => each.from < to && each.to > from);
  const { terms, period, availability } = service;
  const { month } = judgement.case;
  const touchesLine = availability.lines.some(({ line, pop }) =>
    coversLine(scope, { line, pop, service: terms.id, customer: terms.customer }),
  );
  if (touchesLine && within(period.from, period.to)) return true;
  return within(month.from, month.to) && terms.paths.some((path) => coversOne(scope, path));
}

function coversOne(scope: ExclusionScope, path: string): boolean {
  const ends = pathEnds(path);
  return ends !== null && coversPath(scope, { id: path, ...ends });
}

/** A statement does not say whom else an exclusion is for. */
function ownScope(scope: ExclusionScope, judged: readonly Judged[]): ExclusionScope {
  if (scope === 'all') return scope;
  const terms = judged.map(({ service }) => service.terms);
  const paths = new Set<string>(terms.flatMap((each) => each.paths));
  const ends = [...paths].flatMap((path) => {
    const found = pathEnds(path);
    return found ? [found.source, found.destination] : [];
  });
  const lines = judged.flatMap(({ service }) => service.availability.lines);
  const pops = new Set([...ends, ...lines.map(({ pop }) => pop)]);
  return {
    pops: scope.pops.filter((pop) => pops.has(pop)),
    paths: scope.paths.filter((path) => paths.has(path)),
    lines: scope.lines.filter((line) => lines.some((own) => own.line === line)),
    services: scope.services.filter((service) => terms.some(({ id }) => id === service)),
    customers: scope.customers.filter((customer) => terms.some((each) => each.customer === customer)),
  };
}
