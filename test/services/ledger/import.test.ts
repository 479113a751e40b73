import { describe, expect, test } from 'vitest';
import { readExclusionsIcal } from '../../../src/config/exclusion-calendar.js';
import { importExclusions } from '../../../src/services/ledger/import.js';
import { createLedgerService } from '../../../src/services/ledger/service.js';
import { twoTenants } from '../../support/tenants.js';

async function setUp() {
  const { store, config, now } = await twoTenants();
  const ledgerService = createLedgerService({ store, config: () => config, now });
  const event = (uid: string, day: string, ...more: string[]) => [
    ...[
      'BEGIN:VEVENT',
      `UID:${uid}`,
      'CREATED:20260901T000000Z',
      `DTSTART:202612${day}T020000Z`,
      'DURATION:PT2H',
    ],
    ...['SUMMARY:works', ...more, 'END:VEVENT'],
  ];
  let at = now();
  const load = (events: string[][], before: string[] = []) => {
    const text = ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events.flat(), 'END:VCALENDAR'].join('\r\n');
    const reading = readExclusionsIcal(text, { kind: 'planned-maintenance', scope: ['pop:SIN'] }, at);
    if (!reading.ok) throw new Error(JSON.stringify(reading.refusals));
    return importExclusions(ledgerService, 'ann', reading.inputs, {
      cancelled: reading.cancelled ?? [],
      before,
      now: at,
    });
  };
  const states = async () => (await ledgerService.exclusions()).map(({ id, state }) => `${id} ${state}`);
  const until = (later: number): void => void (at = later);
  return { ledgerService, event, load, states, until };
}

describe('the life of an event', () => {
  test('that is only proposed is followed', async () => {
    const { event, load, states } = await setUp();
    await load([event('a', '01'), event('b', '02'), event('c', '03')]);
    const done = await load(
      [event('a', '05', 'SEQUENCE:1'), event('b', '02', 'STATUS:CANCELLED')],
      ['a', 'b', 'c'],
    );
    expect(done).toMatchObject({ withdrawn: ['X1', 'X2', 'X3'], conflicts: [], leftOut: 0 });
    expect(await states()).toEqual(['X1 rejected', 'X2 rejected', 'X3 rejected', 'X7 proposed']);
    expect(done.proposed).toMatchObject([{ id: 'X7', intervals: [{ from: Date.UTC(2026, 11, 5, 2) }] }]);
  });

  test('that is called off twice in a file is asked for once', async () => {
    const { ledgerService, event, load } = await setUp();
    await load([event('a', '01')]);
    await ledgerService.decide('bob', 'approve', 'X1', null);
    const off = event('a', '01', 'STATUS:CANCELLED');
    const done = await load([off, ['END:VCALENDAR', 'BEGIN:VCALENDAR'], off]);
    expect(done.conflicts).toEqual([{ id: 'X1', source: 'a', why: 'cancelled' }]);
  });

  test('that is approved is asked for, and neither left nor changed in silence', async () => {
    const { ledgerService, event, load, states } = await setUp();
    await load([event('a', '01'), event('b', '02'), event('c', '03'), event('d', '04')]);
    for (const id of ['X1', 'X2', 'X3', 'X4']) await ledgerService.decide('bob', 'approve', id, null);
    const done = await load(
      [event('a', '05', 'SEQUENCE:1'), event('b', '02', 'STATUS:CANCELLED'), event('d', '04')],
      ['a', 'b', 'c', 'd'],
    );
    expect(done).toMatchObject({
      proposed: [],
      leftOut: 2,
      withdrawn: [],
      conflicts: [
        { id: 'X1', source: 'a', why: 'changed' },
        { id: 'X2', source: 'b', why: 'cancelled' },
        { id: 'X3', source: 'c', why: 'gone' },
      ],
    });
    expect(await states()).toEqual(['X1 approved', 'X2 approved', 'X3 approved', 'X4 approved']);
  });
});

