import { describe, expect, test } from 'vitest';
import { readExclusionsIcal } from '../../src/config/exclusion-calendar.js';
import { readExclusionsCsv } from '../../src/config/exclusion-files.js';
import { textOfFile } from '../../src/config/file-text.js';
import { textsOf } from '../../src/services/ledger/entries.js';

const now = Date.UTC(2026, 9, 1);
const iso = (at: number): string => new Date(at).toISOString().slice(0, 16).replace(':00', '');

const calendar = (...lines: string[]): string =>
  ['BEGIN:VCALENDAR', 'VERSION:2.0', ...lines, 'END:VCALENDAR'].join('\r\n');
const event = (...lines: string[]): string[] => [
  ...['BEGIN:VEVENT', 'UID:m1', 'DTSTAMP:20260901T000000Z', 'SUMMARY:works', ...lines, 'END:VEVENT'],
];

function read(text: string, zone?: string): string[] {
  const reading = readExclusionsIcal(text, { kind: 'planned-maintenance', scope: ['pop:SIN'], zone }, now);
  if (!reading.ok) return reading.refusals.map(({ field, what }) => `${field} ${what}`);
  return reading.inputs.flatMap(({ input }) =>
    (input.intervals ?? []).map(({ from, to }) => `${iso(from)}/${iso(to)}`),
  );
}
const one = (...lines: string[]): string[] => read(calendar(...event(...lines)));
const starts = (...lines: string[]): string =>
  one('DURATION:PT2H', ...lines)
    .map((window) => (/^\d{4}-/.test(window) ? window.slice(0, 10) : window))
    .join(' ');
const at = 'DTSTART:20261027T020000Z';

describe('a rule', () => {
  test.each<[string, string, string]>([
    // Known to be counted wrongly by more than one library.
    [
      'on 29 February',
      'DTSTART:20240229T020000Z\r\nRRULE:FREQ=YEARLY;COUNT=3',
      '2024-02-29 2028-02-29 2032-02-29',
    ],
    [
      'on the 31st',
      'DTSTART:20261031T020000Z\r\nRRULE:FREQ=MONTHLY;COUNT=3',
      '2026-10-31 2026-12-31 2027-01-31',
    ],
    [
      'on the third day before the end',
      'DTSTART:20261029T020000Z\r\nRRULE:FREQ=MONTHLY;COUNT=3;BYMONTHDAY=-3',
      '2026-10-29 2026-11-28 2026-12-29',
    ],
    [
      'by position',
      `${at}\r\nRRULE:FREQ=MONTHLY;COUNT=3;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1`,
      '2026-10-27 2026-10-30 2026-11-30',
    ],
    [
      'by week',
      'DTSTART:20270517T020000Z\r\nRRULE:FREQ=YEARLY;COUNT=2;BYWEEKNO=20;BYDAY=MO',
      '2027-05-17 2028-05-15',
    ],
    [
      'by day of the year',
      'DTSTART:20261231T020000Z\r\nRRULE:FREQ=YEARLY;COUNT=2;BYYEARDAY=365',
      '2026-12-31 2027-12-31',
    ],
    [
      'with weeks from Monday',
      `${at}\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO`,
      '2026-10-27 2026-11-01 2026-11-10 2026-11-15',
    ],
    [
      'with weeks from Sunday',
      `${at}\r\nRRULE:FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU`,
      '2026-10-27 2026-11-08 2026-11-10 2026-11-22',
    ],
    // RFC 5545, 3.3.10: the start always counts as the first.
    [
      'that its start does not follow',
      `${at}\r\nRRULE:FREQ=WEEKLY;COUNT=3;BYDAY=WE`,
      '2026-10-27 2026-10-28 2026-11-04',
    ],
    [
      'with COUNT and UNTIL',
      `${at}\r\nRRULE:FREQ=DAILY;COUNT=5;UNTIL=20261028T020000Z`,
      '2026-10-27 2026-10-28',
    ],
    ['that ends on a day', `${at}\r\nRRULE:FREQ=DAILY;UNTIL=20261028`, '2026-10-27 2026-10-28'],
    [
      'with an EXRULE',
      `${at}\r\nRRULE:FREQ=DAILY;COUNT=4\r\nEXRULE:FREQ=DAILY;INTERVAL=2;COUNT=9`,
      '2026-10-28 2026-10-30',
    ],
    [
      'twice',
      `${at}\r\nRRULE:FREQ=DAILY;COUNT=2\r\nRRULE:FREQ=WEEKLY;COUNT=2`,
      '2026-10-27 2026-10-28 2026-11-03',
    ],
    [
      'of another calendar',
      `${at}\r\nRRULE:RSCALE=CHINESE;FREQ=YEARLY`,
      'event 1 (m1): rrule is of another calendar, "CHINESE"',
    ],
    ['without FREQ', `${at}\r\nRRULE:COUNT=2`, 'event 1 (m1): rrule has no FREQ'],
    ['of nothing', `${at}\r\nRRULE:FREQ=DAILY;COUNT=0`, 'event 1 (m1): rrule has a COUNT of 0'],
    [
      'with what nobody knows',
      `${at}\r\nRRULE:FREQ=DAILY;BYMOON=1`,
      'event 1 (m1): rrule has a part that is not known, "bymoon"',
    ],
    ['of every second', `${at}\r\nRRULE:FREQ=SECONDLY`, 'event 1 (m1): rrule gives more than 1000 windows'],
    [
      'until a day that there is not',
      `${at}\r\nRRULE:FREQ=DAILY;UNTIL=20261301T000000Z`,
      'event 1 (m1): rrule is no time that there is: "2026-13-01T00:00:00Z"',
    ],
  ])('%s', (_what, lines, wanted) => {
    expect(starts(...lines.split('\r\n'))).toBe(wanted);
  });

  test('of a day that never comes is refused', () => {
    expect(starts(at, 'RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30')).toMatch(
      /^event 1 \(m1\): rrule gives no windows/,
    );
  });

  test('without an end gives this year and the next, also where it began long ago', () => {
    const windows = one('DURATION:PT1H', 'DTSTART:20190101T000000Z', 'RRULE:FREQ=MONTHLY');
    expect([windows.length, windows[0], windows.at(-1)]).toEqual([
      24,
      '2026-01-01T00/2026-01-01T01',
      '2027-12-01T00/2027-12-01T01',
    ]);
    // One that begins later gives its first two years.
    expect(one('DURATION:PT1H', 'DTSTART:20290601T000000Z', 'RRULE:FREQ=YEARLY')).toEqual([
      '2029-06-01T00/2029-06-01T01',
      '2030-06-01T00/2030-06-01T01',
    ]);
  });
});

