import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { crc16, decodePackets, encodePackets } from '../../../src/store/packets/codec.js';
import { CorruptPacketsError } from '../../../src/store/packets/bits.js';
import { packets, sample } from '../support.js';

const good = encodePackets([
  sample(64, packets(35_001, 35_020, null, 34_998, 35_003)),
  sample(512, [
    { kind: 'late', rttUs: 2_100_000 },
    { kind: 'error', error: 'time-exceeded' },
    { kind: 'not-sent', reason: 'no-buffer' },
  ]),
]);
/** With a check sum that fits, so that what lies behind it is reached. */
const sealed = (body: Uint8Array): Uint8Array => {
  const sum = crc16(body);
  return Uint8Array.from([1, sum >> 8, sum & 0xff, ...body]);
};
const decodesOrSays = (bytes: Uint8Array): void => {
  try {
    decodePackets(bytes);
  } catch (error) {
    expect(error).toBeInstanceOf(CorruptPacketsError);
  }
};

describe('packed packets that are not whole', () => {
  test('know the published check value of their sum', () => {
    expect(crc16(new TextEncoder().encode('123456789'))).toBe(0x29b1);
  });

  test('are refused at every length they are cut to', () => {
    for (let length = 0; length < good.length; length += 1) {
      expect(() => decodePackets(good.subarray(0, length))).toThrow(CorruptPacketsError);
    }
  });

  test('are refused with any one bit changed', () => {
    for (let bit = 0; bit < good.length * 8; bit += 1) {
      const bad = Uint8Array.from(good);
      bad[bit >> 3] = (bad[bit >> 3] ?? 0) ^ (1 << (bit & 7));
      expect(() => decodePackets(bad)).toThrow(CorruptPacketsError);
    }
  });

  test.each<[string, Uint8Array, string]>([
    ['nothing', new Uint8Array(), 'there are no packed packets'],
    [
      'a newer version',
      Uint8Array.from([2, 0, 0]),
      'the packed packets are of version 2; this program reads 1',
    ],
    [
      'a wrong sum',
      Uint8Array.from([1, 0, 0, 0x80]),
      'the packed packets are damaged: their check sum differs',
    ],
    ['no body', sealed(new Uint8Array()), 'the packed packets end too early'],
    ['only zeros', sealed(new Uint8Array(40)), 'the packed packets hold a number that is too large'],
    [
      'bytes behind the end',
      sealed(Uint8Array.from([0x80, 0])),
      'the packed packets have bytes behind their end',
    ],
  ])('are named: %s', (_what, bytes, message) => {
    expect(() => decodePackets(bytes)).toThrow(new CorruptPacketsError(message));
  });

  test('never hang or crash the reader, whatever they are', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 600, size: 'max' }), decodesOrSays), { numRuns: 1000 });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600, size: 'max' }), (body) => {
        decodesOrSays(sealed(body));
      }),
      { numRuns: 3000 },
    );
  });

  test('never hang or crash the reader when they were good once', () => {
    const change = fc.tuple(fc.nat(good.length - 4), fc.nat(255));
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 6 }),
        fc.nat(good.length - 3),
        (changes, length) => {
          const body = Uint8Array.from(good.subarray(3));
          for (const [at, value] of changes) body[at] = value;
          decodesOrSays(sealed(body));
          decodesOrSays(sealed(body.subarray(0, length)));
        },
      ),
      { numRuns: 3000 },
    );
  });
});
