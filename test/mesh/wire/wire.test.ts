import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeRows } from '../../../src/mesh/wire/decode.js';
import { encodeRows, wireVersion } from '../../../src/mesh/wire/encode.js';
import { decodeFrame, encodeFrame, WireFormatError } from '../../../src/mesh/wire/frame.js';
import { decodePackets } from '../../../src/store/packets/codec.js';
import { noRows, type StoredRows } from '../../../src/store/row-store.js';
import { sample, size, slot } from '../../support/rounds.js';
import { allRows, rowsOfVersion1, stored } from './rows.js';

const decoded = (bytes: Uint8Array, pop = 'LAB1'): StoredRows => {
  const { slots, watch, configuredPaths } = decodeRows(bytes, pop);
  // Rounds and marks come apart; their order is none of their content.
  return { slots, watch, configuredPaths };
};
/** A message whose head another program made. */
const altered = (change: (head: Record<string, unknown>) => object, version = wireVersion): Uint8Array => {
  const { head, packets } = decodeFrame(encodeRows('LAB1', allRows), () => true);
  return encodeFrame({ version, packets, head: change(structuredClone(head) as Record<string, unknown>) });
};
function refusal(bytes: Uint8Array, pop = 'LAB1'): WireFormatError {
  try {
    decodeRows(bytes, pop);
  } catch (error) {
    if (error instanceof WireFormatError) return error;
    throw error;
  }
  throw new Error('it was taken');
}

describe('rows on the wire', () => {
  test('come out as they went in, every sort of them', () => {
    expect(decoded(encodeRows('LAB1', allRows))).toEqual(allRows);
    expect(decoded(encodeRows('LAB1', noRows))).toEqual(noRows);
  });

  test('come with their packets', () => {
    const { slots, packetsOf } = decodeRows(encodeRows('LAB1', { ...noRows, slots: [stored()] }), 'LAB1');
    const [one] = slots;
    if (one?.status !== 'ok') throw new Error('no round');
    expect(packetsOf(one)).toEqual([64, 128, 512].map((bytes) => size(bytes, [20_000, 20_500, 21_001])));
  });

  test('give the same bytes when they are the same', () => {
    expect(encodeRows('LAB1', allRows)).toEqual(encodeRows('LAB1', structuredClone(allRows)));
  });

  test('of a version 1 that was written once are read for ever', () => {
    expect(decoded(readFileSync(join(import.meta.dirname, 'version-1.bin')))).toEqual(
      rowsOfVersion1(allRows),
    );
  });

  test('of a version 2 that was written once are read for ever', () => {
    expect(decoded(readFileSync(join(import.meta.dirname, 'version-2.bin')))).toEqual(allRows);
  });

  test('have no more than a number of errors and tries that a trace can have', () => {
    const [trace] = allRows.watch.traces ?? [];
    const hops = Array.from({ length: 300 }, (_, ttl) => ({ ttl: ttl % 255, tries: [null] }));
    const bytes = altered((head) => ({
      ...head,
      traces: [{ ...trace, runs: [{ method: 'icmp', hops, reached: false, failure: null }] }],
    }));
    expect(refusal(bytes).reason).toBe('invalid');
  });

  test('of the next version are read, and what it says more is let be', () => {
    const next = altered((head) => {
      const { rounds, outages } = head as { rounds: object; outages: object[] };
      return {
        ...head,
        weather: ['rain'],
        rounds: { ...rounds, jitterUs: [1] },
        outages: outages.map((outage) => ({ ...outage, cause: 'port' })),
      };
    }, wireVersion + 1);
    expect(decoded(next)).toEqual(allRows);
  });

  test('of a version that nobody here knows are refused, with that reason', () => {
    const { reason, message } = refusal(altered((head) => head, wireVersion + 2));
    expect({ reason, message }).toEqual({ reason: 'version', message: 'the format 4 is not known here' });
    expect(refusal(altered((head) => head, 0)).reason).toBe('version');
  });

  test('that say another PoP than the subject are forged, wherever they say it', () => {
    const whole = encodeRows('LAB1', allRows);
    expect(refusal(whole, 'LAB2').reason).toBe('forged');
    const others: StoredRows[] = [
      { ...noRows, slots: [stored({ path: 'LAB2>LAB1' })] },
      { ...noRows, slots: [{ path: 'LAB2>LAB1', slot, status: 'missing', reason: 'asleep' }] },
      { ...noRows, configuredPaths: [{ path: 'LAB2>LAB1', firstSeenAt: 0, lastSeenAt: 0 }] },
      ...(['outages', 'states', 'spans', 'blind', 'traces'] as const).map((kind) => ({
        ...noRows,
        watch: {
          ...noRows.watch,
          [kind]: (allRows.watch[kind] ?? []).map((row) => ({ ...row, observer: 'LAB2' })),
        },
      })),
    ];
    for (const rows of others) expect(refusal(encodeRows('LAB1', rows)).reason).toBe('forged');
  });

  test.each([
    ['no status that there is', { rounds: { status: ['well', 'ok', 'ok', 'ok'] } }],
    ['columns of different lengths', { rounds: { slot: [slot] } }],
    ['an instant that is none', { missing: { slot: [1e300] } }],
    ['a path that it did not name', { missing: { path: [9] } }],
    ['fewer sizes than its rounds have', { rounds: { sizes: [3, 2, 0, 1] } }],
    ['sizes that its packets do not count to', { sizes: { sent: [4, 3, 3, 2, 2, 3, 3, 3] } }],
    ['more received than sent', { sizes: { received: [9, 9, 9, 9, 9, 9, 9, 9] } }],
    ['packets that are cut in the wrong places', { rounds: { packetsBytes: [1, 1, 1, null] } }],
  ])('with %s are refused whole', (_, change) => {
    const bytes = altered((head) => {
      for (const [table, columns] of Object.entries(change)) Object.assign(head[table] as object, columns);
      return head;
    });
    expect(refusal(bytes).reason).toBe('invalid');
  });

  test('that end before they began, or are no JSON, are refused', () => {
    const { head, packets } = decodeFrame(encodeRows('LAB1', allRows), () => true);
    const outage = { ...allRows.watch.outages[0], end: { at: 0, earliest: 0, latest: 0 } };
    const frame = (one: unknown): Uint8Array => encodeFrame({ version: wireVersion, head: one, packets });
    expect(refusal(frame({ ...(head as object), outages: [outage] })).reason).toBe('invalid');
    expect(refusal(frame([])).reason).toBe('invalid');
    expect(refusal(frame('rows')).reason).toBe('invalid');
  });

  test('that are cut off, altered or none at all are refused, whatever the bytes', () => {
    const whole = Buffer.from(encodeRows('LAB1', allRows));
    for (let length = 0; length < whole.length; length += 7)
      expect(['unreadable', 'version']).toContain(refusal(whole.subarray(0, length)).reason);
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const bytes = Buffer.from(whole);
        bytes[at] = (bytes[at] ?? 0) ^ by;
        // A version beside ours is another format that this program reads: the rows are still whole.
        if (at === 2 && [wireVersion - 1, wireVersion + 1].includes(bytes[at])) return;
        expect(['unreadable', 'version']).toContain(refusal(bytes).reason);
      }),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(refusal(bytes).reason).toBe('unreadable');
      }),
    );
  });

  test('that unpack to more than any message has are refused', () => {
    const bytes = encodeFrame({ version: 1, head: 'a'.repeat(20 * 2 ** 20), packets: Buffer.alloc(0) });
    expect(bytes.length).toBeLessThan(100_000);
    expect(refusal(bytes).reason).toBe('unreadable');
  });
});

