import { describe, expect, test } from 'vitest';
import { roundJson, roundsCsv } from '../../src/render/rounds.js';
import { roundsCsvColumns } from '../../src/render/rounds-csv-columns.js';
import { counts, slot, summary } from '../support/rounds.js';

const noReply = { received: 0, rttSumUs: 0, rttMinUs: null, rttMaxUs: null };
const missing = { path: 'HKG>SIN', slot, status: 'missing', reason: 'crashed' } as const;

describe('a round as JSON', () => {
  test('names its units and counts what was lost', () => {
    const json = roundJson(summary({ sizes: [counts(64, { received: 98, late: 1, errors: 1 })] }));
    expect(json).toEqual({
      path: 'LAB1>LAB2',
      slot: '2026-10-11T00:00:00Z',
      status: 'ok',
      reason: null,
      startedAt: '2026-10-11T00:00:00.120Z',
      endedAt: '2026-10-11T00:00:05.120Z',
      address: '127.0.0.12',
      lostAfterMs: 2000,
      provenance: summary().provenance,
      sizes: [
        {
          bytes: 64,
          sent: 100,
          received: 98,
          lost: 2,
          late: 1,
          errors: 1,
          notSent: 0,
          duplicates: 0,
          mismatched: 0,
          lossPpm: 20_000,
          rttMeanUs: 35_745,
          rttMinUs: 34_001,
          rttMaxUs: 41_730,
        },
      ],
      icmpErrors: [],
    });
  });

  test('has null, not zero, for what was not measured', () => {
    const json = roundJson(summary({ sizes: [counts(64, { ...noReply, sent: 0, notSent: 100 })] }));
    expect(json).toMatchObject({
      sizes: [{ lost: 0, lossPpm: null, rttMeanUs: null, rttMinUs: null, rttMaxUs: null }],
    });
  });

  test('has the same keys where the slot is missing', () => {
    const json = roundJson(missing);
    expect(Object.keys(json)).toEqual(Object.keys(roundJson(summary())));
    expect(json).toMatchObject({ status: 'missing', reason: 'crashed', startedAt: null, sizes: [] });
  });
});

describe('rounds as CSV', () => {
  test('have a line per size, with an empty field for what was not measured', () => {
    const sizes = [counts(64), counts(128, noReply)];
    expect(roundsCsv([summary({ sizes }), missing])).toBe(
      [
        'path,slot,status,reason,started_at,ended_at,address,driver,bytes,sent,received,lost,late,errors,not_sent,duplicates,mismatched,loss_ppm,rtt_mean_us,rtt_min_us,rtt_max_us',
        'LAB1>LAB2,2026-10-11T00:00:00Z,ok,,2026-10-11T00:00:00.120Z,2026-10-11T00:00:05.120Z,127.0.0.12,simulated,64,100,100,0,0,0,0,0,0,0,35030,34001,41730',
        'LAB1>LAB2,2026-10-11T00:00:00Z,ok,,2026-10-11T00:00:00.120Z,2026-10-11T00:00:05.120Z,127.0.0.12,simulated,128,100,0,100,0,0,0,0,0,1000000,,,',
        'HKG>SIN,2026-10-11T00:00:00Z,missing,crashed,,,,,,,,,,,,,,,,,',
        '',
      ].join('\r\n'),
    );
  });

  test('quote what would break a field, and disarm formulas', () => {
    const csv = roundsCsv([summary({ status: 'failed', reason: '=HYPERLINK("x"), a', sizes: [] })]);
    expect(csv).toContain(`,"'=HYPERLINK(""x""), a",`);
  });

  test('have a meaning for every column', () => {
    expect(roundsCsvColumns.filter((column) => column.meaning === '')).toEqual([]);
    expect(roundsCsv([])).toBe(`${roundsCsvColumns.map((column) => column.name).join(',')}\r\n`);
  });
});
