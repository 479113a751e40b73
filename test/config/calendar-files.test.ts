import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readExclusionsIcal } from '../../src/config/exclusion-calendar.js';
import { textOfFile } from '../../src/config/file-text.js';

const now = Date.UTC(2026, 9, 1);
const short = (at: number): string => new Date(at).toISOString().replace(':00.000Z', 'Z');

/** What a file of another program has: the windows of each event by its reason, and what was called off. */
function read(name: string, zone?: string) {
  const file = textOfFile(readFileSync(new URL(`calendars/${name}.ics`, import.meta.url)));
  if (!file.ok) throw new Error(JSON.stringify(file.refusals));
  const reading = readExclusionsIcal(file.text, { scope: ['pop:SIN'], zone }, now);
  if (!reading.ok) return reading.refusals.map(({ field, what }) => `${field} ${what}`);
  return {
    events: reading.inputs.map(({ input }) => [
      input.reason,
      ...(input.intervals ?? []).map(({ from, to }) => `${short(from)}/${short(to)}`),
    ]),
    off: reading.cancelled?.map(({ source }) => source),
    notices: reading.inputs.map(({ input }) => input.notices?.join()),
  };
}

// Written anew in the style of each program, with what it puts beside the times.
describe('a calendar of another program', () => {
  test('Outlook and Exchange: Windows zones, a zone of their own, tabs where lines are folded', () => {
    expect(read('exchange')).toMatchObject({
      events: [
        [
          'Line cards Frankfurt',
          '2026-10-13T20:00Z/2026-10-14T00:00Z',
          '2026-10-27T21:00Z/2026-10-28T01:00Z',
          '2026-11-04T22:00Z/2026-11-05T00:00Z',
          '2026-11-10T21:00Z/2026-11-11T01:00Z',
        ],
        ['上海机房断电演练', '2026-12-04T16:00Z/2026-12-05T16:00Z'],
        ['Mumbai UPS', '2026-12-01T20:00Z/2026-12-01T23:00Z'],
      ],
      off: [
        '040000008200E00074C5B7101A82E008000000009988776655443322000000000000000010000000AABBCCDDEEFF00112233445566778800',
      ],
    });
  });

  test('Google Calendar: a series that was cut in two, whole days, events as old as 1900', () => {
    const { events, notices } = read('google') as Exclude<ReturnType<typeof read>, string[]>;
    expect(events).toEqual([
      ['Firmware HKG', '2026-10-04T18:00Z/2026-10-04T20:00Z', '2026-10-11T18:00Z/2026-10-11T20:00Z'],
      ['Firmware HKG', '2026-10-18T19:00Z/2026-10-18T21:00Z', '2026-11-08T22:00Z/2026-11-08T23:00Z'],
      ['Landing station works', '2026-12-23T16:00Z/2026-12-25T16:00Z'],
    ]);
    expect(notices).toEqual([
      '2026-08-15T07:08:09.000Z',
      '2026-08-15T07:08:09.000Z',
      '2026-09-01T02:03:04.000Z',
    ]);
  });

  test('Apple Calendar: alarms inside, exceptions one a line, the night of the clock change', () => {
    expect(read('apple', 'Europe/London')).toMatchObject({
      events: [
        ['Night of the clock change', '2026-10-25T00:30Z/2026-10-25T03:30Z'],
        [
          'Battery test',
          '2026-10-27T05:00Z/2026-10-27T06:00Z',
          '2026-10-29T05:00Z/2026-10-29T06:00Z',
          '2026-10-31T05:00Z/2026-10-31T06:00Z',
          '2026-11-01T05:00Z/2026-11-01T06:00Z',
        ],
        ['Freeze', '2026-12-25T00:00Z/2026-12-26T00:00Z', '2027-12-25T00:00Z/2027-12-26T00:00Z'],
      ],
    });
    // A whole day begins at another instant in every zone, and this file names none for it.
    expect(read('apple')).toEqual([expect.stringMatching(/^event 3 \(5D5D.*\): dtstart is a whole day/)]);
  });

  test('Evolution: zones by their path, a change of all windows to come', () => {
    expect(read('evolution')).toMatchObject({
      events: [
        [
          'Manutenzione Milano',
          '2026-10-12T21:00Z/2026-10-12T23:00Z',
          '2026-10-19T21:00Z/2026-10-19T23:00Z',
          '2026-10-26T23:30Z/2026-10-27T02:30Z',
          '2026-11-02T23:30Z/2026-11-03T02:30Z',
          '2026-11-11T00:00Z/2026-11-11T01:00Z',
          '2026-11-16T23:30Z/2026-11-17T02:30Z',
        ],
      ],
    });
  });

  test('Thunderbird: rules by position, times that the clock skips, single days and periods', () => {
    expect(read('thunderbird')).toMatchObject({
      events: [
        [
          'Core upgrade',
          '2026-10-04T05:00Z/2026-10-04T09:30Z',
          '2026-11-01T05:00Z/2026-11-01T09:30Z',
          '2026-12-06T06:00Z/2026-12-06T10:30Z',
        ],
        ['Gap', '2027-03-14T07:30Z/2027-03-14T08:30Z'],
        [
          'Single days',
          '2026-12-01T07:00Z/2026-12-01T09:00Z',
          '2026-12-05T09:00Z/2026-12-05T11:00Z',
          '2026-12-07T07:00Z/2026-12-07T07:30Z',
          '2026-12-09T07:00Z/2026-12-09T11:00Z',
        ],
      ],
    });
  });

  test('ServiceNow: a calendar for each message about a change, the newest of which counts', () => {
    expect(read('servicenow')).toMatchObject({
      events: [['CHG0031407 - Power supply sin-core-1', '2026-12-04T18:00Z/2026-12-04T23:00Z']],
      off: ['CHG0031408@carrier.service-now.com'],
    });
  });

  test('Nextcloud: days of the calendar, and a rule without an end for this year and the next', () => {
    expect(read('nextcloud', 'Europe/Berlin')).toMatchObject({
      events: [
        ['Über den Wechsel der Uhr, ganz', '2026-10-24T20:00Z/2026-10-25T21:00Z'],
        ['Ganze Tage', '2026-11-15T23:00Z/2026-11-16T23:00Z', '2026-11-29T23:00Z/2026-11-30T23:00Z'],
        [
          'Ohne Ende',
          '2026-01-04T02:00Z/2026-01-04T03:00Z',
          '2026-12-27T02:00Z/2026-12-27T03:00Z',
          '2027-12-26T02:00Z/2027-12-26T03:00Z',
        ],
      ],
    });
  });
});
