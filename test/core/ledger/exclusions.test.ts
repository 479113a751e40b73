import { describe, expect, test } from 'vitest';
import type { ExclusionText } from '../../../src/core/ledger/actions.js';
import {
  actorFault,
  type Decision,
  decisionFault,
  type ProposalContext,
  proposalFaults,
} from '../../../src/core/ledger/proposals.js';
import { approvedExcuses, foldExclusions } from '../../../src/core/ledger/exclusions.js';
import { formatRefusal } from '../../../src/core/ledger/errors.js';
import { worded } from '../../../src/i18n/refusals.js';
import { contract, dayMs, history, hourMs, names, now, proposal, scopeOf, type Deeds } from './support.js';

const proposed = { type: 'exclusion-proposed', id: 'X1', ...proposal() } as const;
const faults = (over: Partial<ExclusionText>, context: Partial<ProposalContext> = {}): string[] =>
  proposalFaults(proposal(over), { now, known: names, rules: [contract], others: [], ...context }).map(
    (one) => formatRefusal(worded(one)),
  );
const past = { from: now - 2 * dayMs, to: now - 2 * dayMs + hourMs };

describe('a proposal', () => {
  test.each<[string, Partial<ExclusionText>]>([
    ['planned, ahead of time', {}],
    ['planned, afterwards', { intervals: [past], notices: [{ at: past.from - 1, text: 'mail' }] }],
    ['of everything', { scope: 'all' }],
    [
      'customer-cause afterwards',
      { kind: 'customer-cause', scope: scopeOf({ services: ['v'] }), intervals: [past] },
    ],
    [
      'force majeure with notice and proof',
      {
        kind: 'force-majeure',
        intervals: [past],
        notices: [{ at: past.from + 15 * dayMs - 14 * dayMs, text: null }],
        proof: 'typhoon',
      },
    ],
    [
      'force majeure with a file as its proof',
      {
        kind: 'force-majeure',
        intervals: [past],
        notices: [{ at: past.to, text: null }],
        attachments: [{ sha256: 'a'.repeat(64), name: 'warrant.pdf', bytes: 3 }],
      },
    ],
  ])('is taken: %s', (_what, over) => {
    expect(faults(over)).toEqual([]);
  });

  test.each<[string, Partial<ExclusionText>, string]>([
    [
      'reversed',
      { intervals: [{ from: now, to: now - 1 }] },
      'to: is reversed: 2026-10-19T23:59:59.999Z is before "from", 2026-10-20T00:00:00.000Z; allowed: an instant after "from"',
    ],
    [
      'zero-length',
      { intervals: [{ from: now, to: now }] },
      'to: is "from" itself, 2026-10-20T00:00:00.000Z: the interval has no length; allowed: an instant after "from"',
    ],
    [
      'unbounded',
      { intervals: [{ from: now, to: Infinity }] },
      'to: is unbounded; allowed: an instant with its offset: every interval has a start and an end',
    ],
    ['no interval', { intervals: [] }, 'from: is missing; allowed: a start and an end'],
    [
      'too long',
      { intervals: [{ from: now, to: now + 367 * dayMs }] },
      'to: is 367 days after "from"; allowed: at most 366 days',
    ],
    [
      'overlapping itself',
      {
        intervals: [
          { from: now + dayMs, to: now + 2 * dayMs },
          { from: now + dayMs, to: now + 3 * dayMs },
        ],
      },
      'from: overlaps the interval before it, which ends at 2026-10-22T00:00:00.000Z; allowed: intervals in their order, apart from each other',
    ],
    [
      'future',
      { kind: 'third-party' },
      'to: lies in the future: it is 2026-10-21T02:00:00.000Z; allowed: third-party is entered when it is over: at most 2026-10-20T00:00:00.000Z',
    ],
    [
      'unknown PoP',
      { scope: scopeOf({ pops: ['HKK'] }) },
      'scope: names "HKK", which is none of the pops; allowed: HKG, SIN',
    ],
    [
      'unknown path',
      { scope: scopeOf({ paths: ['HKG>FRA'] }) },
      'scope: names "HKG>FRA", which is none of the paths; allowed: HKG>SIN, SIN>HKG',
    ],
    [
      'unknown service',
      { scope: scopeOf({ services: ['w'] }) },
      'scope: names "w", which is none of the services; allowed: v',
    ],
    [
      'scope of nothing',
      { scope: scopeOf({}) },
      'scope: names nothing; allowed: all, or at least one of pops, paths, lines, services, customers',
    ],
    ['no reason', { reason: ' ' }, 'reason: is missing; allowed: why it happens, as text'],
    [
      'no notice',
      { notices: [] },
      'notices: is missing; allowed: planned maintenance needs the time of its notice, before "from"',
    ],
    [
      'notice after start',
      { intervals: [past], notices: [{ at: past.from, text: null }] },
      'notices: is not before "from"; allowed: planned maintenance needs the time of its notice, before "from"',
    ],
    [
      'notice in the future',
      { notices: [{ at: now + 1, text: null }] },
      'notices: lies in the future; allowed: the time at which notice was given',
    ],
    [
      "a customer's matter of a PoP",
      { kind: 'customer-cause', intervals: [past] },
      'scope: of customer-cause may name services, customers and lines only; allowed: what lies with one customer excuses nothing that others share',
    ],
  ])('is refused: %s', (_what, over, message) => {
    expect(faults(over)).toEqual([message]);
  });

  test('of force majeure is refused without notice or proof, and with a notice after fifteen days', () => {
    const long = { from: now - 30 * dayMs, to: now - 29 * dayMs };
    const kind = 'force-majeure';
    expect(faults({ kind, intervals: [long], notices: [] })).toEqual([
      'notices: is missing; allowed: force majeure needs the time of its written notice, at most 15 days after "from"',
      'proof: is missing; allowed: force majeure needs its proof, as text',
    ]);
    const at = long.from + 15 * dayMs;
    expect(faults({ kind, intervals: [long], proof: 'p', notices: [{ at, text: null }] })).toEqual([]);
    expect(faults({ kind, intervals: [long], proof: 'p', notices: [{ at: at + 1, text: null }] })).toEqual([
      'notices: is too late; allowed: force majeure needs the time of its written notice, at most 15 days after "from"',
    ]);
  });

  test('has to hold before every plan, each of its intervals too', () => {
    const strict = { ...contract, plannedMaintenance: { noticeHours: 48, allowance: null } };
    expect(faults({}, { rules: [contract, strict] })).toEqual([
      'notices: is too late; allowed: planned maintenance needs the time of its notice, at least 48 h before "from"',
    ]);
  });

  test('may not overlap one that is alive, of its kind and scope', () => {
    const others = foldExclusions(history(['ann', proposed]));
    expect(faults({}, { others })).toEqual([
      'from: overlaps X1 (proposed), 2026-10-21T00:00:00.000Z to 2026-10-21T02:00:00.000Z, of the same kind and scope; allowed: a time outside of it, or reject or revoke X1 first',
    ]);
    expect(faults({ scope: scopeOf({ pops: ['SIN'] }) }, { others })).toEqual([]);
    const after = { from: now + dayMs + 2 * hourMs, to: now + 2 * dayMs };
    expect(faults({ intervals: [after] }, { others })).toEqual([]);
    const rejected = foldExclusions(
      history(['ann', proposed], ['bob', { type: 'exclusion-rejected', id: 'X1', reason: 'no' }]),
    );
    expect(faults({}, { others: rejected })).toEqual([]);
  });
});

