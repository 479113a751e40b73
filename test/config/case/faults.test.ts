/* eslint-disable @typescript-eslint/no-unsafe-assignment, @typescript-eslint/no-unsafe-member-access, @typescript-eslint/no-unsafe-call, @typescript-eslint/no-unsafe-return -- a case that a test breaks in every way has no type */
import { describe, expect, test } from 'vitest';
import { faultsOf, notesOf, resultOf, sampleCase, type Json } from './support.js';

/** Breaks the sample in one way; the first line of what is said about it, and how many lines there are. */
const rows: readonly [what: string, breakIt: (c: Json) => void, line: string, count?: number][] = [
  // texts
  [
    'NUL in a name',
    (c) => (c.services[1].id = 'svc\u0000'),
    '$.services[1].id must be one line of text without control characters, found "svc\\u0000"',
  ],
  [
    'two lines in a site',
    (c) => (c.services[1].site = 'a\nb'),
    '$.services[1].site must be one line of text without control characters, found "a\\nb"',
  ],
  [
    'an escape sequence in a proof',
    (c) =>
      Object.assign(c.exclusions[0], {
        kind: 'force-majeure',
        noticeAt: '2026-10-13T00:00:00Z',
        proof: 'seen\u001b[2J\nby two',
      }),
    '$.exclusions[0].proof must have no control characters but line ends and tabs, found "seen\\u001b[2J\\nby two"',
  ],
  // plan and month
  ['no plan', (c) => delete c.plan, '$.plan is missing'],
  [
    'an unknown plan',
    (c) => (c.plan = 'other'),
    '$.plan is no built-in plan: must be one of ctg-cloud-connection, example-dedicated-internet, example-ethernet-hourly, example-ip-transit, example-leased-line, example-managed-wan, found "other"',
  ],
  [
    'a plan of the wrong type',
    (c) => (c.plan = 5),
    '$.plan must be the id of a built-in plan, a plan, or {"file": "path"}, found 5',
  ],
  [
    'a plan that is a list',
    (c) => (c.plan = []),
    '$.plan must be the id of a built-in plan, a plan, or {"file": "path"}, found a list',
  ],
  [
    'a plan file that is not there',
    (c) => (c.plan = { file: 'none.yaml' }),
    '$.plan.file is a plan with a fault: none.yaml: there is no such file; allowed: a plan file in YAML or JSON',
  ],
  [
    'a plan file with more keys',
    (c) => (c.plan = { file: 'none.yaml', id: 'x' }),
    '$.plan.id is not a known key: allowed are file',
    2,
  ],
  [
    'an empty plan',
    (c) => (c.plan = {}),
    '$.plan.id is missing; allowed: letters, digits, ".", "_" and "-", at most 64, starting with a letter or digit',
    3,
  ],
  [
    'a month that is none',
    (c) => (c.month = '2026-13'),
    '$.month must be a month from 1970-01 on, as "2026-10", found "2026-13"',
  ],
  [
    'a month with a day',
    (c) => (c.month = '2026-10-01'),
    '$.month must be a month from 1970-01 on, as "2026-10", found "2026-10-01"',
  ],
  ['a month that is a number', (c) => (c.month = 202610), '$.month must be a text, found 202610'],
  [
    'a month before the plan',
    (c) => (c.month = '2024-03'),
    '$.month has no version of plan ctg-cloud-connection in force: the first comes into force on 2024-04-16, found 2024-03',
  ],
  // keys
  [
    'an unknown key',
    (c) => (c.extra = 1),
    '$.extra is not a known key: allowed are plan, month, lines, services, outages, unobserved, exclusions, commitments, paths, rounds, history, maintenanceUsed',
  ],
  [
    'an unknown key of a line',
    (c) => (c.lines[0].name = 'x'),
    '$.lines[0].name is not a known key: allowed are id, pop',
  ],
  [
    'an unknown key of a service',
    (c) => (c.services[1].rent = 'x'),
    '$.services[1].rent is not a known key: allowed are id, site, class, lines, start, monthlyRent, end, paths, customer, taxPercent, agreedStart, installationCharge',
  ],
  [
    'an unknown key of a rent',
    (c) => (c.services[1].monthlyRent.tax = 'x'),
    '$.services[1].monthlyRent.tax is not a known key: allowed are amount, currency',
  ],
  [
    'an unknown key of an outage',
    (c) => (c.outages[0].why = 'x'),
    '$.outages[0].why is not a known key: allowed are line, from, to, reportedAt',
  ],
  [
    'an unknown key of an exclusion',
    (c) => (c.exclusions[0].reason = 'x'),
    '$.exclusions[0].reason is not a known key: allowed are kind, scope, from, to, noticeAt, proof',
  ],
  [
    'an unknown key of a scope',
    (c) => (c.exclusions[0].scope.sites = ['x']),
    '$.exclusions[0].scope.sites is not a known key: allowed are pops, lines, paths, services, customers',
  ],
  [
    'an unknown key of a commitment',
    (c) => (c.commitments[0].x = 1),
    '$.commitments[0].x is not a known key: allowed are path, latencyMs',
  ],
  [
    'an unknown key of a round',
    (c) => (c.rounds[0].late = 1),
    '$.rounds[0].late is not a known key: allowed are path, slot, sizes, status',
  ],
  [
    'an unknown key of a size',
    (c) => (c.rounds[0].sizes[2].lost = 1),
    '$.rounds[0].sizes[2].lost is not a known key: allowed are bytes, sent, received, rttSumUs, rttMinUs, rttUs',
  ],
  [
    'a key that is no word',
    (c) => (c['a b'] = 1),
    '$["a b"] is not a known key: allowed are plan, month, lines, services, outages, unobserved, exclusions, commitments, paths, rounds, history, maintenanceUsed',
  ],
  ['a missing key', (c) => delete c.services[0].class, '$.services[0].class is missing'],
  ['no services', (c) => delete c.services, '$.services is missing'],
  ['a list that is none', (c) => (c.outages = {}), '$.outages must be a list, found an object'],
  ['an item that is none', (c) => (c.outages = [null]), '$.outages[0] must be an object, found null'],
  // services
  [
    'a service before the month',
    (c) => Object.assign(c.services[0], { start: '2026-01-01', end: '2026-10-01' }),
    '$.services[0] has no day in 2026-10: it runs from 2026-01-01 to 2026-10-01, the end not included',
  ],
  [
    'a service after the month',
    (c) => (c.services[0].start = '2026-11-01'),
    '$.services[0] has no day in 2026-10: it runs from 2026-11-01 to no end, the end not included',
  ],
  [
    'a service that ends before it starts',
    (c) => (c.services[0].end = '2026-10-01'),
    '$.services[0].end must be a day after "start": it is the first day without the service, found "2026-10-01"',
  ],
  [
    'a service that ends as it starts',
    (c) => (c.services[0].end = '2026-10-11'),
    '$.services[0].end must be a day after "start": it is the first day without the service, found "2026-10-11"',
  ],
  [
    'a day that is none',
    (c) => (c.services[0].start = '2026-02-30'),
    '$.services[0].start must be a day of the calendar from 1970 on, as "2026-10-11", found "2026-02-30"',
  ],
  [
    'a day with a time',
    (c) => (c.services[0].start = '2026-10-11T00:00:00Z'),
    '$.services[0].start must be a day of the calendar from 1970 on, as "2026-10-11", found "2026-10-11T00:00:00Z"',
  ],
  [
    'an unknown class',
    (c) => (c.services[0].class = 'dual'),
    '$.services[0].class must be one of single, protected-single, protected-dual, premium, found "dual"',
  ],
  [
    'an unknown line of a service',
    (c) => (c.services[1].lines = ['l9']),
    '$.services[1].lines[0] is an unknown line "l9": it must stand in "lines"',
  ],
  [
    'no line',
    (c) => (c.services[1].lines = []),
    '$.services[1].lines has 0 lines: class single has exactly 1',
  ],
  [
    'too many lines',
    (c) => {
      c.lines.push({ id: 'l4', pop: 'X' });
      c.services[1].lines.push('l4');
    },
    '$.services[1].lines has 2 lines: class single has exactly 1',
  ],
  [
    'one line on a dual',
    (c) => (c.services[0].lines = ['l1']),
    '$.services[0].lines has 1 lines: class protected-dual has 2 or more',
  ],
  [
    'no line on premium',
    (c) => Object.assign(c.services[1], { class: 'premium', lines: [] }),
    '$.services[1].lines has 0 lines: class premium has 1 or more',
  ],
  [
    'one line twice on a service',
    (c) => (c.services[0].lines = ['l1', 'l1']),
    '$.services[0].lines[1] is given twice: line "l1" stands before it',
  ],
  [
    'one line on two services',
    (c) => (c.services[1].lines = ['l2']),
    '$.services[1].lines[0] is on two services at the same time: "l2" is on "svc-1" from 2026-10-11',
  ],
  [
    'an id twice at the same time',
    (c) => (c.services[1].id = 'svc-1'),
    '$.services[1].id is given twice at the same time: "svc-1" from 2026-10-11 is not over by 2026-01-01',
  ],
  [
    'a segment that overlaps by a day',
    (c) => {
      c.services[0].end = '2026-10-21';
      c.services.push({ ...c.services[0], start: '2026-10-20', end: null });
    },
    '$.services[2].id is given twice at the same time: "svc-1" from 2026-10-11 is not over by 2026-10-20',
  ],
  [
    'a line id twice',
    (c) => c.lines.push({ id: 'l1', pop: 'LAX' }),
    '$.lines[3].id is given twice: a line "l1" stands above',
  ],
  [
    'two currencies on a site',
    (c) => (c.services[1].monthlyRent.currency = 'USD'),
    '$.services[1].monthlyRent.currency is a second currency on site "office-1": USD beside HKD, and a site has one',
  ],
  [
    'a path that is none',
    (c) => (c.services[0].paths = ['HKG-SIN']),
    '$.services[0].paths[0] must be a path "A>B" of two different PoPs, found "HKG-SIN"',
  ],
  [
    'a path to itself',
    (c) => (c.services[0].paths = ['HKG>HKG']),
    '$.services[0].paths[0] must be a path "A>B" of two different PoPs, found "HKG>HKG"',
  ],
  [
    'an empty id',
    (c) => (c.services[0].id = ' '),
    '$.services[0].id must be a text of 1 to 200 characters, found " "',
  ],
  // amounts
  [
    'more decimals than HKD has',
    (c) => (c.services[0].monthlyRent.amount = '1.000'),
    '$.services[0].monthlyRent.amount has 3 decimals, and its currency allows at most 2, found "1.000"',
  ],
  [
    'a decimal in JPY',
    (c) => {
      c.services[0].site = 'tokyo';
      c.services[0].monthlyRent = { amount: '1.0', currency: 'JPY' };
    },
    '$.services[0].monthlyRent.amount has 1 decimals, and its currency allows none, found "1.0"',
  ],
  [
    'a negative amount',
    (c) => (c.services[0].monthlyRent.amount = '-1.00'),
    '$.services[0].monthlyRent.amount must be an amount that is not negative, in digits with a point, as "1234.50", found "-1.00"',
  ],
  [
    'an amount that is a number',
    (c) => (c.services[0].monthlyRent.amount = 1),
    '$.services[0].monthlyRent.amount must be a text, found 1',
  ],
  [
    'an amount with an exponent',
    (c) => (c.services[0].monthlyRent.amount = '1e3'),
    '$.services[0].monthlyRent.amount must be an amount that is not negative, in digits with a point, as "1234.50", found "1e3"',
  ],
  [
    'an amount with groups',
    (c) => (c.services[0].monthlyRent.amount = '1,000.00'),
    '$.services[0].monthlyRent.amount must be an amount that is not negative, in digits with a point, as "1234.50", found "1,000.00"',
  ],
  [
    'an unknown currency',
    (c) => (c.services[0].monthlyRent.currency = 'XXX'),
    '$.services[0].monthlyRent.currency must be a currency of ISO 4217, as "HKD", found "XXX"',
  ],
  // times
  [
    'a time without an offset',
    (c) => (c.outages[0].from = '2026-10-12T03:00:00'),
    '$.outages[0].from has no offset: must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03:00:00.000+08:00", found "2026-10-12T03:00:00"',
  ],
  [
    'a time finer than a millisecond',
    (c) => (c.outages[0].from = '2026-10-12T03:00:00.0001Z'),
    '$.outages[0].from is finer than a millisecond: must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03:00:00.000+08:00", found "2026-10-12T03:00:00.0001Z"',
  ],
  [
    'a leap second',
    (c) => (c.outages[0].from = '2016-12-31T23:59:60Z'),
    '$.outages[0].from names an hour, minute or second that is not on the clock (leap seconds are not): must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03:00:00.000+08:00", found "2016-12-31T23:59:60Z"',
  ],
  [
    'a day that is not in the calendar',
    (c) => (c.outages[0].from = '2026-02-29T00:00:00Z'),
    '$.outages[0].from names a day that is not in the calendar: must be a time with its offset, to the millisecond at the finest, as "2026-10-12T03:00:00.000+08:00", found "2026-02-29T00:00:00Z"',
  ],
  [
    'a time that is a number',
    (c) => (c.outages[0].from = 1791745200000),
    '$.outages[0].from must be a text, found 1791745200000',
  ],
  [
    'an empty outage',
    (c) => (c.outages[0].to = c.outages[0].from),
    '$.outages[0] is empty: "to" must be after "from"',
  ],
  [
    'an outage that is empty across offsets',
    (c) => (c.outages[0].to = '2026-10-11T19:00:00Z'),
    '$.outages[0] is empty: "to" must be after "from"',
  ],
  [
    'a reversed outage',
    (c) => (c.outages[0].to = '2026-10-12T02:59:59.999+08:00'),
    '$.outages[0] is reversed: "to" must be after "from"',
  ],
  ['an outage without an end', (c) => delete c.outages[0].to, '$.outages[0].to is missing'],
  [
    'an open unobserved interval',
    (c) => (c.unobserved[0].to = null),
    '$.unobserved[0].to must be a text, found null',
  ],
  [
    'an empty unobserved interval',
    (c) => (c.unobserved[0].to = c.unobserved[0].from),
    '$.unobserved[0] is empty: "to" must be after "from"',
  ],
  [
    'an unknown line of an outage',
    (c) => (c.outages[0].line = 'l9'),
    '$.outages[0].line is an unknown line "l9": it must stand in "lines"',
  ],
  [
    'an unknown line of an unobserved interval',
    (c) => (c.unobserved[0].line = 'l9'),
    '$.unobserved[0].line is an unknown line "l9": it must stand in "lines"',
  ],
  // exclusions
  [
    'an unknown kind',
    (c) => (c.exclusions[0].kind = 'weather'),
    '$.exclusions[0].kind must be one of planned-maintenance, emergency-maintenance, force-majeure, customer-cause, customer-change, suspension, third-party, found "weather"',
  ],
  [
    'maintenance without notice',
    (c) => delete c.exclusions[0].noticeAt,
    '$.exclusions[0].noticeAt is missing: planned maintenance needs the time of its notice, before "from"',
  ],
  [
    'notice at the start',
    (c) => (c.exclusions[0].noticeAt = c.exclusions[0].from),
    '$.exclusions[0].noticeAt is not before "from": planned maintenance needs the time of its notice, before "from"',
  ],
  [
    'notice after the start',
    (c) => (c.exclusions[0].noticeAt = c.exclusions[0].to),
    '$.exclusions[0].noticeAt is not before "from": planned maintenance needs the time of its notice, before "from"',
  ],
  [
    'an empty exclusion',
    (c) => (c.exclusions[0].to = c.exclusions[0].from),
    '$.exclusions[0] is empty: "to" must be after "from"',
  ],
  [
    'a reversed exclusion',
    (c) => (c.exclusions[0].to = '2026-10-12T03:00:00+08:00'),
    '$.exclusions[0] is reversed: "to" must be after "from"',
  ],
  ['an open exclusion', (c) => (c.exclusions[0].to = null), '$.exclusions[0].to must be a text, found null'],
  ...(['customer-cause', 'customer-change', 'suspension'] as const).flatMap((kind) =>
    [{ pops: ['HKG'] }, { paths: ['HKG>SIN'] }, 'all', { services: ['svc-1'], pops: ['HKG'] }].map(
      (scope): (typeof rows)[number] => [
        `${kind} of ${JSON.stringify(scope)}`,
        (c) => Object.assign(c.exclusions[0], { kind, scope }),
        `$.exclusions[0].scope of ${kind} may name services, customers and lines only: what lies with one customer excuses nothing that others share`,
      ],
    ),
  ),
  [
    'a scope that names nothing',
    (c) => (c.exclusions[0].scope = {}),
    '$.exclusions[0].scope names nothing: must be "all" or name pops, lines, paths, services or customers',
  ],
  [
    'a scope in another word',
    (c) => (c.exclusions[0].scope = 'ALL'),
    '$.exclusions[0].scope must be "all" or an object of lists, found "ALL"',
  ],
  [
    'a scope with a text for a list',
    (c) => (c.exclusions[0].scope = { pops: 'HKG' }),
    '$.exclusions[0].scope.pops must be a list, found "HKG"',
  ],
  [
    'an unknown line in a scope',
    (c) => (c.exclusions[0].scope = { lines: ['l9'] }),
    '$.exclusions[0].scope.lines[0] is an unknown line "l9": it must stand in "lines"',
  ],
  [
    'an unknown service in a scope',
    (c) => (c.exclusions[0].scope = { services: ['svc-9'] }),
    '$.exclusions[0].scope.services[0] is an unknown service "svc-9": it must stand in "services"',
  ],
  [
    'a path in a scope that is none',
    (c) => (c.exclusions[0].scope = { paths: ['HKG'] }),
    '$.exclusions[0].scope.paths[0] must be a path "A>B" of two different PoPs, found "HKG"',
  ],
  [
    'force majeure without notice',
    (c) => {
      delete c.exclusions[0].noticeAt;
      Object.assign(c.exclusions[0], { kind: 'force-majeure', proof: 'x' });
    },
    '$.exclusions[0].noticeAt is missing: force majeure needs the time of its written notice, at most 15 days after "from"',
  ],
  [
    'force majeure noticed too late',
    (c) =>
      Object.assign(c.exclusions[0], {
        kind: 'force-majeure',
        proof: 'x',
        noticeAt: '2026-10-27T03:30:00.001+08:00',
      }),
    '$.exclusions[0].noticeAt is too late: force majeure needs the time of its written notice, at most 15 days after "from"',
  ],
  [
    'force majeure without proof',
    (c) => (c.exclusions[0].kind = 'force-majeure'),
    '$.exclusions[0].proof is missing: force majeure needs its proof, as text',
  ],
  [
    'force majeure with an empty proof',
    (c) => Object.assign(c.exclusions[0], { kind: 'force-majeure', proof: '' }),
    '$.exclusions[0].proof must be a text of 1 to 10000 characters, found ""',
  ],
  // commitments
  [
    'a commitment twice',
    (c) => c.commitments.push({ path: 'HKG>SIN', latencyMs: '36' }),
    '$.commitments[1].path is committed twice: "HKG>SIN" stands above',
  ],
  [
    'a commitment of 0',
    (c) => (c.commitments[0].latencyMs = '0.000'),
    '$.commitments[0].latencyMs is not above 0: must be milliseconds above 0 in quotes, with at most three decimals, as "35.000", found "0.000"',
  ],
  [
    'a negative commitment',
    (c) => (c.commitments[0].latencyMs = '-35'),
    '$.commitments[0].latencyMs is not above 0: must be milliseconds above 0 in quotes, with at most three decimals, as "35.000", found "-35"',
  ],
  [
    'a commitment finer than a microsecond',
    (c) => (c.commitments[0].latencyMs = '35.0001'),
    '$.commitments[0].latencyMs has more than three decimals: must be milliseconds above 0 in quotes, with at most three decimals, as "35.000", found "35.0001"',
  ],
  [
    'a commitment that is a number',
    (c) => (c.commitments[0].latencyMs = 35),
    '$.commitments[0].latencyMs must be a text, found 35',
  ],
  [
    'a path of a commitment that is none',
    (c) => (c.commitments[0].path = 'HKG>SIN>LAX'),
    '$.commitments[0].path must be a path "A>B" of two different PoPs, found "HKG>SIN>LAX"',
  ],
  // rounds
  [
    'a slot off the schedule',
    (c) => (c.rounds[0].slot = '2026-10-11T00:15:00Z'),
    '$.rounds[0].slot is off the schedule: slots are every 30 minutes on the UTC clock, found "2026-10-11T00:15:00Z"',
  ],
  [
    'a slot off by a millisecond',
    (c) => (c.rounds[0].slot = '2026-10-11T00:00:00.001Z'),
    '$.rounds[0].slot is off the schedule: slots are every 30 minutes on the UTC clock, found "2026-10-11T00:00:00.001Z"',
  ],
  [
    'a slot before the month',
    (c) => (c.rounds[0].slot = '2026-09-30T15:30:00Z'),
    '$.rounds[0].slot is outside 2026-10 in Asia/Hong_Kong, found "2026-09-30T15:30:00Z"',
  ],
  [
    'a slot at the end of the month',
    (c) => (c.rounds[0].slot = '2026-10-31T16:00:00Z'),
    '$.rounds[0].slot is outside 2026-10 in Asia/Hong_Kong, found "2026-10-31T16:00:00Z"',
  ],
  [
    'a slot twice, as instants',
    (c) => c.rounds.push({ ...c.rounds[0], slot: '2026-10-11T08:00:00+08:00' }),
    '$.rounds[1].slot is given twice for HKG>SIN: "2026-10-11T08:00:00+08:00"',
  ],
  [
    'a slot twice, one of them not held',
    (c) => c.rounds.push({ ...c.rounds[0], status: 'failed' }),
    '$.rounds[1].slot is given twice for HKG>SIN: "2026-10-11T00:00:00Z"',
  ],
  [
    'a path of a round that is none',
    (c) => (c.rounds[0].path = 'A>'),
    '$.rounds[0].path must be a path "A>B" of two different PoPs, found "A>"',
  ],
  ['a round without sizes', (c) => delete c.rounds[0].sizes, '$.rounds[0].sizes is missing'],
  [
    'an unknown status',
    (c) => (c.rounds[0].status = 'good'),
    '$.rounds[0].status must be one of ok, unscheduled, aborted, overrun, invalid, partial, failed, degraded-observer, missing, found "good"',
  ],
  [
    'more received than sent',
    (c) => (c.rounds[0].sizes[0].received = 101),
    '$.rounds[0].sizes[0].received is over "sent": must be at most 100, found 101',
  ],
  [
    'negative sent',
    (c) => (c.rounds[0].sizes[0].sent = -1),
    '$.rounds[0].sizes[0].sent must be a whole number from 0 on, found -1',
  ],
  [
    'negative received',
    (c) => (c.rounds[0].sizes[0].received = -1),
    '$.rounds[0].sizes[0].received must be a whole number from 0 on, found -1',
  ],
  [
    'a negative sum',
    (c) => (c.rounds[0].sizes[0].rttSumUs = -1),
    '$.rounds[0].sizes[0].rttSumUs must be a whole number from 0 on, found -1',
  ],
  [
    'a sum that is not whole',
    (c) => (c.rounds[0].sizes[0].rttSumUs = 1.5),
    '$.rounds[0].sizes[0].rttSumUs must be a whole number from 0 on, found 1.5',
  ],
  [
    'a sum that is a text',
    (c) => (c.rounds[0].sizes[0].rttSumUs = '1'),
    '$.rounds[0].sizes[0].rttSumUs must be a whole number from 0 on, found "1"',
  ],
  [
    'a sum without packets',
    (c) => (c.rounds[0].sizes[0].received = 0),
    '$.rounds[0].sizes[0].rttSumUs is too much for 0 received packets: each took at most 2000 ms, found 3503000',
  ],
  [
    'a sum that no packets in time give',
    (c) => (c.rounds[0].sizes[0].rttSumUs = 198_000_001),
    '$.rounds[0].sizes[0].rttSumUs is too much for 99 received packets: each took at most 2000 ms, found 198000001',
  ],
  [
    'a size that the plan does not have',
    (c) => (c.rounds[0].sizes[0].bytes = 65),
    '$.rounds[0].sizes[0].bytes is no size of the plan: must be one of 64, 128, 512, found 65',
  ],
  [
    'a size twice',
    (c) => (c.rounds[0].sizes[1].bytes = 64),
    '$.rounds[0].sizes[1].bytes is given twice in the round: 64',
  ],
  [
    'a size without figures',
    (c) => (c.rounds[0].sizes[0] = { bytes: 64 }),
    '$.rounds[0].sizes[0].sent is missing: a size gives sent, received and rttSumUs, or rttUs',
    3,
  ],
  [
    'RTTs beside sums',
    (c) => (c.rounds[0].sizes[0].rttUs = [1]),
    '$.rounds[0].sizes[0].received does not go with "rttUs": it follows from its entries',
    3,
  ],
  [
    'a path with an arrow',
    (c) => (c.rounds[0].path = 'HKG->SIN'),
    '$.rounds[0].path must be a path "A>B" of two different PoPs, found "HKG->SIN"',
  ],
  [
    'a negative RTT',
    (c) => (c.rounds[0].sizes[0] = { bytes: 64, rttUs: [1, null, -1] }),
    '$.rounds[0].sizes[0].rttUs[2] must be a whole number from 0 on, found -1',
  ],
  [
    'an RTT that is a text',
    (c) => (c.rounds[0].sizes[0] = { bytes: 64, rttUs: ['1'] }),
    '$.rounds[0].sizes[0].rttUs[0] must be a whole number from 0 on, found "1"',
  ],
  [
    'another number of RTTs than sent',
    (c) => (c.rounds[0].sizes[0] = { bytes: 64, sent: 3, rttUs: [1, null] }),
    '$.rounds[0].sizes[0].sent must be the number of entries in "rttUs", 2, found 3',
  ],
];