describe('an older text of an event', () => {
  const times = async ({ ledgerService }: Awaited<ReturnType<typeof setUp>>) =>
    (await ledgerService.exclusions()).flatMap(({ id, state, intervals }) =>
      intervals.map(({ from }) => `${id} ${state} ${new Date(from).toISOString().slice(8, 10)}`),
    );

  test('changes nothing that a later one brought, and is named', async () => {
    const all = await setUp();
    const { event, load } = all;
    await load([event('a', '05', 'SEQUENCE:2'), event('b', '06', 'SEQUENCE:1')]);
    const done = await load([event('a', '01', 'SEQUENCE:1'), event('b', '02'), event('c', '03')], ['a', 'b']);
    expect(done).toMatchObject({ older: ['a', 'b'], withdrawn: [], conflicts: [], leftOut: 0 });
    expect(await times(all)).toEqual(['X1 proposed 05', 'X2 proposed 06', 'X3 proposed 03']);
    // The same text again, and a newer one, are what they were.
    expect(await load([event('a', '05', 'SEQUENCE:2')])).toMatchObject({ older: [], leftOut: 1 });
    expect(await load([event('a', '07', 'SEQUENCE:3')])).toMatchObject({ older: [], withdrawn: ['X1'] });
  });

  test('is known also where the later one changed nothing, or called the event off', async () => {
    const all = await setUp();
    const { event, load } = all;
    await load([event('a', '01'), event('b', '02', 'SEQUENCE:1')]);
    await load([event('a', '01', 'SEQUENCE:4'), event('b', '02', 'SEQUENCE:2', 'STATUS:CANCELLED')]);
    const done = await load([event('a', '03', 'SEQUENCE:3'), event('b', '02', 'SEQUENCE:1')]);
    expect(done).toMatchObject({ older: ['a', 'b'], proposed: [] });
    expect(await times(all)).toEqual(['X1 proposed 01', 'X2 rejected 02']);
  });

  test('calls nothing off, unless it has no number', async () => {
    const all = await setUp();
    const { event, load } = all;
    await load([event('a', '01', 'SEQUENCE:2'), event('b', '02', 'SEQUENCE:2')]);
    const done = await load(
      [event('a', '01', 'SEQUENCE:1', 'STATUS:CANCELLED'), event('b', '02', 'STATUS:CANCELLED')],
      ['a', 'b'],
    );
    expect(done).toMatchObject({ older: ['a'], withdrawn: ['X2'] });
    expect(await times(all)).toEqual(['X1 proposed 01', 'X2 rejected 02']);
  });

  test('of the same number is told by its DTSTAMP, and by the windows that were moved', async () => {
    const all = await setUp();
    const { event, load } = all;
    const stamp = (hour: string) => `DTSTAMP:20260901T${hour}0000Z`;
    const weekly = event('w', '01', 'RRULE:FREQ=WEEKLY;COUNT=2');
    const moved = [
      ...['BEGIN:VEVENT', 'UID:w', 'RECURRENCE-ID:20261208T020000Z', 'SEQUENCE:1'],
      ...['DTSTART:20261209T020000Z', 'DURATION:PT2H', 'SUMMARY:works', 'END:VEVENT'],
    ];
    await load([event('a', '05', stamp('09')), weekly, moved]);
    const before = await times(all);
    expect(await load([event('a', '01', stamp('08')), weekly])).toMatchObject({ older: ['a', 'w'] });
    expect(await times(all)).toEqual(before);
    expect(await load([event('a', '03', stamp('10'))])).toMatchObject({ older: [], withdrawn: ['X1'] });
  });
});

describe('a series', () => {
  const weekly = (id = 'a', ...more: string[]) => [
    ...['BEGIN:VEVENT', `UID:${id}`, 'CREATED:20260901T000000Z', 'DTSTART:20261201T020000Z', 'DURATION:PT2H'],
    ...['RRULE:FREQ=WEEKLY', 'SUMMARY:works', ...more, 'END:VEVENT'],
  ];
  const one = (...lines: string[]) => [
    ...['BEGIN:VEVENT', 'UID:a', 'CREATED:20260901T000000Z', 'SUMMARY:works', ...lines, 'END:VEVENT'],
  ];
  const intervals = async (ledgerService: Awaited<ReturnType<typeof setUp>>['ledgerService']) =>
    (await ledgerService.exclusions()).map(({ id, state, intervals: [first, ...rest] }) => {
      const last = rest.at(-1) ?? first;
      const day = (at = 0) => new Date(at).toISOString().slice(0, 10);
      return `${id} ${state} ${day(first?.from)} ${day(last?.from)}`;
    });

  test('without an end is proposed a year at a time, and what is approved stays as it is', async () => {
    const { ledgerService, load, until } = await setUp();
    await load([weekly()]);
    await ledgerService.decide('bob', 'approve', 'X1', null);
    expect(await load([weekly()])).toMatchObject({ proposed: [], leftOut: 1, conflicts: [] });
    until(Date.UTC(2027, 0, 2));
    expect(await load([weekly()])).toMatchObject({ withdrawn: [], conflicts: [] });
    expect(await intervals(ledgerService)).toEqual([
      'X1 approved 2026-12-01 2027-12-28',
      'X3 proposed 2028-01-04 2028-12-26',
    ]);
    expect(await load([weekly()])).toMatchObject({ proposed: [], conflicts: [], withdrawn: [] });
    // A window fewer is a change of what was approved.
    expect(await load([weekly('a', 'EXDATE:20270105T020000Z')])).toMatchObject({
      conflicts: [{ id: 'X1', why: 'changed' }],
    });
  });

  test('of which one window is called off or moved by itself is changed, and neither left nor doubled', async () => {
    const { ledgerService, load } = await setUp();
    const three = one('DTSTART:20261201T020000Z', 'DURATION:PT2H', 'RRULE:FREQ=DAILY;COUNT=3');
    const off = one('RECURRENCE-ID:20261202T020000Z', 'DTSTART:20261202T020000Z', 'STATUS:CANCELLED');
    const moved = one('RECURRENCE-ID:20261203T020000Z', 'DTSTART:20261205T020000Z', 'DURATION:PT1H');
    await load([three]);
    expect(await load([off])).toMatchObject({ withdrawn: ['X1'], proposed: [{ id: 'X3' }], conflicts: [] });
    expect(await load([off])).toMatchObject({ withdrawn: [], proposed: [], conflicts: [] });
    await ledgerService.decide('bob', 'approve', 'X3', null);
    expect(await load([moved])).toMatchObject({ conflicts: [{ id: 'X3', source: 'a', why: 'changed' }] });
    expect(await intervals(ledgerService)).toEqual([
      'X1 rejected 2026-12-01 2026-12-03',
      'X3 approved 2026-12-01 2026-12-03',
      expect.stringMatching(/^X\d proposed 2026-12-05 2026-12-05$/),
    ]);
  });

  test.each(['DTEND:20261201T020000Z', 'DTEND:20261201T010000Z', 'DURATION:-PT1H'])(
    'of windows that do not end after they begin (%s) is refused, and named',
    async (end) => {
      const { load } = await setUp();
      await expect(load([one('DTSTART:20261201T020000Z', end)])).rejects.toThrow(
        /^event 1 \(a\): to: is ("from" itself|reversed)/,
      );
    },
  );
});