describe('an exception', () => {
  const hk = 'DTSTART;TZID=Asia/Hong_Kong:20261027T020000';
  const daily = 'RRULE:FREQ=DAILY;COUNT=3';
  test.each<[string, string[], string]>([
    ['that is a day, of times', [hk, daily, 'EXDATE;VALUE=DATE:20261028'], '2026-10-26 2026-10-28'],
    ['without the zone of the start', [hk, daily, 'EXDATE:20261028T020000'], '2026-10-26 2026-10-28'],
    ['in UTC', [hk, daily, 'EXDATE:20261027T180000Z'], '2026-10-26 2026-10-28'],
    ['of two times', [hk, daily, 'EXDATE;TZID=Asia/Hong_Kong:20261028T020000,20261029T020000'], '2026-10-26'],
    [
      'at another time of the day',
      [hk, daily, 'EXDATE;TZID=Asia/Hong_Kong:20261028T030000'],
      '2026-10-26 2026-10-27 2026-10-28',
    ],
    ['of all', [hk, 'EXDATE;TZID=Asia/Hong_Kong:20261027T020000'], ''],
    [
      'that there is not',
      [hk, daily, 'EXDATE:20261345T000000Z'],
      'event 1 (m1): exdate is no time that there is: "2026-13-45T00:00:00Z"',
    ],
  ])('%s', (_what, lines, wanted) => {
    expect(starts(...lines)).toBe(wanted);
  });

  test('that is a time, of whole days', () => {
    for (const exdate of [
      'EXDATE:20261025T000000Z',
      'EXDATE;TZID=Asia/Hong_Kong:20261025T000000',
      'EXDATE;VALUE=DATE:20261025',
    ])
      expect(
        read(
          calendar(...event('DTSTART;VALUE=DATE:20261024', 'RRULE:FREQ=DAILY;COUNT=3', exdate)),
          'Asia/Hong_Kong',
        ),
      ).toEqual(['2026-10-23T16/2026-10-24T16', '2026-10-25T16/2026-10-26T16']);
  });
});