describe('the life of an exclusion', () => {
  const approved = { type: 'exclusion-approved', id: 'X1', reason: null } as const;
  const revoked = { type: 'exclusion-revoked', id: 'X1', reason: 'it was called off' } as const;
  const stateAfter = (...deeds: Deeds) => foldExclusions(history(...deeds))[0];
  const decide = (decision: Decision, actor: string, ...deeds: Deeds) => {
    const fault = decisionFault(stateAfter(...deeds), decision, actor, ['X1']);
    return fault && formatRefusal(worded(fault));
  };

  test('counts only while it is approved', () => {
    const at = (...deeds: Deeds) => approvedExcuses(foldExclusions(history(...deeds))).length;
    expect(at(['ann', proposed])).toBe(0);
    expect(at(['ann', proposed], ['bob', approved])).toBe(1);
    expect(at(['ann', proposed], ['bob', approved], ['ann', revoked])).toBe(0);
  });

  test('keeps who did what, when and why', () => {
    expect(stateAfter(['ann', proposed], ['bob', approved], ['eve', revoked])).toMatchObject({
      state: 'revoked',
      proposed: { actor: 'ann', at: now },
      approved: { actor: 'bob', at: now + 1 },
      revoked: { actor: 'eve', at: now + 2, reason: 'it was called off' },
      rejected: null,
    });
  });

  test('is approved by a second person only', () => {
    expect(decide('approve', 'bob', ['ann', proposed])).toBeNull();
    for (const same of ['ann', ' Ann ', 'ＡＮＮ']) {
      expect(decide('approve', same, ['ann', proposed])).toContain(
        'allowed: a second person: whoever proposed it may not approve it',
      );
    }
    expect(decide('reject', 'ann', ['ann', proposed])).toBeNull();
  });

  test('has no way back, and none around', () => {
    expect(decide('approve', 'bob', ['ann', proposed], ['bob', approved])).toBe(
      "id: is approved, so it can't be approved; allowed: an exclusion that is proposed",
    );
    expect(decide('revoke', 'bob', ['ann', proposed])).toBe(
      "id: is proposed, so it can't be revoked; allowed: an exclusion that is approved",
    );
    expect(decide('reject', 'bob', ['ann', proposed], ['bob', approved], ['b', revoked])).toBe(
      "id: is revoked, so it can't be rejected; allowed: an exclusion that is proposed",
    );
    expect(decide('approve', 'bob')).toBe('id: is no exclusion; allowed: X1');
  });

  test.each(['', '  ', 'a\nb', 'x'.repeat(101)])('has no actor %j', (actor) => {
    expect(actorFault(actor)).not.toBeNull();
  });
});
