import type { FaultAction } from './actions.js';

/** What people and systems can be told of. */
export const toldEvents = [
  'report-filed',
  'report-state',
  'report-comment',
  'report-changed',
  'report-owner',
  'suggestion',
] as const;
export type ToldEvent = (typeof toldEvents)[number];

/** The event that an action is. */
export function toldAs(action: FaultAction): ToldEvent {
  switch (action.type) {
    case 'filed':
      return 'report-filed';
    case 'taken':
    case 'started':
    case 'resolved':
    case 'rejected':
    case 'closed':
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
export const isInternal = (action: FaultAction): boolean =>
  toldAs(action) === 'report-owner' ||
  action.type === 'linked' ||
  (action.type === 'commented' && action.internal);

/** What becomes of a message: `dead` is given up after too many tries, `dropped` by hand. */
export const outboxStates = ['waiting', 'sent', 'dead', 'dropped'] as const;
export type OutboxState = (typeof outboxStates)[number];
