/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access -- a case that a test changes in every way has no type */
import { describe, expect, test } from 'vitest';
import { judgeMonth } from '../../../src/core/statement/judge.js';
import { rulingsOf } from '../../../src/core/statement/rulings.js';
import { explainMonth } from '../../../src/render/explain.js';
import { caseOf, sampleCase, type Json } from '../../config/case/support.js';

/** Without outages, unobserved time, exclusions, commitments and rounds: one service the whole month, without a path. */
function quiet(): Json {
  const own = sampleCase();
  own.services = [{ ...own.services[1], start: '2026-01-01' }];
  Object.assign(own, { outages: [], unobserved: [], exclusions: [], commitments: [], rounds: [] });
  return own;
}

function told(change: (own: Json) => void): string[] {
  const own = quiet();
  change(own);
  const judged = judgeMonth(caseOf(own));
  const [first] = judged.services;
  return first ? rulingsOf(first, judged).map(({ id }) => id) : [];
}

const always = ['time-zone', 'unprotected-commitment'];
const withPath = ['directions', 'packet-length', 'short-rounds', 'lost-packets'];
const span = { from: '2026-10-12T00:00:00+08:00', to: '2026-10-13T12:00:00+08:00' };
const credited = ['credit-base', 'site-rent', 'tax-rate'];

describe('a statement tells the rulings that touched it', () => {
  const rows: readonly [what: string, change: (own: Json) => void, more: readonly string[]][] = [
    ['nothing happened', () => undefined, []],
    ['a part of the month', (own) => (own.services[0].start = '2026-10-11'), ['own-days']],
    ['a path', (own) => (own.services[0].paths = ['HKG>SIN']), [...withPath, 'quality-without-credit']],
    [
      'a path with a commitment',
      (own) => {
        own.services[0].paths = ['HKG>SIN'];
        own.commitments = [{ path: 'HKG>SIN', latencyMs: '35' }];
      },
      [...withPath, 'latency-bands', 'quality-without-credit'],
    ],
    ['unobserved time', (own) => (own.unobserved = [{ line: 'l3', ...span }]), ['unobserved-time']],
    [
      'an outage that is credited',
      (own) => (own.outages = [{ line: 'l3', ...span }]),
      ['hours-and-percentages', ...credited],
    ],
    [
      'an outage in a part of the month',
      (own) => {
        own.services[0].start = '2026-10-11';
        own.outages = [{ line: 'l3', ...span }];
      },
      ['own-days', 'hours-and-percentages', 'partial-rent', ...credited],
    ],
    [
      'planned maintenance of another place',
      (own) =>
        (own.exclusions = [
          {
            kind: 'planned-maintenance',
            scope: { pops: ['FRA'] },
            ...span,
            noticeAt: '2026-10-01T00:00:00Z',
          },
        ]),
      [],
    ],
    [
      'planned maintenance without an outage',
      (own) =>
        (own.exclusions = [
          {
            kind: 'planned-maintenance',
            scope: { pops: ['SIN'] },
            ...span,
            noticeAt: '2026-10-01T00:00:00Z',
          },
        ]),
      ['maintenance-notice'],
    ],
    [
      'an outage by force majeure',
      (own) => {
        own.outages = [{ line: 'l3', ...span }];
        own.exclusions = [
          {
            kind: 'force-majeure',
            scope: { pops: ['SIN'] },
            ...span,
            noticeAt: '2026-10-14T00:00:00Z',
            proof: 'the report of the authority',
          },
        ];
      },
      ['force-majeure-notice', 'excused-time'],
    ],
  ];
  test.each(rows)('%s', (_what, change, more) => {
    expect([...told(change)].sort()).toEqual([...always, ...more].sort());
  });

  test('of a service with several lines, and of its class only', () => {
    const ids = told((own) => {
      own.services[0].class = 'premium';
      own.services[0].lines = ['l1', 'l2'];
    });
    expect(ids).toEqual(['time-zone', 'premium-credit']);
    const dual = told((own) => {
      own.services[0].class = 'protected-dual';
      own.services[0].lines = ['l1', 'l2'];
    });
    expect(dual).toEqual(['time-zone', 'all-lines-down']);
  });

  test('and the derivation of a month ends with them', () => {
    const text = explainMonth(judgeMonth(caseOf(quiet())));
    const [, end] = text.split('How this contract is read:\n');
    expect(end?.split('\n')).toEqual([
      "  time-zone: The annex names no time zone; the carrier's own is taken. [timeZone]",
      '  unprotected-commitment: The list of commitments has none for the unprotected line; it is taken from its credit table. [classes.single: clause 2.2 (1)]',
      '',
    ]);
  });
});
