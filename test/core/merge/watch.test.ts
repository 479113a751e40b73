import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { mergeBlind, mergeOutages, mergeSpans, mergeStates } from '../../../src/core/merge.js';
import {
  blindReasons,
  type BlindTime,
  type ObservedOutage,
  type StateChange,
} from '../../../src/core/watch/outage.js';

const at = fc.integer({ min: 0, max: 12 });
const reason = fc.constantFrom(...blindReasons);
const edge = fc.record({ at, earliest: at, latest: at });
const inferred = fc
  .array(fc.record({ from: at, to: at, reason }), { maxLength: 3 })
  .map((times) =>
    [...new Map(times.map((time) => [time.from, time])).values()].sort((a, b) => a.from - b.from),
  );
const outages: fc.Arbitrary<ObservedOutage> = fc
  .record({
    start: edge,
    ended: fc.option(fc.record({ end: edge, closedAt: at })),
    openedAt: at,
    inferred,
    voided: fc.option(fc.record({ at, reason })),
  })
  .map(({ ended, ...rest }) => ({
    observer: 'HKG',
    port: 'SIN',
    ...rest,
    end: ended?.end ?? null,
    closedAt: ended?.closedAt ?? null,
  }));
const blinds: fc.Arbitrary<BlindTime> = fc.record({
  observer: fc.constant('HKG'),
  port: fc.constant(null),
  from: fc.constant(1),
  to: fc.option(at),
  reason: fc.constant('isolated' as const),
});
const spans = fc.record({ observer: fc.constant('HKG'), from: fc.constant(1), to: at });
const states: fc.Arbitrary<StateChange> = fc.record({
  observer: fc.constant('HKG'),
  port: fc.constant('SIN'),
  at: fc.constant(1),
  state: fc.constant('up' as const),
  reason: fc.option(reason),
});

/** Whatever order and however often they come, the same row stays. */
function isOrderless<Row>(rows: fc.Arbitrary<Row>, merge: (a: Row, b: Row) => Row): void {
  const several = fc.array(rows, { minLength: 1, maxLength: 6 });
  const rng = fc.array(fc.nat(), { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(several, rng, (given, picks) => {
      const mixed = [...given].sort(
        (a, b) => (picks[given.indexOf(a)] ?? 0) - (picks[given.indexOf(b)] ?? 0),
      );
      const twice = [...mixed, ...picks.flatMap((pick) => given.slice(pick % given.length).slice(0, 1))];
      expect(twice.reduce(merge)).toEqual(given.reduce(merge));
    }),
    { numRuns: 500 },
  );
}

describe('rows of a watch that come in any order, and twice', () => {
  test('give the same outage', () => {
    isOrderless(outages, mergeOutages);
  });
  test('give the same blind time', () => {
    isOrderless(blinds, mergeBlind);
  });
  test('give the same span', () => {
    isOrderless(spans, mergeSpans);
  });
  test('give the same change of state', () => {
    isOrderless(states, mergeStates);
  });

  test('never open an outage again, nor take a voiding back', () => {
    const open: ObservedOutage = {
      observer: 'HKG',
      port: 'SIN',
      start: { at: 1, earliest: 0, latest: 2 },
      openedAt: 5,
      end: null,
      closedAt: null,
      inferred: [],
      voided: null,
    };
    const inferring = { ...open, inferred: [{ from: 2, to: 3, reason: 'crashed' as const }] };
    const closed = { ...open, end: { at: 9, earliest: 8, latest: 9 }, closedAt: 10 };
    const voided = { ...open, voided: { at: 8, reason: 'isolated' as const } };
    expect(mergeOutages(closed, open)).toEqual(closed);
    expect(mergeOutages(open, closed)).toEqual(closed);
    expect(mergeOutages(closed, inferring)).toEqual({ ...closed, inferred: inferring.inferred });
    expect(mergeOutages(voided, open)).toEqual(voided);
  });
});