describe('the sample', () => {
  test('has no fault', () => {
    expect(faultsOf(sampleCase())).toEqual([]);
  });
});

describe('a fault of a case is one clear line', () => {
  test.each(rows)('%s', (_what, breakIt, line, count = 1) => {
    const broken = sampleCase();
    breakIt(broken);
    const faults = faultsOf(broken);
    expect(faults[0]).toBe(line);
    expect(faults).toHaveLength(count);
  });

  test('and several faults are several lines', () => {
    const broken = sampleCase();
    broken.services[0].class = 'dual';
    broken.outages[0].line = 'l9';
    broken.rounds[0].sizes[0].sent = -1;
    expect(faultsOf(broken).map((line) => line.split(' ')[0])).toEqual([
      '$.services[0].class',
      '$.outages[0].line',
      '$.rounds[0].sizes[0].sent',
    ]);
  });
});

describe('numbers that JSON can write and no count can be', () => {
  test.each([
    ['1e400', 'Infinity'],
    ['9007199254740993', '9007199254740992'],
    ['99.5', '99.5'],
    ['-0', '-0'],
    ['"100"', '"100"'],
    ['null', 'null'],
    ['true', 'true'],
  ])('%s', (literal, shown) => {
    const text = JSON.stringify(sampleCase()).replace('"sent":100', `"sent":${literal}`);
    expect(faultsOf(text)).toEqual([
      `$.rounds[0].sizes[0].sent must be a whole number from 0 on, found ${shown}`,
    ]);
  });

  test('a number with an exponent may be whole', () => {
    expect(faultsOf(JSON.stringify(sampleCase()).replace('"sent":100', '"sent":1e2'))).toEqual([]);
  });

  test('a key that is given twice is a fault, not the last of them', () => {
    const text = JSON.stringify(sampleCase()).replace('"sent":100', '"sent":100,"sent":99');
    expect(faultsOf(text)).toEqual(['$.rounds[0].sizes[0].sent is given twice: a key may stand once']);
  });
});

