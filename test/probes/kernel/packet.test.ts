import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as packet from '../../../probes/kernel/packet.js';
import { internetChecksum } from '../../../probes/shared/checksum.js';
import { echoRequest } from '../../../probes/shared/echo.js';

const word = fc.integer({ min: 0, max: 0xffffffff });
const short = fc.integer({ min: 0, max: 0xffff });
const family = fc.constantFrom<(4 | 6)[]>(4, 6);
const fields = fc.record({ identifier: short, sequence: short, high: word, low: word });
const bytes = fc.integer({ min: 16, max: 1500 });

const tokenOf = (high: number, low: number): Buffer => {
  const token = Buffer.alloc(8);
  token.writeUInt32BE(high, 0);
  token.writeUInt32BE(low, 4);
  return token;
};

describe('a request', () => {
  test('is the same as the one that all kinds send', () => {
    fc.assert(
      fc.property(family, fields, bytes, (version, values, length) => {
        const message = Buffer.alloc(length, 0xaa);
        packet.writeRequest(message, version, values);
        const { identifier, sequence, high, low } = values;
        expect(message).toEqual(echoRequest(version, identifier, sequence, tokenOf(high, low), length));
      }),
    );
  });

  test('is found behind any headers, and cut short', () => {
    fc.assert(
      fc.property(
        family,
        fields,
        fc.integer({ min: 0, max: 60 }),
        fc.integer({ min: 8, max: 64 }),
        fc.nat(80),
        (version, values, words, shown, hint) => {
          const message = Buffer.alloc(64);
          packet.writeRequest(message, version, values);
          const before = Buffer.alloc(words * 2, 0x45);
          const all = Buffer.concat([before, message.subarray(0, shown)]);
          fc.pre(values.identifier !== 0x4545);
          expect(packet.findRequest(all, 0, all.length, version, values.identifier, hint)).toBe(
            before.length,
          );
        },
      ),
    );
  });
});

describe('a reply', () => {
  const replyTo = (version: 4 | 6, values: packet.EchoFields, length: number): Buffer => {
    const message = Buffer.alloc(length);
    packet.writeRequest(message, version, values);
    message[0] = version === 4 ? 0 : 129;
    message.writeUInt16BE(0, 2);
    message.writeUInt16BE(internetChecksum(message), 2);
    return message;
  };

  test('is read back', () => {
    fc.assert(
      fc.property(family, fields, bytes, fc.nat(40), (version, values, length, start) => {
        const all = Buffer.concat([Buffer.alloc(start), replyTo(version, values, length)]);
        expect(packet.isReply(all, start, all.length, version)).toBe(true);
        expect(packet.isRepeatedToken(all, start, all.length)).toBe(true);
        expect([
          packet.identifierAt(all, start),
          packet.sequenceAt(all, start),
          packet.highAt(all, start),
          packet.lowAt(all, start),
        ]).toEqual([values.identifier, values.sequence, values.high, values.low]);
      }),
    );
  });

  test('with any bit of its payload flipped has another token, or none', () => {
    fc.assert(
      fc.property(family, fields, bytes, fc.nat(), (version, values, length, which) => {
        const reply = replyTo(version, values, length);
        const bit = which % ((length - 8) * 8);
        reply[8 + (bit >> 3)] = (reply[8 + (bit >> 3)] ?? 0) ^ (1 << (bit & 7));
        const same = packet.highAt(reply, 0) === values.high && packet.lowAt(reply, 0) === values.low;
        expect(same && packet.isRepeatedToken(reply, 0, reply.length)).toBe(false);
      }),
    );
  });

  test('made of any bytes throws nothing', () => {
    fc.assert(
      fc.property(family, fc.uint8Array({ maxLength: 200 }), short, fc.nat(300), (version, any, id, hint) => {
        const all = Buffer.from(any);
        const start = packet.afterIpv4Header(all, 0, all.length);
        expect(start).toBeLessThanOrEqual(all.length);
        if (packet.isReply(all, 0, all.length, version))
          expect(packet.isRepeatedToken(all, 0, all.length)).toBeTypeOf('boolean');
        expect(packet.findRequest(all, 0, all.length, version, id, hint)).toBeLessThan(all.length);
      }),
    );
  });
});
