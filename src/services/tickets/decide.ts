import type { ExternalId, TicketAction, TicketActor } from '../../core/ticket/actions.js';
import { checkTransition, offerFault } from '../../core/ticket/lifecycle.js';
import { applyEvent, type Ticket, lineFault, textFault } from '../../core/ticket/report.js';
import type { AttachmentRef } from '../../core/ledger/actions.js';
import { actorFault } from '../../core/ledger/proposals.js';
import { validationError, type Rejection } from '../../core/ledger/errors.js';
import type { EpochMs } from '../../core/types.js';

/** A transition of a ticket; those that also write to the ledger are handled separately. */
export type TransitionRequest =
  | { readonly transition: 'take' | 'start' | 'accept' }
  | { readonly transition: 'decline' | 'close' | 'withdraw'; readonly text: string | null }
  | { readonly transition: 'hand-over'; readonly to: string; readonly text: string | null }
  | { readonly transition: 'resolve' | 'reject' | 'reopen'; readonly text: string }
  | {
      readonly transition: 'comment';
      readonly text: string;
      readonly internal: boolean;
      readonly attachments: readonly AttachmentRef[];
      /** What another system calls the note. */
      readonly externalId?: string;
    }
  | { readonly transition: 'link'; readonly to: string }
  | {
      readonly transition: 'change';
      readonly subject: string | null;
      readonly severity: string | null;
      readonly externalIds: readonly ExternalId[] | null;
      readonly priority: string | null;
      readonly requestedResolutionAt: EpochMs | null;
    };

/** The actions of several transitions in sequence, or the errors of the first that is not allowed. */
export function decideTransitions(
  report: Ticket,
  requests: readonly TransitionRequest[],
  actor: TicketActor,
  incident: string,
  at: EpochMs,
): readonly TicketAction[] | readonly Rejection[] {
  let now = report;
  const actions: TicketAction[] = [];
  for (const request of requests) {
    const decided = decideTransition(now, request, actor, incident);
    for (const each of decided) {
      if ('field' in each) return decided;
      const { number, seq, hash } = now;
      const open = { report: number, seq: seq + 1, at, actor, action: each };
      now = applyEvent(now, { ...open, previous: hash, hash: '' });
      actions.push(each);
    }
  }
  return actions;
}

/** The actions of a transition, or all of its errors. `incident` belongs to the ticket that it links to. */
function decideTransition(
  report: Ticket,
  request: TransitionRequest,
  actor: TicketActor,
  incident: string,
): readonly TicketAction[] | readonly Rejection[] {
  // A note that the ticket has already is not added again, also when two requests bring it at the same time.
  if (
    request.transition === 'comment' &&
    request.externalId !== undefined &&
    hasNote(report, request.externalId)
  )
    return [];
  const fault = checkTransition(report, request.transition, actor);
  if (fault) return [fault];
  const optional = (text: string | null): Rejection[] =>
    text === null || text.trim() === '' ? [] : list(textFault('text', text));
  const words = (text: string | null): string | null => (text?.trim() ? text : null);
  switch (request.transition) {
    case 'take':
      return [{ type: 'taken' }];
    case 'start':
      return [{ type: 'started' }];
    case 'accept':
      return [{ type: 'accepted' }];
    case 'decline':
      return or(optional(request.text), { type: 'declined', reason: words(request.text) });
    case 'withdraw':
      return or(optional(request.text), { type: 'withdrawn', reason: words(request.text) });
    case 'close':
      return or(optional(request.text), { type: 'closed', text: words(request.text) });
    case 'hand-over': {
      const { to, text } = request;
      const person = actorFault(to);
      const faults = [
        ...(person ? [{ ...person, field: 'to' }] : list(offerFault(report, actor, to, text))),
        ...optional(text),
      ];
      return or(faults, { type: 'offered', to: to.trim(), reason: words(text) });
    }
    case 'resolve':
      return or(list(textFault('text', request.text)), { type: 'resolved', text: request.text });
    case 'reject':
      return or(list(textFault('reason', request.text)), { type: 'rejected', reason: request.text });
    case 'reopen':
      return or(list(textFault('reason', request.text)), { type: 'reopened', reason: request.text });
    case 'comment': {
      const { text, internal, attachments, externalId } = request;
      if (internal && actor.side === 'customer')
        return [
          validationError('internal', 'is for the NOC', 'a comment that both sides see', [
            'not-for-customers',
          ]),
        ];
      return or(list(textFault('text', text)), {
        type: 'commented',
        text,
        internal,
        attachments,
        ...(externalId !== undefined && { externalId }),
      });
    }
    case 'link': {
      const { to } = request;
      if (to === report.id)
        return [validationError('to', 'is the report itself', 'another report', ['itself'])];
      if (incident === report.incident)
        return [
          validationError('to', `is of the same incident already, ${incident}`, 'a report of another one', [
            'same-incident',
            incident,
          ]),
        ];
      return [{ type: 'linked', incident, to }];
    }
    case 'change': {
      const { subject, severity, externalIds, priority, requestedResolutionAt } = request;
      const faults = [
        ...(subject === null ? [] : list(lineFault('subject', subject))),
        ...(severity === null ? [] : list(lineFault('severity', severity, 50))),
        ...(priority === null ? [] : list(lineFault('priority', priority, 50))),
        ...(externalIds ?? []).flatMap(({ id, owner, type }) =>
          [id, owner, type].flatMap((each) =>
            each === null ? [] : list(lineFault('externalIds', each, 100)),
          ),
        ),
      ];
      const changes = {
        ...(subject !== null && subject !== report.subject && { subject }),
        ...(severity !== null && severity !== report.severity && { severity }),
        ...(externalIds !== null && { externalIds }),
        ...(priority !== null && priority !== report.priority && { priority }),
        ...(requestedResolutionAt !== null &&
          requestedResolutionAt !== report.requestedResolutionAt && { requestedResolutionAt }),
      };
      if (faults.length > 0 || Object.keys(changes).length > 0)
        return or(faults, { type: 'changed', changes });
      return [];
    }
  }
}

/** Whether the ticket has a note of that name, its own or that of another system. */
const hasNote = ({ id, comments }: Ticket, note: string): boolean =>
  comments.some(({ seq, externalId }) => note === externalId || note === `${id}.${seq}`);

const list = (fault: Rejection | null): Rejection[] => (fault ? [fault] : []);
const or = (
  faults: readonly Rejection[],
  action: TicketAction,
): readonly TicketAction[] | readonly Rejection[] => (faults.length > 0 ? faults : [action]);
