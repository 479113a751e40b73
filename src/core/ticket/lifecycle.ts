import { type Refusal, refusal } from '../ledger/errors.js';
import { samePerson } from '../ledger/proposals.js';
import type { EpochMs } from '../types.js';
import type { TicketActor, TicketState } from './actions.js';
import type { Ticket } from './report.js';

/** What people do to a report that was filed. */
export const ticketTransitions = [
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
export type TicketTransition = (typeof ticketTransitions)[number];

/**
 * `noc`: anyone there. `owner`: the one who has it. `owner-or-free`: the owner, or anyone of the NOC while nobody has
 * it. `offered`: the one it is offered to. `offered-or-owner`: either of the two. `either`: customers too. `filer`: from
 * outside, the customer that it is about, or who filed it for that one, as its reseller.
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

/** Why somebody may not make a transition now; null: they may. */
export function checkTransition(
  report: Ticket,
  transition: TicketTransition,
  actor: TicketActor,
): Refusal | null {
  const { from, who } = rules[transition];
  const { id, state, owner, offer } = report;
  const { name } = actor;
  if (actor.side === 'customer' && !isForCustomers(who))
    return refusal('actor', 'not-for-customers', transition, transitionsFor(report, actor));
  if (!from.includes(state)) {
    const now = transitionsFor(report, actor);
    return refusal('id', 'in-state', state, { is: 'transition', id, name: transition, now });
  }
  if (mayDo(report, who, actor)) return null;
  // The NOC rejects a report: it did not file it.
  if (who === 'filer')
    return refusal('id', 'in-state', state, {
      is: 'transition',
      id,
      name: transition,
      now: transitionsFor(report, actor),
    });
  if (who === 'offered' || who === 'offered-or-owner') {
    return offer === null
      ? refusal('id', 'offered-to-nobody', id)
      : refusal('actor', 'offered-to', offer.to, name);
  }
  return owner === null
    ? refusal('id', 'owned-by-nobody', id)
    : refusal('actor', 'owned-by', owner, name, id);
}

const isForCustomers = (who: Who): boolean => who === 'either' || who === 'filer';

function mayDo(report: Ticket, who: Who, { name, side, customer }: TicketActor): boolean {
  const { owner, offer, filedBy } = report;
  const owns = owner !== null && samePerson(owner, name);
  switch (who) {
    case 'either':
      return true;
    case 'filer':
      return (
        side !== 'noc' && (customer == null || customer === report.customer || samePerson(filedBy.name, name))
      );
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
export function transitionsFor(report: Ticket, actor: TicketActor): TicketTransition[] {
  return ticketTransitions.filter((transition) => {
    const { from, who } = rules[transition];
    const allowedSide = actor.side !== 'customer' || isForCustomers(who);
    return allowedSide && from.includes(report.state) && mayDo(report, who, actor);
  });
}

/** Whether it can be handed over so: to another one, and by another than its owner only with a reason. */
export function offerFault(
  { id, owner }: Ticket,
  actor: TicketActor,
  to: string,
  reason: string | null,
): Refusal | null {
  if (owner === null) return refusal('id', 'owned-by-nobody', id);
  if (samePerson(owner, to)) return refusal('to', 'has-it', owner);
  if (!samePerson(owner, actor.name) && (reason ?? '').trim() === '')
    return refusal('reason', 'missing', { is: 'reason-of-another', owner });
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

/** The incident of a new report: that of the first of the same path and hour that was neither rejected nor withdrawn,
 * or its own. */
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
