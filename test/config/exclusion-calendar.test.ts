import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readExclusionsIcal } from '../../src/config/exclusion-calendar.js';
import { disarmed, joinParts, readExclusionsCsv } from '../../src/config/exclusion-files.js';
import { readExclusion, scopeWords } from '../../src/config/exclusion-input.js';
import type { LedgerExclusion } from '../../src/core/ledger/exclusions.js';
import { exclusionsCsv, exclusionsIcal } from '../../src/render/ledger.js';

const now = Date.UTC(2026, 9, 1);

const calendar = (events: readonly string[][], ...head: string[]): string =>
  [
    ...['BEGIN:VCALENDAR', 'VERSION:2.0', 'PRODID:-//x//x//EN', ...head],
    ...events.flatMap((lines) => ['BEGIN:VEVENT', 'DTSTAMP:20260901T000000Z', ...lines, 'END:VEVENT']),
    ...['END:VCALENDAR', ''],
  ].join('\r\n');

function read(text: string, zone?: string) {
  const reading = readExclusionsIcal(text, { kind: 'planned-maintenance', scope: ['pop:SIN'], zone }, now);
  if (!reading.ok) return reading.refusals.map(({ field, what }) => `${field} ${what}`);
  return reading.inputs.map(({ input }) =>
    (input.intervals ?? []).map(({ from, to }) =>
      [from, to].map((at) => new Date(at).toISOString().replace(':00.000Z', 'Z')).join('/'),
    ),
  );
}
const one = (...lines: string[]) => read(calendar([['UID:m1', 'SUMMARY:works', ...lines]]));
const berlin = (...lines: string[]) => one('DTSTART;TZID=Europe/Berlin:20261024T220000', ...lines);

