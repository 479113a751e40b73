import { type ValidationIssue, validationError } from '../ledger/errors.js';
import { samePerson } from '../ledger/proposals.js';
import type { EpochMs } from '../types.js';
import type { TicketActor, TicketState } from './actions.js';
import type { Ticket } from './report.js';

/** What people do to a report that was filed. */
export const ticketDeeds = [
  'take',
  'start',
  'hand-over',
  'accept',
  'decline',
  'withdraw',
  'comment',
  'resolve',
  'reject',
  'close',
  'reopen',
  'link',
  'change',
  'to-outage',
  'to-exclusion',
] as const;
export type TicketTransition = (typeof ticketDeeds)[number];

/**
 * `noc`: anyone there. `owner`: the one who has it. `owner-or-free`: the owner, or anyone of the NOC while nobody has
 * it. `offered`: the one it is offered to. `offered-or-owner`: either of the two. `either`: customers too. `filer`: whoever files reports
 * from outside, customers and other systems.
 */
type Who = 'noc' | 'owner' | 'owner-or-free' | 'offered' | 'offered-or-owner' | 'either' | 'filer';

interface Rule {
  readonly from: readonly TicketState[];
  readonly who: Who;
}

const open: readonly TicketState[] = ['filed', 'acknowledged', 'investigating', 'reopened'];
const inHand: readonly TicketState[] = ['acknowledged', 'investigating', 'reopened'];
const known: readonly TicketState[] = ['acknowledged', 'investigating', 'reopened', 'resolved', 'closed'];

const rules: Record<TicketTransition, Rule> = {
  take: { from: ['filed', 'reopened'], who: 'owner-or-free' },
  start: { from: ['acknowledged', 'reopened'], who: 'owner' },
  'hand-over': { from: [...inHand, 'resolved'], who: 'noc' },
  accept: { from: [...inHand, 'resolved'], who: 'offered' },
  decline: { from: [...inHand, 'resolved'], who: 'offered-or-owner' },
  // Whoever filed it can take it back as long as nobody works on it.
  withdraw: { from: ['filed'], who: 'filer' },
  comment: { from: [...open, 'resolved'], who: 'either' },
  resolve: { from: inHand, who: 'owner' },
  reject: { from: open, who: 'owner-or-free' },
  close: { from: ['resolved'], who: 'either' },
  reopen: { from: ['resolved', 'closed', 'rejected'], who: 'either' },
  link: { from: [...open, 'resolved', 'closed'], who: 'noc' },
  change: { from: [...open, 'resolved'], who: 'either' },
  'to-outage': { from: known, who: 'noc' },
  'to-exclusion': { from: known, who: 'noc' },
};

/** Whether somebody may do so now; null: yes. Says what is allowed where not. */
export function checkTransition(
  report: Ticket,
  deed: TicketTransition,
  actor: TicketActor,
): ValidationIssue | null {
  const { from, who } = rules[deed];
  if (actor.side === 'customer' && !isForCustomers(who)) {
    return validationError(
      'actor',
      `is a customer, who may not ${deed}`,
      deedsFor(report, actor).join(', '),
      ['not-for-customers'],
    );
  }
  if (!from.includes(report.state)) {
    const allowed = deedsFor(report, actor).join(', ') || 'nothing';
    return validationError('id', `is ${report.state}: ${report.id} can't ${deed} now`, allowed, [
      'in-state',
      report.state,
    ]);
  }
  if (mayDo(report, who, actor)) return null;
  if (who === 'filer') return validationError('actor', `is of the NOC, which may not ${deed}`, 'reject');
  if (who === 'offered' || who === 'offered-or-owner') {
    if (report.offer === null)
      return validationError('id', `is offered to nobody: ${report.id}`, 'hand-over first', [
        'offered-to-nobody',
      ]);
    return validationError('actor', `is ${actor.name}, to whom it is not offered`, report.offer.to, [
      'offered-to',
      report.offer.to,
    ]);
  }
  if (report.owner === null)
    return validationError('id', `is nobody's yet: ${report.id}`, 'take it first', ['owned-by-nobody']);
  const what = `is ${actor.name}, and ${report.id} is ${report.owner}'s`;
  return validationError('actor', what, `${report.owner}, or another once a hand-over is accepted`, [
    'owned-by',
    report.owner,
  ]);
}

const isForCustomers = (who: Who): boolean => who === 'either' || who === 'filer';

function mayDo({ owner, offer }: Ticket, who: Who, { name, side }: TicketActor): boolean {
  const owns = owner !== null && samePerson(owner, name);
  switch (who) {
    case 'either':
      return true;
    case 'filer':
      return side !== 'noc';
    case 'noc':
      return side !== 'customer';
    case 'owner':
      return owns;
    case 'owner-or-free':
      return owns || (owner === null && side !== 'customer');
    case 'offered':
      return offer !== null && samePerson(offer.to, name);
    case 'offered-or-owner':
      return offer !== null && (owns || samePerson(offer.to, name));
  }
}

/** What somebody may do now, in the order of a report's life. */
export function deedsFor(report: Ticket, actor: TicketActor): TicketTransition[] {
  return ticketDeeds.filter((deed) => {
    const { from, who } = rules[deed];
    const allowedSide = actor.side !== 'customer' || isForCustomers(who);
    return allowedSide && from.includes(report.state) && mayDo(report, who, actor);
  });
}

/** Whether it can be handed over so: to another one, and by another than its owner only with a reason. */
export function offerFault(
  { owner }: Ticket,
  actor: TicketActor,
  to: string,
  reason: string | null,
): ValidationIssue | null {
  if (owner === null)
    return validationError('id', "is nobody's yet, so it can't be handed over", 'take it', [
      'owned-by-nobody',
    ]);
  if (samePerson(owner, to))
    return validationError('to', `is ${owner}, who has it`, 'another person', ['has-it', owner]);
  if (!samePerson(owner, actor.name) && (reason ?? '').trim() === '') {
    return validationError(
      'reason',
      `is missing: it is ${owner}'s`,
      'why it is handed over by another, as text',
      ['missing'],
    );
  }
  return null;
}

const hourMs = 3_600_000;

/** What two reports of the same fault have in common: the path, or else the service, and the hour (UTC). */
export interface Sameness {
  readonly subject: string;
  readonly hour: EpochMs;
}

export function samenessOf(filed: {
  readonly path: string | null;
  readonly service: string | null;
  readonly since: EpochMs;
}): Sameness | null {
  const { path, service, since } = filed;
  const subject = path ?? (service === null ? null : `service:${service}`);
  return subject === null ? null : { subject, hour: since - (((since % hourMs) + hourMs) % hourMs) };
}

/** A report as far as it matters for whether another one is of the same fault. */
export interface SameFault extends Sameness {
  readonly number: number;
  readonly incident: string;
  readonly state: TicketState;
}

/** The incident of a new report: that of the first of the same path and hour that was neither rejected nor withdrawn, or its own. */
export function incidentOf(sameness: Sameness | null, others: readonly SameFault[], number: number): string {
  const first = others
    .filter(
      ({ subject, hour, state }) =>
        subject === sameness?.subject &&
        hour === sameness.hour &&
        state !== 'rejected' &&
        state !== 'withdrawn',
    )
    .sort((a, b) => a.number - b.number)[0];
  return first?.incident ?? `I${number}`;
}
