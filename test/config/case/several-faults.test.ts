/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- a case that a test breaks in every way has no type */
import { describe, expect, test } from 'vitest';
import { faultsOf, sampleCase, type Json } from './support.js';

/** Where the faults are, in the order of the lines. */
function places(breakIt: (c: Json) => void): string[] {
  const broken = sampleCase();
  breakIt(broken);
  return faultsOf(broken).map((line) => line.split(' ')[0] ?? '');
}

describe('a fault hides no other', () => {
  const everywhere = (c: Json) => {
    c.lines[2].pop = '?';
    c.services[0].monthlyRent.amount = '-1';
    c.outages[0].line = 'l9';
    c.unobserved[0].to = c.unobserved[0].from;
    c.exclusions[0].kind = 'holiday';
    c.commitments[0].latencyMs = '0';
    c.rounds[0].sizes[0].received = 101;
  };
  const places7 = [
    '$.lines[2].pop',
    '$.services[0].monthlyRent.amount',
    '$.exclusions[0].kind',
    '$.outages[0].line',
    '$.unobserved[0]',
    '$.commitments[0].latencyMs',
    '$.rounds[0].sizes[0].received',
  ];

  test.each<[what: string, key: string, value: unknown]>([
    ['an unknown plan', 'plan', 'other'],
    ['a month that is none', 'month', '2026-13'],
    ['a month before the plan', 'month', '2020-01'],
  ])('%s does not hide what is wrong elsewhere', (_what, key, value) => {
    const found = places((c) => {
      everywhere(c);
      c[key] = value;
    });
    expect(found).toEqual([`$.${key}`, ...places7]);
  });

  test('a fault of a service does not hide what is wrong between services', () => {
    const found = places((c) => {
      c.services[1].class = 'gold';
      Object.assign(c.services[1], { id: 'svc-1', site: 'office-1' });
      c.services[1].monthlyRent.currency = 'USD';
      c.services.push({ ...c.services[0], id: null, site: 'office-2', lines: ['l3', 'l2'] });
    });
    expect(found).toEqual([
      '$.services[1].class',
      '$.services[2].id',
      '$.services[1].id',
      '$.services[1].monthlyRent.currency',
      '$.services[2].lines[0]',
      '$.services[2].lines[1]',
    ]);
  });

  test('a line without a PoP is given twice like any other', () => {
    const found = places((c) => {
      delete c.lines[1].pop;
      c.lines[1].id = 'l1';
      c.services[0].lines = ['l1', 'l3'];
      c.services.pop();
    });
    expect(found).toEqual(['$.lines[1].pop', '$.lines[1].id']);
  });

  test('the currency and the amount of a rent', () => {
    const found = places((c) => (c.services[0].monthlyRent = { amount: '1e3', currency: 'XXX' }));
    expect(found).toEqual(['$.services[0].monthlyRent.currency', '$.services[0].monthlyRent.amount']);
  });

  test('an exclusion whose times are no times, with a scope and a proof that its kind may not have', () => {
    const found = places((c) => {
      c.exclusions[0] = { kind: 'suspension', scope: 'all', from: 'now', to: 'then' };
      c.exclusions[1] = { kind: 'force-majeure', scope: 5, from: 'now', to: 'then', noticeAt: 'later' };
    });
    expect(found).toEqual([
      '$.exclusions[0].from',
      '$.exclusions[0].to',
      '$.exclusions[0].scope',
      '$.exclusions[1].scope',
      '$.exclusions[1].from',
      '$.exclusions[1].to',
      '$.exclusions[1].noticeAt',
      '$.exclusions[1].proof',
    ]);
  });

  test('a slot twice, one of an unknown status', () => {
    const found = places((c) => c.rounds.push({ ...c.rounds[0], status: 'lost' }));
    expect(found).toEqual(['$.rounds[1].status', '$.rounds[1].slot']);
  });
});

describe('a fault is one line, whatever refers to its place', () => {
  test.each<[what: string, breakIt: (c: Json) => void, place: string]>([
    ['no lines', (c) => delete c.lines, '$.lines'],
    ['lines that are no list', (c) => (c.lines = {}), '$.lines'],
    ['a line without an id', (c) => delete c.lines[0].id, '$.lines[0].id'],
    ['a line that is none', (c) => (c.lines[0] = 5), '$.lines[0]'],
    [
      'a service without an id',
      (c) => {
        c.exclusions[0].scope = { services: ['svc-1'] };
        delete c.services[0].id;
      },
      '$.services[0].id',
    ],
    [
      'a scope with a key misspelt',
      (c) => (c.exclusions[0].scope = { pop: ['HKG'] }),
      '$.exclusions[0].scope.pop',
    ],
    ['a line of a service that is no text', (c) => (c.services[0].lines[0] = 5), '$.services[0].lines[0]'],
  ])('%s', (_what, breakIt, place) => {
    expect(places(breakIt)).toEqual([place]);
  });

  test('a fault in one line of a service keeps the places of the others', () => {
    const found = places((c) => {
      c.services[0].lines = [5, 'l1', 'l2'];
      c.services[1].lines = ['l2'];
    });
    expect(found).toEqual(['$.services[0].lines[0]', '$.services[1].lines[0]']);
  });
});

test('a time or an amount that no case needs is refused in its own words', () => {
  const broken = sampleCase();
  broken.outages[0].from = '1969-12-31T23:59:59Z';
  broken.services[0].monthlyRent.amount = '1'.repeat(25);
  expect(faultsOf(broken)).toEqual([
    `$.services[0].monthlyRent.amount has more than 24 digits before the point, found "${'1'.repeat(25)}"`,
    '$.outages[0].from is before 1970: must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03:00:00.000+08:00", found "1969-12-31T23:59:59Z"',
  ]);
});
