import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyControl, parseControl } from '../../../probes/kernel/control.js';

/** One control message, as the kernel lays it out: padded to 8 bytes. */
function message(level: number, type: number, data: Buffer): Buffer {
  const bytes = Buffer.alloc(Math.ceil((16 + data.length) / 8) * 8);
  bytes.writeBigUInt64LE(BigInt(16 + data.length), 0);
  bytes.writeInt32LE(level, 8);
  bytes.writeInt32LE(type, 12);
  data.copy(bytes, 16);
  return bytes;
}

function stamp(sec: bigint, nsec: bigint): Buffer {
  const data = Buffer.alloc(48);
  data.writeBigInt64LE(sec, 0);
  data.writeBigInt64LE(nsec, 8);
  return data;
}

const extended = (origin: number, type: number, code: number): Buffer =>
  Buffer.from([42, 0, 0, 0, origin, type, code, 0, 0, 0, 0, 0, 0, 0, 0, 0]);

function parse(bytes: Buffer, start = 0, end = bytes.length): ReturnType<typeof emptyControl> {
  const control = emptyControl();
  parseControl(bytes, start, end, control);
  return control;
}

describe('control messages', () => {
  test('give the stamp, exact to the nanosecond', () => {
    fc.assert(
      fc.property(
        fc.bigInt({ min: 1n, max: 2n ** 52n }),
        fc.bigInt({ min: 0n, max: 999_999_999n }),
        (sec, nsec) => {
          const control = parse(message(1, 37, stamp(sec, nsec)));
          expect(control).toMatchObject({ hasStamp: true, sec: Number(sec), nsec: Number(nsec) });
        },
      ),
    );
  });

  test.each([
    ['IPv4', 0, 11],
    ['IPv6', 41, 25],
  ])('give the error beside the stamp, %s, in either order', (_family, level, type) => {
    const [one, other] = [message(1, 37, stamp(7n, 8n)), message(level, type, extended(2, 3, 1))];
    for (const bytes of [Buffer.concat([one, other]), Buffer.concat([other, one])])
      expect(parse(bytes)).toEqual({
        hasStamp: true,
        sec: 7,
        nsec: 8,
        origin: 2,
        type: 3,
        code: 1,
        info: 0,
        offender: null,
      });
  });

  test('give who sent the error, and the MTU that it names', () => {
    const error = extended(2, 3, 4);
    error.writeUInt32LE(1400, 8);
    const router4 = Buffer.from([2, 0, 0, 0, 192, 0, 2, 7, 0, 0, 0, 0, 0, 0, 0, 0]);
    const { offender, info } = parse(message(0, 11, Buffer.concat([error, router4])));
    expect({ offender, info }).toEqual({ offender: Uint8Array.of(192, 0, 2, 7), info: 1400 });
    const address = Uint8Array.from({ length: 16 }, (_, index) => index + 1);
    const router6 = Buffer.concat([Buffer.from([10, 0, 0, 0, 0, 0, 0, 0]), address, Buffer.alloc(4)]);
    expect(parse(message(41, 25, Buffer.concat([extended(3, 1, 3), router6]))).offender).toEqual(address);
    // Cut off, or of a stamp: nobody.
    expect(
      parse(message(41, 25, Buffer.concat([extended(3, 1, 3), router6.subarray(0, 20)]))).offender,
    ).toBeNull();
    expect(parse(message(0, 11, Buffer.concat([extended(4, 0, 0), router4]))).offender).toBeNull();
  });

  test('of other kinds are passed over', () => {
    const bytes = Buffer.concat([message(1, 29, Buffer.alloc(5)), message(1, 37, stamp(7n, 8n))]);
    expect(parse(bytes)).toMatchObject({ hasStamp: true, sec: 7 });
  });

  test('with zeros for a stamp, or nanoseconds that are none, give no stamp', () => {
    expect(parse(message(1, 37, stamp(0n, 0n))).hasStamp).toBe(false);
    expect(parse(message(1, 37, stamp(5n, 1_000_000_000n))).hasStamp).toBe(false);
    expect(parse(message(1, 37, stamp(5n, -1n))).hasStamp).toBe(false);
  });

  test('cut short give nothing of what was cut', () => {
    const bytes = message(1, 37, stamp(7n, 8n));
    for (let end = 0; end < bytes.length; end += 1) expect(parse(bytes, 0, end).hasStamp).toBe(false);
  });

  test('of any bytes at all end, and leave no field undefined', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.nat(300), (bytes, start) => {
        const control = parse(Buffer.from(bytes), Math.min(start, bytes.length));
        expect(control.nsec).toBeLessThan(1e9);
        expect(Object.values(control)).not.toContain(undefined);
      }),
    );
  });

  test('forget what the packet before had', () => {
    const control = emptyControl();
    const bytes = Buffer.concat([message(1, 37, stamp(7n, 8n)), message(0, 11, extended(4, 0, 0))]);
    parseControl(bytes, 0, bytes.length, control);
    parseControl(bytes, 0, 0, control);
    expect(control).toMatchObject({ hasStamp: false, origin: 0 });
  });
});