describe('what is no fault', () => {
  const good: readonly [what: string, change: (c: Json) => void][] = [
    [
      'a PoP and a path that nothing else names',
      (c) => (c.exclusions[0].scope = { pops: ['XXX'], paths: ['YYY>ZZZ'] }),
    ],
    ['a line that no service uses', (c) => c.lines.push({ id: 'l4', pop: 'LAX' })],
    [
      'one line on two services, one after the other',
      (c) => {
        c.services[0].end = '2026-10-20';
        c.services.push({ ...c.services[1], id: 'svc-3', lines: ['l1'], start: '2026-10-20' });
      },
    ],
    [
      'an id in two segments',
      (c) => {
        c.services[1].end = '2026-10-05';
        c.services.push({ ...c.services[1], start: '2026-10-05', end: null });
      },
    ],
    [
      'an outage outside the month',
      (c) => Object.assign(c.outages[0], { from: '2025-01-01T00:00:00Z', to: '2025-01-02T00:00:00Z' }),
    ],
    ['an open outage', (c) => (c.outages[0].to = null)],
    [
      'force majeure noticed after exactly 15 days',
      (c) =>
        Object.assign(c.exclusions[0], {
          kind: 'force-majeure',
          proof: 'x',
          noticeAt: '2026-10-27T03:30:00+08:00',
        }),
    ],
    [
      'suspension of a line',
      (c) => Object.assign(c.exclusions[0], { kind: 'suspension', scope: { lines: ['l1'] } }),
    ],
    ['notice one millisecond before', (c) => (c.exclusions[0].noticeAt = '2026-10-12T03:29:59.999+08:00')],
    ['a rent of 0', (c) => (c.services[0].monthlyRent.amount = '0')],
    [
      'no lists of facts',
      (c) => {
        Object.assign(c, {
          outages: undefined,
          unobserved: undefined,
          exclusions: undefined,
          commitments: undefined,
          rounds: undefined,
        });
      },
    ],
    [
      'a round that is not held, without sizes',
      (c) => Object.assign(c.rounds[0], { status: 'failed', sizes: [] }),
    ],
    [
      'a round that is not held, with no sizes',
      (c) => Object.assign(c.rounds[0], { status: 'aborted', sizes: undefined }),
    ],
    [
      'a size with nothing sent',
      (c) => (c.rounds[0].sizes[0] = { bytes: 64, sent: 0, received: 0, rttSumUs: 0 }),
    ],
    [
      'a plan that came into force within the month',
      (c) => {
        c.month = '2024-04';
        for (const s of c.services) s.start = '2024-04-01';
        c.rounds = [];
      },
    ],
  ];
  test.each(good)('%s', (_what, change) => {
    const changed = sampleCase();
    change(changed);
    expect(faultsOf(changed)).toEqual([]);
    expect(resultOf(changed).services.length).toBeGreaterThan(0);
  });
});

