import type { FaultState } from '../../core/fault/actions.js';

/** The states of TMF621 v5. */
export const ticketStatuses = [
  'acknowledged',
  'rejected',
  'pending',
  'held',
  'inProgress',
  'cancelled',
  'closed',
  'resolved',
] as const;
export type TicketStatus = (typeof ticketStatuses)[number];

const statuses: Record<FaultState, TicketStatus> = {
  filed: 'pending',
  acknowledged: 'acknowledged',
  investigating: 'inProgress',
  resolved: 'resolved',
  closed: 'closed',
  rejected: 'rejected',
  reopened: 'pending',
};

/** What a state is called there: what waits for somebody to take it is pending; nothing of ours is held or cancelled. */
export const statusOf = (state: FaultState): TicketStatus => statuses[state];

export const statesOf = (status: TicketStatus): FaultState[] =>
  (Object.keys(statuses) as FaultState[]).filter((state) => statuses[state] === status);
