import type { ExclusionInput } from '../../config/exclusion-input.js';
import type { Ticket } from '../../core/ticket/report.js';
import { filesOf, forCustomer } from '../../core/ticket/visibility.js';
import type { Actor, AttachmentRef } from '../../core/ledger/actions.js';
import { parseRef } from '../../core/ledger/outages.js';
import { validationError } from '../../core/ledger/errors.js';
import { pathEnds } from '../../core/path.js';
import type { Interval } from '../../core/time/intervals.js';
import type { LedgerService } from '../ledger/service.js';
import { ValidationError, textsOf } from '../ledger/entries.js';

export interface OutageRequest extends Interval {
  /** The ledger's id of the corrected outage; null: a new one. */
  readonly of: string | null;
  /** Null: the path's destination. */
  readonly port: string | null;
  readonly reason: string | null;
}

/** As written in a form; the scope is the ticket's path, or its service, when absent. */
export type ExclusionRequest = Pick<
  ExclusionInput,
  'kind' | 'scope' | 'from' | 'to' | 'reason' | 'proof' | 'notices'
>;

const sourceOf = ({ id }: Pick<Ticket, 'id'>): string => `fault-report:${id}`;

/**
 * Enters the outage in a ticket into the ledger, with its files. Resolves to the correction's id; an existing one is
 * reused.
 */
export async function enterOutage(
  ledgerService: LedgerService,
  report: Ticket,
  actor: string | Actor,
  request: OutageRequest,
): Promise<string> {
  const { from, to } = request;
  const of = request.of === null ? null : parseRef(request.of);
  if (request.of !== null && of === null)
    throw new ValidationError([
      validationError('of', 'is no outage', 'PORT@OBSERVER/START or C…, as `pop-sla outages` prints it', [
        'no-such',
        request.of,
      ]),
    ]);
  const port = request.port ?? (report.path === null ? null : (pathEnds(report.path)?.destination ?? null));
  if (port === null && of === null)
    throw new ValidationError([
      validationError('port', 'is missing', 'the PoP whose port was down, as the report has no path', [
        'missing',
      ]),
    ]);
  // The process may have ended after the ledger entry and before the ticket recorded it.
  const before = (await ledgerService.outages())
    .flatMap(({ corrections }) => corrections)
    .find(
      ({ evidence, interval }) =>
        evidence === sourceOf(report) && interval?.from === from && interval.to === to,
    );
  if (before) return before.id;
  return ledgerService.correct(actor, {
    of,
    port: port ?? '',
    interval: { from, to },
    evidence: sourceOf(report),
    reason: reasonOf(report, request.reason),
    attachments: proofsOf(report),
  });
}

/** The same for an exclusion that a second person has to approve. */
export async function proposeExclusion(
  ledgerService: LedgerService,
  report: Ticket,
  actor: string | Actor,
  request: ExclusionRequest,
): Promise<string> {
  const scope = request.scope ?? scopeOfReport(report);
  const input = { ...request, scope, reason: reasonOf(report, request.reason ?? null) };
  const [text] = textsOf([{ place: null, input }]);
  if (!text)
    throw new ValidationError([validationError('from', 'is missing', 'a start and an end', ['missing'])]);
  const full = { ...text, source: sourceOf(report), attachments: proofsOf(report) };
  const before = (await ledgerService.exclusions()).find(
    ({ source, state, kind, intervals }) =>
      source === full.source &&
      (state === 'proposed' || state === 'approved') &&
      kind === full.kind &&
      JSON.stringify(intervals) === JSON.stringify(full.intervals),
  );
  if (before) return before.id;
  const [proposed] = await ledgerService.propose(actor, [full]);
  if (!proposed) throw new Error('the ledger proposed nothing');
  return proposed.id;
}

const reasonOf = ({ id, subject }: Ticket, reason: string | null): string =>
  reason?.trim() ? reason : `fault report ${id}: ${subject}`;

function scopeOfReport({ path, service }: Ticket): string[] {
  if (path !== null) return [`path:${path}`];
  return service === null ? [] : [`service:${service}`];
}

function proofsOf(report: Ticket): AttachmentRef[] {
  const { evidence, id } = report;
  const frozen = evidence && { sha256: evidence.sha256, bytes: evidence.bytes, name: `${id}-evidence.json` };
  // Proofs become part of evidence packs, which customers receive, so internal files stay with the ticket.
  return [...(frozen ? [frozen] : []), ...filesOf(forCustomer(report))];
}