/** The words of a hub of version 1: one that it does not know makes it refuse the whole message. */
describe('a hub of version 1', () => {
  const missingReasons = ['stopped', 'crashed', 'asleep', 'clock-stepped', 'overrun', 'store', 'unknown'];
  const statuses = ['ok', 'unscheduled', 'aborted', 'overrun', 'invalid', 'failed', 'degraded-observer'];
  const endedEarly = [
    sample(64, [
      { kind: 'received', rttUs: 20_000 },
      { kind: 'not-sent', reason: 'in-flight' },
      { kind: 'not-sent', reason: 'in-flight' },
      { kind: 'not-sent', reason: 'aborted' },
    ]),
    sample(128, [{ kind: 'not-sent', reason: 'aborted' }]),
  ];
  const newWords: StoredRows = {
    ...noRows,
    slots: [
      stored({ status: 'aborted', sizes: endedEarly }),
      // One that was stored beside another round of its slot.
      stored({ slot: slot + 1, status: 'unscheduled', sizes: endedEarly }),
      stored({ slot: slot + 1_800_000, status: 'partial', reason: 'sent only 3 of 64 bytes' }),
      stored({ slot: slot + 3_600_000 }),
      { path: 'LAB1>LAB2', slot: slot + 5_400_000, status: 'missing', reason: 'paused' },
      { path: 'LAB1>LAB2', slot: slot + 7_200_000, status: 'missing', reason: 'asleep' },
    ],
  };

  test('finds no word that it does not know in what an agent sends now', () => {
    const { version, head, packets } = decodeFrame(encodeRows('LAB1', newWords), () => true);
    expect(version).toBeLessThanOrEqual(2);
    const { rounds, missing } = head as {
      rounds: { status: string[]; packetsBytes: number[] };
      missing: { reason: string[] };
    };
    expect(statuses).toEqual(expect.arrayContaining(rounds.status));
    expect(missingReasons).toEqual(expect.arrayContaining(missing.reason));
    const [length = 0, next = 0] = rounds.packetsBytes;
    for (const bytes of [packets.subarray(0, length), packets.subarray(length, length + next)]) {
      const reasons = decodePackets(bytes).flatMap((one) =>
        one.packets.flatMap((packet) => (packet.kind === 'not-sent' ? packet.reason : [])),
      );
      expect(new Set(reasons)).toEqual(new Set(['aborted']));
    }
  });

  test('and a hub of now has them exactly, to the byte', () => {
    expect(decoded(encodeRows('LAB1', newWords))).toEqual(newWords);
  });

  test('words of an agent that is newer than the hub cost no message', () => {
    const later = altered((head) => ({
      ...head,
      missing: { path: [0], slot: [slot], reason: ['eclipse'], exactReason: ['eclipse'] },
    }));
    expect(decoded(later).slots.filter(({ status }) => status === 'missing')).toEqual([
      { path: 'LAB1>LAB2', slot, status: 'missing', reason: 'unknown' },
    ]);
  });

  test('places of packets that were not in flight can not change a count', () => {
    const rows = { ...noRows, slots: [stored({ status: 'aborted' })] };
    const { head, packets } = decodeFrame(encodeRows('LAB1', rows), () => true);
    const { rounds, ...rest } = head as { rounds: object };
    const forged = { ...rest, rounds: { ...rounds, inFlight: [[{ size: 0, packets: [0, 1, 99] }]] } };
    expect(decoded(encodeFrame({ version: 2, packets, head: forged }))).toEqual(rows);
  });
});