describe('what replaces windows', () => {
  const series = event(
    'DTSTART;TZID=Europe/Berlin:20261023T220000',
    'DURATION:PT1H',
    'RRULE:FREQ=DAILY;COUNT=4',
  );
  const off = (...lines: string[]) => read(calendar(...series, ...event(...lines)));
  const range = 'RECURRENCE-ID;RANGE=THISANDFUTURE;TZID=Europe/Berlin:20261024T220000';

  test('from one on keeps their local time, over a change of the clock too', () => {
    expect(off(range, 'DTSTART;TZID=Europe/Berlin:20261024T230000', 'DURATION:PT30M')).toEqual([
      '2026-10-23T20/2026-10-23T21',
      '2026-10-24T21/2026-10-24T21:30',
      '2026-10-25T22/2026-10-25T22:30',
      '2026-10-26T22/2026-10-26T22:30',
    ]);
  });

  test('from one on calls them off', () => {
    expect(off(range, 'DTSTART;TZID=Europe/Berlin:20261024T220000', 'STATUS:CANCELLED')).toEqual([
      '2026-10-23T20/2026-10-23T21',
    ]);
  });

  test('is refused where it is not understood', () => {
    const prior = 'RECURRENCE-ID;RANGE=THISANDPRIOR:20261024T200000Z';
    expect(off(prior, 'DTSTART:20261024T210000Z', 'DURATION:PT1H')).toEqual([
      'event 1 (m1): recurrence-id has an unknown RANGE',
    ]);
    const alone = event(range, 'DTSTART:20261024T210000Z', 'DURATION:PT1H');
    expect(read(calendar(...alone))).toEqual([
      expect.stringContaining('of a series that is not in the file'),
    ]);
  });

  test('names its window by its day, or by its time in UTC', () => {
    for (const id of ['RECURRENCE-ID;VALUE=DATE:20261024', 'RECURRENCE-ID:20261024T200000Z'])
      expect(off(id, 'DTSTART:20261024T000000Z', 'DURATION:PT1H')).toEqual([
        '2026-10-23T20/2026-10-23T21',
        '2026-10-24T00/2026-10-24T01',
        '2026-10-25T21/2026-10-25T22',
        '2026-10-26T21/2026-10-26T22',
      ]);
  });

  test('may stand in another calendar of the file, before the series', () => {
    const moved = event('RECURRENCE-ID:20261024T200000Z', 'DTSTART:20261024T000000Z', 'DURATION:PT1H');
    expect(read(`${calendar(...moved)}\r\n${calendar(...series)}`)).toHaveLength(4);
    const cancel = calendar(
      'METHOD:CANCEL',
      ...event('RECURRENCE-ID:20261024T200000Z', 'DTSTART:20261024T200000Z'),
    );
    expect(read(`${calendar(...series)}\r\n${cancel}`)).toHaveLength(3);
  });
});

describe('an event', () => {
  test.each<[string, string[], string]>([
    [
      'at a time that there is not',
      ['DTSTART:20261301T990000Z', 'DURATION:PT1H'],
      'dtstart is no time that there is: "2026-13-01T99:00:00Z"',
    ],
    [
      'on a day that there is not',
      ['DTSTART;VALUE=DATE:20260230'],
      'dtstart is no time that there is: "2026-02-30"',
    ],
    ['without a time', ['DTSTART:', 'DURATION:PT1H'], 'dtstart is no time that there is: "--T::"'],
    ['without a start', ['DURATION:PT1H'], 'dtstart is missing'],
    ['without an end', [at], 'dtend is missing'],
    ['of no duration', [at, 'DURATION:2 hours'], 'duration is no duration: "2 hours"'],
  ])('%s is refused', (_what, lines, wanted) => {
    expect(one(...lines)).toEqual([`event 1 (m1): ${wanted}`]);
  });

  test('is not taken for another one with the same UID', () => {
    const [first, second] = [event(at, 'DURATION:PT1H'), event('DTSTART:20261028T020000Z', 'DURATION:PT1H')];
    expect(read(calendar(...first, ...second))).toEqual([
      'event 1 (m1): uid is of several events, which have other times: event 2 (m1)',
    ]);
    expect(read(calendar(...first, ...first))).toEqual(['2026-10-27T02/2026-10-27T03']);
  });

  test('that alarms, with what no calendar knows, is one window', () => {
    const alarm = [
      'BEGIN:VALARM',
      'TRIGGER:-PT15M',
      'DURATION:PT5M',
      'REPEAT:2',
      'ACTION:DISPLAY',
      'END:VALARM',
    ];
    expect(one(at, 'DURATION:PT1H', 'X-ANY;X-A="b;c":d', ...alarm)).toEqual(['2026-10-27T02/2026-10-27T03']);
  });
});

