import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TicketAction, TicketActor } from '../../../src/core/ticket/actions.js';
import {
  checkTransition,
  transitionsFor,
  ticketTransitions,
  offerFault,
  type TicketTransition,
} from '../../../src/core/ticket/lifecycle.js';
import { foldReport, type Ticket } from '../../../src/core/ticket/report.js';
import { targetClocks } from '../../../src/core/ticket/suggestion.js';
import { forCustomer } from '../../../src/core/ticket/visibility.js';
import { ann, bob, customer, eventsOf, reportOf, resolved, taken } from './support.js';
import { worded } from '../../../src/i18n/refusals.js';

/** Why a transition is refused, in words. */
function refused(...of: Parameters<typeof checkTransition>) {
  const fault = checkTransition(...of);
  return fault && worded(fault);
}

const started = [ann, { type: 'started' }] as const;
const closed = [customer, { type: 'closed', text: null }] as const;
const reopened = [customer, { type: 'reopened', reason: 'again' }] as const;
const rejected = [ann, { type: 'rejected', reason: 'not ours' }] as const;
const offered = [ann, { type: 'offered', to: 'bob', reason: null }] as const;

describe('the life of a report', () => {
  test.each([
    ['filed', [], null],
    ['acknowledged', [taken], 'ann'],
    ['investigating', [taken, started], 'ann'],
    ['resolved', [taken, resolved], 'ann'],
    ['closed', [taken, resolved, closed], null],
    ['rejected', [taken, rejected], null],
    ['reopened', [taken, resolved, reopened], 'ann'],
    ['reopened', [taken, resolved, closed, reopened], null],
  ] as const)('reads %s', (state, done, owner) => {
    expect(reportOf(...done)).toMatchObject({ state, owner });
  });

  /** What of the deeds each of them may do, by what was done before. */
  const table: readonly (readonly [string, Ticket, string, string, string])[] = [
    [
      'filed',
      reportOf(),
      'withdraw comment change',
      'take comment reject link change',
      'take comment reject link change',
    ],
    [
      'acknowledged',
      reportOf(taken),
      'comment change',
      'start hand-over comment resolve reject link change to-outage to-exclusion',
      'hand-over comment link change to-outage to-exclusion',
    ],
    [
      'offered',
      reportOf(taken, offered),
      'comment change',
      'start hand-over decline comment resolve reject link change to-outage to-exclusion',
      'hand-over accept decline comment link change to-outage to-exclusion',
    ],
    [
      'resolved',
      reportOf(taken, resolved),
      'comment close reopen change',
      'hand-over comment close reopen link change to-outage to-exclusion',
      'hand-over comment close reopen link change to-outage to-exclusion',
    ],
    [
      'closed',
      reportOf(taken, resolved, closed),
      'reopen',
      'reopen link to-outage to-exclusion',
      'reopen link to-outage to-exclusion',
    ],
    ['rejected', reportOf(rejected), 'reopen', 'reopen', 'reopen'],
    [
      'reopened and owned',
      reportOf(taken, resolved, reopened),
      'comment change',
      'take start hand-over comment resolve reject link change to-outage to-exclusion',
      'hand-over comment link change to-outage to-exclusion',
    ],
    [
      'reopened and free',
      reportOf(taken, resolved, closed, reopened),
      'comment change',
      'take hand-over comment reject link change to-outage to-exclusion',
      'take hand-over comment reject link change to-outage to-exclusion',
    ],
  ];
  test.each(table)('allows of a report that is %s', (_state, report, byCustomer, byAnn, byBob) => {
    expect(transitionsFor(report, customer).join(' ')).toBe(byCustomer);
    expect(transitionsFor(report, ann).join(' ')).toBe(byAnn);
    expect(transitionsFor(report, bob).join(' ')).toBe(byBob);
    // What is not listed is refused, each time with what is allowed instead.
    for (const actor of [customer, ann, bob]) {
      const allowed = transitionsFor(report, actor);
      for (const deed of ticketTransitions) {
        const fault = refused(report, deed, actor);
        expect([deed, fault === null]).toEqual([deed, allowed.includes(deed)]);
        expect(fault?.allowed).not.toBe('');
      }
    }
  });

  test('says what is allowed where a step is not', () => {
    expect(refused(reportOf(taken, resolved, closed), 'resolve', ann)).toEqual({
      field: 'id',
      what: "is closed: F1 can't resolve now",
      code: [
        'in-state',
        'closed',
        { is: 'transition', id: 'F1', name: 'resolve', now: ['reopen', 'link', 'to-outage', 'to-exclusion'] },
      ],
      allowed: 'reopen, link, to-outage, to-exclusion',
    });
    expect(refused(reportOf(), 'start', ann)?.what).toBe("is filed: F1 can't start now");
    expect(refused(reportOf(taken), 'resolve', bob)).toMatchObject({
      field: 'actor',
      what: "is bob, and F1 is ann's",
      allowed: 'ann, or another once a hand-over is accepted',
    });
    expect(refused(reportOf(taken), 'take', bob)?.allowed).not.toContain('take');
    expect(refused(reportOf(), 'take', customer)?.what).toBe('is a customer, who may not take');
  });

  test('changes hands once it is accepted, not when it is offered', () => {
    expect(reportOf(taken, offered)).toMatchObject({ owner: 'ann', offer: { to: 'bob' } });
    expect(reportOf(taken, offered, [bob, { type: 'accepted' }])).toMatchObject({
      owner: 'bob',
      offer: null,
    });
    expect(reportOf(taken, offered, [bob, { type: 'declined', reason: null }])).toMatchObject({
      owner: 'ann',
      offer: null,
    });
    expect(refused(reportOf(taken, offered), 'accept', ann)).toMatchObject({
      field: 'actor',
      allowed: 'bob',
    });
    // One who is away must not hold it for ever; a name spelt otherwise is no other person.
    expect(offerFault(reportOf(taken), bob, 'bob', null)).toMatchObject({ field: 'reason' });
    expect(offerFault(reportOf(taken), bob, 'bob', 'ann is ill')).toBeNull();
    expect(offerFault(reportOf(taken), ann, ' Ann ', null)).toMatchObject({ field: 'to' });
    expect(offerFault(reportOf(), ann, 'bob', null)).toMatchObject({ field: 'id' });
  });

  test('is withdrawn by whom it is about as long as nobody took it, and then owes no answer', () => {
    expect(checkTransition(reportOf(), 'withdraw', customer)).toBeNull();
    const withdrawn = reportOf([customer, { type: 'withdrawn', reason: 'it was ours' }]);
    expect(withdrawn).toMatchObject({ state: 'withdrawn', owner: null });
    expect(withdrawn.history.at(-1)).toMatchObject({ reason: 'it was ours' });
    expect(targetClocks(withdrawn, 10)).toEqual({ firstResponse: null, repair: null });
    expect(checkTransition(reportOf(taken), 'withdraw', customer)).toMatchObject({ field: 'id' });
    expect(checkTransition(withdrawn, 'reopen', customer)).not.toBeNull();
  });

  test('keeps what is internal from customers, its files too', () => {
    const file = { sha256: 'a'.repeat(64), name: 'x.txt', bytes: 1 };
    const comment = (internal: boolean) =>
      [ann, { type: 'commented', text: internal ? 'in' : 'out', internal, attachments: [file] }] as const;
    const seen = forCustomer(reportOf(taken, comment(true), comment(false), offered));
    expect(seen.comments.map(({ text }) => text)).toEqual(['out']);
    expect(seen.offer).toBeNull();
  });
});

