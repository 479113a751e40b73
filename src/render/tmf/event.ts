import type { FaultEvent } from '../../core/fault/actions.js';
import type { FaultReport } from '../../core/fault/report.js';
import { toldAs } from '../../core/fault/told.js';
import { isoInstant } from '../instant.js';
import { ticketJson } from './ticket.js';

export const ticketEvents = [
  'TroubleTicketCreateEvent',
  'TroubleTicketAttributeValueChangeEvent',
  'TroubleTicketStatusChangeEvent',
] as const;
export type TicketEvent = (typeof ticketEvents)[number];

/** Which of the events of TMF621 an event of a report is. */
export function ticketEventOf({ action }: Pick<FaultEvent, 'action'>): TicketEvent {
  const told = toldAs(action);
  if (told === 'report-filed') return 'TroubleTicketCreateEvent';
  return told === 'report-state'
    ? 'TroubleTicketStatusChangeEvent'
    : 'TroubleTicketAttributeValueChangeEvent';
}

/** What a listener is posted. */
export function ticketEventJson(event: FaultEvent, report: FaultReport): object {
  const type = ticketEventOf(event);
  const at = isoInstant(event.at);
  return {
    '@type': type,
    '@baseType': 'Event',
    ...{ eventId: `${report.id}.${event.seq}`, eventTime: at, timeOcurred: at, eventType: type },
    ...{ correlationId: report.incident, domain: 'troubleTicket', title: type, priority: 'normal' },
    event: { troubleTicket: ticketJson(report, event.at) },
  };
}

/** Where a listener takes it: `/listener/troubleTicketCreateEvent` below its callback. */
export const listenerPath = (type: TicketEvent): string =>
  `/listener/${type.slice(0, 1).toLowerCase()}${type.slice(1)}`;