describe('what is odd is noted, and judged all the same', () => {
  const outside = { from: '2025-10-12T03:30:00+08:00', to: '2025-10-12T05:00:00+08:00' };
  const odd: readonly [what: string, change: (c: Json) => void, line: string][] = [
    [
      'an outage of another year',
      (c) => c.outages.push({ line: 'l1', ...outside }),
      '$.outages[1] lies outside of 2026-10, and counts for nothing',
    ],
    [
      'unobserved time that ends where the month begins',
      (c) =>
        c.unobserved.push({
          line: 'l1',
          from: '2026-09-30T00:00:00+08:00',
          to: '2026-10-01T00:00:00+08:00',
        }),
      '$.unobserved[1] lies outside of 2026-10, and counts for nothing',
    ],
    [
      'an exclusion of another year',
      (c) => Object.assign(c.exclusions[0], outside, { noticeAt: '2025-10-01T00:00:00Z' }),
      '$.exclusions[0] lies outside of 2026-10, and counts for nothing',
    ],
    [
      'more packets than the plan sends',
      (c) => Object.assign(c.rounds[0].sizes[0], { sent: 100_000 }),
      '$.rounds[0].sizes[0].sent is 100000 packets: the plan sends 100 of each size',
    ],
    [
      'more entries than the plan sends packets',
      (c) => (c.rounds[0].sizes[0] = { bytes: 64, rttUs: Array.from({ length: 101 }, () => 5) }),
      '$.rounds[0].sizes[0].rttUs is 101 packets: the plan sends 100 of each size',
    ],
  ];
  test.each(odd)('%s', (_what, change, line) => {
    const changed = sampleCase();
    expect(notesOf(changed)).toEqual([]);
    change(changed);
    expect(notesOf(changed)).toEqual([line]);
  });

  test('an outage that reaches into the month, or lasts, is not odd', () => {
    const changed = sampleCase();
    changed.outages.push({ line: 'l1', from: '2025-10-12T03:30:00+08:00', to: null });
    expect(notesOf(changed)).toEqual([]);
  });
});