describe('a calendar file', () => {
  test.each<[string, ReturnType<typeof one>, unknown]>([
    // The clock goes back on 25 October 2026 at 03:00.
    [
      'a day by DURATION is a day of the calendar',
      berlin('DURATION:P1D'),
      [['2026-10-24T20:00Z/2026-10-25T21:00Z']],
    ],
    ['24 hours are elapsed time', berlin('DURATION:PT24H'), [['2026-10-24T20:00Z/2026-10-25T20:00Z']]],
    ['a week is seven days', berlin('DURATION:P1W'), [['2026-10-24T20:00Z/2026-10-31T21:00Z']]],
    ['a day and two hours', berlin('DURATION:P1DT2H'), [['2026-10-24T20:00Z/2026-10-25T23:00Z']]],
    [
      'windows of a rule keep their local time',
      berlin('DURATION:PT2H', 'RRULE:FREQ=DAILY;COUNT=3'),
      [
        [
          '2026-10-24T20:00Z/2026-10-24T22:00Z',
          '2026-10-25T21:00Z/2026-10-25T23:00Z',
          '2026-10-26T21:00Z/2026-10-26T23:00Z',
        ],
      ],
    ],
    [
      'until is an instant',
      berlin('DURATION:PT2H', 'RRULE:FREQ=DAILY;UNTIL=20261025T205959Z'),
      [['2026-10-24T20:00Z/2026-10-24T22:00Z']],
    ],
    [
      'exceptions and further dates',
      one(
        'DTSTART:20261201T020000Z',
        'DTEND:20261201T030000Z',
        'RRULE:FREQ=WEEKLY;COUNT=3',
        'EXDATE:20261208T020000Z',
        'RDATE;VALUE=PERIOD:20261220T000000Z/PT30M',
        'RDATE:20261221T000000Z',
      ),
      [
        [
          '2026-12-01T02:00Z/2026-12-01T03:00Z',
          '2026-12-15T02:00Z/2026-12-15T03:00Z',
          '2026-12-20T00:00Z/2026-12-20T00:30Z',
          '2026-12-21T00:00Z/2026-12-21T01:00Z',
        ],
      ],
    ],
    [
      'a Windows zone',
      one('DTSTART;TZID=China Standard Time:20261201T020000', 'DURATION:PT1H'),
      [['2026-11-30T18:00Z/2026-11-30T19:00Z']],
    ],
    [
      'a zone with the prefix of a program',
      one('DTSTART;TZID=/freeassociation.sourceforge.net/Europe/Berlin:20261201T020000', 'DURATION:PT1H'),
      [['2026-12-01T01:00Z/2026-12-01T02:00Z']],
    ],
    [
      'a floating time',
      one('DTSTART:20261201T020000', 'DURATION:PT1H'),
      ['event 1 (m1): dtstart is floating: it has no zone'],
    ],
    [
      'a zone that nobody knows',
      one('DTSTART;TZID=Nowhere:20261201T020000', 'DURATION:PT1H'),
      ['event 1 (m1): dtstart has an unknown zone, "Nowhere"'],
    ],
  ])('%s', (_what, got, wanted) => {
    expect(got).toEqual(wanted);
  });

  test('has whole days and floating times in the zone of the calendar, or of the import', () => {
    const day = ['UID:m1', 'DTSTART;VALUE=DATE:20261025'];
    expect(read(calendar([day], 'X-WR-TIMEZONE:Europe/Berlin'))).toEqual([
      ['2026-10-24T22:00Z/2026-10-25T23:00Z'],
    ]);
    expect(read(calendar([day]), 'Asia/Hong_Kong')).toEqual([['2026-10-24T16:00Z/2026-10-25T16:00Z']]);
    const floating = ['UID:m1', 'DTSTART:20261201T020000', 'DTEND:20261201T030000'];
    expect(read(calendar([floating]), 'Asia/Hong_Kong')).toEqual([['2026-11-30T18:00Z/2026-11-30T19:00Z']]);
  });

  test('brings a zone of its own', () => {
    const zone = [
      ...['BEGIN:VTIMEZONE', 'TZID:Customized Time Zone', 'BEGIN:STANDARD', 'DTSTART:16010101T030000'],
      ...[
        'TZOFFSETFROM:+0200',
        'TZOFFSETTO:+0100',
        'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10',
        'END:STANDARD',
      ],
      ...['BEGIN:DAYLIGHT', 'DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
      ...['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', 'END:VTIMEZONE'],
    ];
    const event = ['UID:m1', 'DTSTART;TZID="Customized Time Zone":20261024T220000', 'DURATION:P1D'];
    expect(read(calendar([event], ...zone))).toEqual([['2026-10-24T20:00Z/2026-10-25T21:00Z']]);
  });

  test('replaces and calls off single windows, and the newest text of an event counts', () => {
    const master = [
      'UID:m1',
      'DTSTART:20261201T020000Z',
      'DTEND:20261201T030000Z',
      'RRULE:FREQ=DAILY;COUNT=3',
    ];
    const moved = [
      'UID:m1',
      'RECURRENCE-ID:20261202T020000Z',
      'DTSTART:20261202T050000Z',
      'DTEND:20261202T060000Z',
    ];
    const off = ['UID:m1', 'RECURRENCE-ID:20261203T020000Z', 'DTSTART:20261203T020000Z', 'STATUS:CANCELLED'];
    expect(read(calendar([moved, master, off]))).toEqual([
      ['2026-12-01T02:00Z/2026-12-01T03:00Z', '2026-12-02T05:00Z/2026-12-02T06:00Z'],
    ]);
    const old = ['UID:m2', 'SEQUENCE:1', 'DTSTART:20261201T020000Z', 'DURATION:PT1H'];
    const newer = ['UID:m2', 'SEQUENCE:2', 'DTSTART:20261205T020000Z', 'DURATION:PT1H'];
    expect(read(calendar([newer, old]))).toEqual([['2026-12-05T02:00Z/2026-12-05T03:00Z']]);
  });

  test('says what was called off', () => {
    const off = (head: string[], ...lines: string[]) =>
      readExclusionsIcal(
        calendar([['UID:m1', 'DTSTART:20261201T020000Z', 'DURATION:PT1H', ...lines]], ...head),
        {},
        now,
      );
    const cancelled = [{ place: 'event 1 (m1)', source: 'm1' }];
    expect(off([], 'STATUS:CANCELLED')).toMatchObject({ inputs: [], cancelled });
    expect(off(['METHOD:CANCEL'])).toMatchObject({ inputs: [], cancelled });
    expect(off(['METHOD:PUBLISH'])).toMatchObject({ inputs: [{ place: 'event 1 (m1)' }], cancelled: [] });
  });

  test('is read with a byte-order mark, folded lines and escapes in properties of ours', () => {
    const text = calendar([
      [
        'UID:m1',
        'DTSTART:20261201T020000Z',
        'DURATION:PT1H',
        'SUMMARY:a very',
        '  long\\, folded\\nreason',
        'X-POP-SLA-PROOF:a\\, b\\; c\\\\d\\ne',
      ],
    ]);
    for (const whole of [text, `\ufeff${text}`, text.replaceAll('\r\n', '\n')]) {
      const reading = readExclusionsIcal(whole, {}, now);
      expect(reading.ok && reading.inputs[0]?.input).toMatchObject({
        reason: 'a very long, folded\nreason',
        proof: 'a, b; c\\d\ne',
      });
    }
  });
});

describe('an export', () => {
  // A file of text has no carriage returns of its own, and no control characters.
  const text = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom(...Array.from('|\\"\'\n,;=+-@＝＋－＠ \t：。a1é\u{1f600}')),
        fc.string({ unit: 'grapheme', minLength: 1, maxLength: 1 }),
      ),
      minLength: 1,
      maxLength: 30,
    })
    // eslint-disable-next-line no-control-regex -- what a file of text has not
    .filter((one) => one.trim() !== '' && !/[\r\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufeff]/.test(one));
  const instant = fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 0, 1) });
  const exclusion = fc.record({
    kind: fc.constantFrom('planned-maintenance' as const, 'third-party' as const),
    scope: fc.constantFrom('all' as const, {
      pops: ['SIN'],
      paths: ['HKG>SIN'],
      lines: ['L|1'],
      services: [],
      customers: [],
    }),
    starts: fc.uniqueArray(instant, {
      minLength: 1,
      maxLength: 4,
      selector: (at) => Math.floor(at / 3_600_000),
    }),
    notices: fc.array(fc.record({ at: instant, text: fc.option(text) }), { maxLength: 3 }),
    reason: text,
    proof: fc.option(text),
    source: fc.option(text.filter((one) => !/^X\d+/.test(one))),
  });
  const codec = { scopeOf: ({ scope }: LedgerExclusion) => scopeWords(scope), disarmed, joinParts };

  test.each(['csv', 'ical'] as const)('as %s is read back as it was, whatever the texts are', (format) => {
    fc.assert(
      fc.property(fc.array(exclusion, { minLength: 1, maxLength: 4 }), (drafts) => {
        const exclusions = drafts.map(({ starts, ...rest }, index): LedgerExclusion => {
          const intervals = starts.sort((a, b) => a - b).map((from) => ({ from, to: from + 60_001 }));
          const proposed = { actor: 'ann', at: now, reason: null };
          const none = { approved: null, rejected: null, revoked: null, recurrence: null, attachments: [] };
          return { ...rest, intervals, id: `X${index + 1}`, state: 'proposed', proposed, ...none };
        });
        const disjoint = exclusions.every(({ intervals }) =>
          intervals.every(({ from }, index) => index === 0 || from > (intervals[index - 1]?.to ?? 0)),
        );
        fc.pre(disjoint);
        const reading =
          format === 'csv'
            ? readExclusionsCsv(exclusionsCsv(exclusions, codec))
            : readExclusionsIcal(exclusionsIcal(exclusions, codec), {}, now);
        if (!reading.ok) throw new Error(JSON.stringify(reading.refusals));
        const again = reading.inputs.map(({ input }) => {
          const read = readExclusion(input);
          if (!read.ok) throw new Error(JSON.stringify(read.refusals));
          return read.text;
        });
        const wanted = exclusions.map(({ kind, scope, intervals, notices, reason, proof, source }) => ({
          kind,
          scope,
          intervals,
          notices,
          reason,
          proof,
          source,
          recurrence: null,
          attachments: [],
        }));
        expect(again).toEqual(wanted);
      }),
      { numRuns: 150 },
    );
  });
});