const actionOf: Record<TicketTransition, TicketAction> = {
  take: { type: 'taken' },
  start: { type: 'started' },
  'hand-over': { type: 'offered', to: 'bob', reason: 'x' },
  accept: { type: 'accepted' },
  decline: { type: 'declined', reason: null },
  comment: { type: 'commented', text: 'x', internal: false, attachments: [] },
  resolve: { type: 'resolved', text: 'x' },
  reject: { type: 'rejected', reason: 'x' },
  withdraw: { type: 'withdrawn', reason: null },
  close: { type: 'closed', text: null },
  reopen: { type: 'reopened', reason: 'x' },
  link: { type: 'linked', incident: 'I2', to: 'F2' },
  change: { type: 'changed', changes: { severity: 'minor' } },
  'to-outage': { type: 'entered', what: 'outage', id: 'C1' },
  'to-exclusion': { type: 'entered', what: 'exclusion', id: 'X1' },
};

test('whatever is done in the order that is allowed, what is in hand has an owner and what is settled has none', () => {
  const deed = fc.tuple(fc.constantFrom(...ticketTransitions), fc.constantFrom(customer, ann, bob));
  fc.assert(
    fc.property(fc.array(deed, { maxLength: 40 }), (deeds) => {
      let done: (readonly [TicketActor, TicketAction])[] = [];
      for (const [what, actor] of deeds) {
        const before = reportOf(...done);
        if (checkTransition(before, what, actor) === null) done = [...done, [actor, actionOf[what]]];
        const now = reportOf(...done);
        if (now.state === 'acknowledged' || now.state === 'investigating' || now.state === 'resolved')
          expect(now.owner).not.toBeNull();
        if (['filed', 'closed', 'rejected', 'withdrawn'].includes(now.state)) expect(now.owner).toBeNull();
        expect(now.seq).toBe(done.length + 1);
      }
    }),
    { numRuns: 200 },
  );
});

test('what does not begin with a filing is no report', () => {
  expect(foldReport([])).toBeNull();
  expect(foldReport(eventsOf(taken).slice(1))).toBeNull();
});
