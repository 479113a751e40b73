import type {
  TicketAction,
  TicketActor,
  TicketRecord,
  TicketText,
} from '../../../src/core/ticket/actions.js';
import { foldReport, type Ticket } from '../../../src/core/ticket/report.js';

export const at0 = Date.UTC(2026, 9, 12, 3, 20);
export const minuteMs = 60_000;

export const customer: TicketActor = { name: 'bank', side: 'customer' };
export const ann: TicketActor = { name: 'ann', side: 'noc' };
export const bob: TicketActor = { name: 'bob', side: 'noc' };

export const filing = (over: Partial<TicketText> = {}): TicketText => ({
  customer: 'bank',
  path: 'HKG>SIN',
  service: null,
  since: at0,
  subject: 'slow',
  text: 'very slow',
  severity: 'major',
  kind: 'fault',
  channel: 'customer',
  reporter: null,
  evidence: null,
  targets: { plan: 'ctg-cloud-connection', firstResponseMs: 30 * minuteMs, repairMs: 240 * minuteMs },
  attachments: [],
  externalIds: [],
  incident: 'I1',
  ...over,
});

/** A report's events, a minute apart. */
export function eventsOf(...done: readonly (readonly [TicketActor, TicketAction])[]): TicketRecord[] {
  const all = [[customer, { type: 'filed', text: filing() }] as const, ...done];
  return all.map(([actor, action], index) => ({
    report: 1,
    seq: index + 1,
    at: at0 + index * minuteMs,
    actor,
    action,
    previous: String(index),
    hash: String(index + 1),
  }));
}

export function reportOf(...done: readonly (readonly [TicketActor, TicketAction])[]): Ticket {
  const report = foldReport(eventsOf(...done));
  if (!report) throw new Error('no report');
  return report;
}

export const taken = [ann, { type: 'taken' }] as const;
export const resolved = [ann, { type: 'resolved', text: 'a card was replaced' }] as const;