describe('a zone of the file', () => {
  const zone = (...more: string[]) => [
    ...['BEGIN:VTIMEZONE', 'TZID:Own', 'BEGIN:STANDARD', 'DTSTART:16010101T030000', 'TZOFFSETFROM:+0200'],
    ...['TZOFFSETTO:+0100', 'RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10', 'END:STANDARD', 'BEGIN:DAYLIGHT'],
    ...['DTSTART:16010101T020000', 'TZOFFSETFROM:+0100', 'TZOFFSETTO:+0200'],
    ...['RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3', 'END:DAYLIGHT', ...more, 'END:VTIMEZONE'],
  ];
  const inZone = (time: string, lines = zone()) =>
    read(calendar(...lines, ...event(`DTSTART;TZID=Own:${time}`, 'DURATION:PT1H')));

  test.each([
    ['20260329T015959', '2026-03-29T00:59/2026-03-29T01:59'],
    // What the clock skips and what it shows twice has the offset before the change.
    ['20260329T023000', '2026-03-29T01:30/2026-03-29T02:30'],
    ['20260329T030000', '2026-03-29T01/2026-03-29T02'],
    ['20261025T023000', '2026-10-25T00:30/2026-10-25T01:30'],
    ['20261025T030000', '2026-10-25T02/2026-10-25T03'],
    ['20270101T000000', '2026-12-31T23/2027-01-01T00'],
  ])('%s', (time, wanted) => {
    expect(inZone(time)).toEqual([wanted]);
  });

  test('whose rule was ended is as it was left', () => {
    const ended = zone().map((line) =>
      line.includes('BYMONTH=3') ? `${line};UNTIL=20250330T010000Z` : line,
    );
    expect(inZone('20260701T000000', ended)).toEqual(['2026-06-30T23/2026-07-01T00']);
  });

  test('that lacks what it needs is refused with the event that uses it', () => {
    expect(inZone('20260701T000000', ['BEGIN:VTIMEZONE', 'TZID:Own', 'END:VTIMEZONE'])).toEqual([
      'event 1 (m1): tzid names a VTIMEZONE without STANDARD or DAYLIGHT',
    ]);
  });
});

describe('a table of another program', () => {
  const row = [
    'planned-maintenance',
    'pop:SIN',
    '2026-12-01T02:00+08:00',
    '2026-12-01T04:00+08:00',
    'cards, all "new"',
  ];
  const table = (sign: string, cells: readonly string[] = row): string => {
    const quoted = cells.map((cell) => (/["\t,;]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell));
    return `${['kind', 'scope', 'from', 'to', 'reason'].join(sign)}\r\n${quoted.join(sign)}\r\n`;
  };
  const bytesOf = (text: string, encoding: 'utf8' | 'utf16le', mark: readonly number[]): Uint8Array =>
    Buffer.concat([Buffer.from(mark), Buffer.from(text, encoding)]);
  const readBytes = (bytes: Uint8Array) => {
    const file = textOfFile(bytes);
    const reading = file.ok ? readExclusionsCsv(file.text) : file;
    if (!reading.ok) return reading.refusals.map(({ field, what }) => `${field} ${what}`);
    return reading.inputs.map(({ input, place }) => [place, input.from, input.reason]);
  };

  test.each<[string, Uint8Array, string]>([
    ['with commas', bytesOf(table(','), 'utf8', []), 'line 2'],
    ['with semicolons and a mark', bytesOf(table(';'), 'utf8', [0xef, 0xbb, 0xbf]), 'line 2'],
    ['with a line that names its sign', bytesOf(`sep=;\r\n${table(';')}`, 'utf8', []), 'line 3'],
    ['of Excel in Unicode, with tabs', bytesOf(table('\t'), 'utf16le', [0xff, 0xfe]), 'line 2'],
    [
      'the other way round',
      Buffer.concat([Buffer.from([0xfe, 0xff]), Buffer.from(table('\t'), 'utf16le').swap16()]),
      'line 2',
    ],
  ])('%s', (_what, bytes, place) => {
    expect(readBytes(bytes)).toEqual([[place, row[2], row[4]]]);
  });

  test('in an encoding that can only be guessed is refused', () => {
    const bytes = Buffer.from(table(',', [...row.slice(0, 4), 'Störung']), 'latin1');
    expect(readBytes(bytes)).toEqual(['file is not UTF-8']);
    expect(readBytes(Buffer.from(table(','), 'utf16le'))).toEqual(['file is not UTF-8']);
  });

  test.each([
    '01.12.2026 02:00',
    '12/01/2026 2:00 AM',
    '2026-12-01 02:00',
    '2026/12/01',
    '46357.08',
    '1 Dec 2026',
  ])('a time as %s, which is another one elsewhere, is refused', (time) => {
    const reading = readExclusionsCsv(table(';', [row[0] ?? '', row[1] ?? '', time, ...row.slice(3)]));
    if (!reading.ok) throw new Error('it can be read');
    expect(() => textsOf(reading.inputs)).toThrow(/line 2: from.*allowed: a date such as 2026-10-01/);
  });
});
