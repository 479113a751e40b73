import type { AttachmentRef } from '../ledger/actions.js';
import type { TicketAction } from './actions.js';
import type { Ticket } from './report.js';

/** What people and systems can be notified of. */
export const notifiableEvents = [
  'report-filed',
  'report-state',
  'report-comment',
  'report-changed',
  'report-owner',
  'suggestion',
] as const;
export type NotifiableEvent = (typeof notifiableEvents)[number];

/** The event that an action is. */
export function eventOfAction(action: TicketAction): NotifiableEvent {
  switch (action.type) {
    case 'filed':
      return 'report-filed';
    case 'taken':
    case 'started':
    case 'resolved':
    case 'rejected':
    case 'closed':
    case 'withdrawn':
    case 'reopened':
      return 'report-state';
    case 'commented':
      return 'report-comment';
    case 'offered':
    case 'accepted':
    case 'declined':
      return 'report-owner';
    case 'linked':
    case 'changed':
    case 'entered':
      return 'report-changed';
  }
}

/** What stays within the NOC: its own comments, and who hands what to whom. */
export const isInternal = (action: TicketAction): boolean =>
  eventOfAction(action) === 'report-owner' ||
  action.type === 'linked' ||
  (action.type === 'commented' && action.internal);

/** What becomes of a message: `dead` is given up after too many tries, `dropped` by hand. */
export const outboxStates = ['waiting', 'sent', 'dead', 'dropped'] as const;
export type OutboxState = (typeof outboxStates)[number];

/** What a customer sees of a report: no internal comments, and nothing of who hands it to whom. */
export function forCustomer(report: Ticket): Ticket {
  return { ...report, offer: null, comments: report.comments.filter(({ internal }) => !internal) };
}

/** Every file that stands in a report, as it is given. */
export function filesOf({ attachments, comments }: Ticket): AttachmentRef[] {
  return [...attachments, ...comments.flatMap((comment) => comment.attachments)];
}
