import type { ExclusionInput } from '../../config/ledger/exclusion-input.js';
import type { FaultReport } from '../../core/fault/report.js';
import { filesOf, forCustomer } from '../../core/fault/visible.js';
import type { AttachmentRef } from '../../core/ledger/actions.js';
import { parseRef } from '../../core/ledger/outages.js';
import { refuse } from '../../core/ledger/refusal.js';
import { pathEnds } from '../../core/path/path.js';
import type { Interval } from '../../core/time/intervals.js';
import type { Desk } from '../ledger/desk.js';
import { Refused } from '../ledger/enter.js';
import { textsOf } from '../ledger/entry.js';

export interface OutageRequest extends Interval {
  /** The outage that is corrected, as the ledger names it; null: a new one. */
  readonly of: string | null;
  /** Null: the path's destination. */
  readonly port: string | null;
  readonly reason: string | null;
}

/** As it is written; the scope is the report's path, or its service, when left out. */
export type ExclusionRequest = Pick<
  ExclusionInput,
  'kind' | 'scope' | 'from' | 'to' | 'reason' | 'proof' | 'notices'
>;

export const sourceOf = ({ id }: Pick<FaultReport, 'id'>): string => `fault-report:${id}`;

/** Enters what a report says into the ledger, with its files. Resolves to the correction's id; one that is there is found again. */
export async function enterOutage(
  desk: Desk,
  report: FaultReport,
  actor: string,
  request: OutageRequest,
): Promise<string> {
  const { from, to } = request;
  const of = request.of === null ? null : parseRef(request.of);
  if (request.of !== null && of === null)
    throw new Refused([
      refuse('of', 'is no outage', 'PORT@OBSERVER/START or C…, as `pop-sla outages` prints it', [
        'no-such',
        request.of,
      ]),
    ]);
  const port = request.port ?? (report.path === null ? null : (pathEnds(report.path)?.destination ?? null));
  if (port === null && of === null)
    throw new Refused([
      refuse('port', 'is missing', 'the PoP whose port was down, as the report has no path', ['missing']),
    ]);
  // Whoever entered it may have gone before the report knew.
  const before = (await desk.outages())
    .flatMap(({ corrections }) => corrections)
    .find(
      ({ evidence, interval }) =>
        evidence === sourceOf(report) && interval?.from === from && interval.to === to,
    );
  if (before) return before.id;
  return desk.correct(actor, {
    ...{ of, port: port ?? '', interval: { from, to }, evidence: sourceOf(report) },
    reason: reasonOf(report, request.reason),
    attachments: proofsOf(report),
  });
}

/** The same for an exclusion that a second person is to approve. */
export async function proposeExclusion(
  desk: Desk,
  report: FaultReport,
  actor: string,
  request: ExclusionRequest,
): Promise<string> {
  const scope = request.scope ?? scopeOfReport(report);
  const input = { ...request, scope, reason: reasonOf(report, request.reason ?? null) };
  const [text] = textsOf([{ place: null, input }]);
  if (!text) throw new Refused([refuse('from', 'is missing', 'a start and an end', ['missing'])]);
  const full = { ...text, source: sourceOf(report), attachments: proofsOf(report) };
  const before = (await desk.exclusions()).find(
    ({ source, state, kind, intervals }) =>
      source === full.source &&
      (state === 'proposed' || state === 'approved') &&
      kind === full.kind &&
      JSON.stringify(intervals) === JSON.stringify(full.intervals),
  );
  if (before) return before.id;
  const [proposed] = await desk.propose(actor, [full]);
  if (!proposed) throw new Error('the ledger proposed nothing');
  return proposed.id;
}

const reasonOf = ({ id, subject }: FaultReport, reason: string | null): string =>
  reason?.trim() ? reason : `fault report ${id}: ${subject}`;

function scopeOfReport({ path, service }: FaultReport): string[] {
  if (path !== null) return [`path:${path}`];
  return service === null ? [] : [`service:${service}`];
}

function proofsOf(report: FaultReport): AttachmentRef[] {
  const { evidence, id } = report;
  const frozen = evidence && { sha256: evidence.sha256, bytes: evidence.bytes, name: `${id}-evidence.json` };
  // A proof goes into evidence packs, which customers get: what is internal stays with the report.
  return [...(frozen ? [frozen] : []), ...filesOf(forCustomer(report))];
}
