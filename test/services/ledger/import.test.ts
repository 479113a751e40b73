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
  const load = (events: string[][], before: string[] = []) => {
    const text = ['BEGIN:VCALENDAR', 'VERSION:2.0', ...events.flat(), 'END:VCALENDAR'].join('\r\n');
    const reading = readExclusionsIcal(text, { kind: 'planned-maintenance', scope: ['pop:SIN'] }, now());
    if (!reading.ok) throw new Error(JSON.stringify(reading.refusals));
    return importExclusions(ledgerService, 'ann', reading.inputs, {
      cancelled: reading.cancelled ?? [],
      before,
      now: now(),
    });
  };
  const states = async () => (await ledgerService.exclusions()).map(({ id, state }) => `${id} ${state}`);
  return { ledgerService, event, load, states };
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
