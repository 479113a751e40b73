import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { internetChecksum } from '../../../probes/shared/checksum.js';
import { echoRequest, sameEcho } from '../../../probes/shared/echo.js';
import { icmpOfIpv4, quotes, readIcmp } from '../../../probes/shared/icmp-message.js';
import { ipAddress } from '../../../probes/shared/ip-address.js';
import { errorAbout, ipv4Packet, ipv6Packet, replyTo, sealed } from '../support/packets.js';

const token = Buffer.from('0123456789abcdef', 'hex');
const word = fc.integer({ min: 0, max: 0xffff });
const length = fc.integer({ min: 16, max: 1600 });
const family = fc.constantFrom(4 as const, 6 as const);

describe('the checksum', () => {
  test('is that of RFC 1071, section 3', () => {
    const bytes = Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7);
    expect(internetChecksum(bytes)).toBe(~0xddf2 & 0xffff);
  });

  test('is 0 over a message that carries it, of any length, and shows every flipped bit', () => {
    fc.assert(
      fc.property(word, word, length, fc.nat(), (identifier, sequence, bytes, flip) => {
        const message = echoRequest(4, identifier, sequence, token, bytes);
        expect(internetChecksum(message)).toBe(0);
        const bit = flip % (bytes * 8);
        message[bit >> 3] = (message[bit >> 3] ?? 0) ^ (1 << (bit & 7));
        expect(internetChecksum(message)).not.toBe(0);
      }),
    );
  });

  test('does not overflow on the longest message', () => {
    expect(internetChecksum(new Uint8Array(65_515).fill(0xff))).toBe(0x00ff);
  });
});

describe('an echo', () => {
  test('is the same when identifier, sequence and payload are, and only then', () => {
    fc.assert(
      fc.property(family, word, word, length, fc.nat(), (of, identifier, sequence, bytes, flip) => {
        const request = echoRequest(of, identifier, sequence, token, bytes);
        const reply = replyTo(request, of === 4 ? 0 : 129);
        expect(sameEcho(reply, request)).toBe(true);
        const at = 4 + (flip % (bytes - 4));
        const damaged = Buffer.from(reply);
        damaged[at] = (damaged[at] ?? 0) ^ 0x10;
        expect(sameEcho(damaged, request)).toBe(false);
        expect(sameEcho(reply.subarray(0, bytes - 1), request)).toBe(false);
        expect(sameEcho(Buffer.concat([reply, Buffer.of(0)]), request)).toBe(false);
      }),
    );
  });

  test('is read out of the packet that a raw IPv4 socket gives, options or not', () => {
    fc.assert(
      fc.property(word, word, length, fc.constantFrom(20, 24, 60), (identifier, sequence, bytes, header) => {
        const request = echoRequest(4, identifier, sequence, token, bytes);
        const message = icmpOfIpv4(ipv4Packet(replyTo(request), { headerBytes: header }));
        if (!message) throw new Error('no ICMP in it');
        expect(readIcmp(4, message)).toMatchObject({ kind: 'reply', identifier, sequence, intact: true });
        expect(sameEcho(message, request)).toBe(true);
      }),
    );
  });

  test.each([
    ['cut short', (packet: Buffer) => packet.subarray(0, packet.length - 1)],
    ['of another protocol', (packet: Buffer) => packet.fill(17, 9, 10)],
    ['of another version', (packet: Buffer) => packet.fill(0x65, 0, 1)],
    ['with a header too short', (packet: Buffer) => packet.fill(0x44, 0, 1)],
    ['of nothing', () => Buffer.alloc(0)],
  ])('is not read out of a packet %s', (_what, change) => {
    expect(icmpOfIpv4(change(ipv4Packet(replyTo(echoRequest(4, 1, 2, token, 64)))))).toBeNull();
  });

  test('is not intact when its checksum is wrong', () => {
    const reply = replyTo(echoRequest(4, 1, 2, token, 64));
    reply[40] = (reply[40] ?? 0) ^ 1;
    expect(readIcmp(4, reply)).toMatchObject({ kind: 'reply', intact: false });
  });

  test('that is a request is no reply', () => {
    expect(readIcmp(4, echoRequest(4, 1, 2, token, 64))).toEqual({ kind: 'other' });
    expect(readIcmp(6, echoRequest(6, 1, 2, token, 64))).toEqual({ kind: 'other' });
  });
});

describe('an ICMP error', () => {
  const request = echoRequest(4, 0x1234, 7, token, 128);
  const request6 = echoRequest(6, 0x1234, 7, token, 128);
  const target6 = ipAddress('fd77::7')?.bytes ?? new Uint8Array();

  test.each([8, 36, 128])('is about the request that it quotes %i bytes of', (quoted) => {
    const packet = ipv4Packet(request, { destination: [192, 0, 2, 7] }).subarray(0, 20 + quoted);
    const message = readIcmp(4, errorAbout(packet, 3, 1));
    if (message.kind !== 'error') throw new Error(message.kind);
    expect(message.error).toBe('host-unreachable');
    expect([...message.request.destination]).toEqual([192, 0, 2, 7]);
    expect(message.request).toMatchObject({ identifier: 0x1234, sequence: 7 });
    expect(quotes(message.request, request)).toBe(true);
    expect(quotes(message.request, echoRequest(4, 0x1234, 8, token, 128))).toBe(false);
  });

  test.each([false, true])('of IPv6 is, too (through a fragment header: %s)', (fragmented) => {
    const message = readIcmp(6, errorAbout(ipv6Packet(request6, target6, fragmented), 1, 3));
    if (message.kind !== 'error') throw new Error(message.kind);
    expect(message.error).toBe('host-unreachable');
    expect([...message.request.destination]).toEqual([...target6]);
    expect(quotes(message.request, request6)).toBe(true);
  });

  test('tells another token by as much of it as was quoted', () => {
    const forged = echoRequest(4, 0x1234, 7, Buffer.alloc(8, 1), 128);
    const message = readIcmp(4, errorAbout(ipv4Packet(forged), 3, 1));
    expect(message.kind === 'error' && quotes(message.request, request)).toBe(false);
  });

  test.each([
    ['of a damaged message', () => errorAbout(ipv4Packet(request), 3, 1).fill(9, 1, 2)],
    ['that quotes too little', () => errorAbout(ipv4Packet(request).subarray(0, 27), 3, 1)],
    ['that quotes UDP', () => errorAbout(ipv4Packet(request, { protocol: 17 }), 3, 1)],
    ['that quotes a reply', () => errorAbout(ipv4Packet(replyTo(request)), 3, 1)],
    ['that quotes IPv6', () => errorAbout(ipv6Packet(request6, target6), 3, 1)],
    ['that quotes a later fragment', () => errorAbout(ipv4Packet(request).fill(1, 7, 8), 3, 1)],
    ['that is cut short', () => errorAbout(ipv4Packet(request), 3, 1).subarray(0, 7)],
    ['of an unknown type', () => errorAbout(ipv4Packet(request), 42, 1)],
  ])('%s is nothing', (_what, message) => {
    expect(readIcmp(4, message())).toEqual({ kind: 'other' });
  });

  test.each([
    [4, 3, 0, 'net-unreachable'],
    [4, 3, 1, 'host-unreachable'],
    [4, 3, 2, 'protocol-unreachable'],
    [4, 3, 3, 'port-unreachable'],
    [4, 3, 4, 'packet-too-big'],
    [4, 3, 13, 'admin-prohibited'],
    [4, 3, 99, 'other'],
    [4, 4, 0, 'source-quench'],
    [4, 5, 1, 'redirect'],
    [4, 11, 0, 'time-exceeded'],
    [4, 12, 0, 'parameter-problem'],
    [6, 1, 0, 'net-unreachable'],
    [6, 1, 1, 'admin-prohibited'],
    [6, 1, 3, 'host-unreachable'],
    [6, 1, 4, 'port-unreachable'],
    [6, 2, 0, 'packet-too-big'],
    [6, 3, 0, 'time-exceeded'],
    [6, 4, 1, 'parameter-problem'],
    [6, 99, 0, 'other'],
  ] as const)('of IPv%i, type %i and code %i is called %s', (of, type, code, kind) => {
    const quoted = of === 4 ? ipv4Packet(request) : ipv6Packet(request6, target6);
    expect(readIcmp(of, errorAbout(quoted, type, code))).toMatchObject({ kind: 'error', error: kind });
  });
});

test('any bytes at all can be read', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    // Almost right: an error about a packet that is noise from some byte on.
    fc
      .tuple(fc.constantFrom(3, 5, 11, 1, 2), fc.nat({ max: 60 }), fc.uint8Array({ maxLength: 80 }))
      .map(([type, keep, noise]) =>
        sealed(
          Buffer.concat([
            Buffer.from([type, 0, 0, 0, 0, 0, 0, 0]),
            ipv4Packet(echoRequest(4, 1, 2, token, 16)).subarray(0, keep),
            noise,
          ]),
        ),
      ),
  );
  fc.assert(
    fc.property(family, bytes, (of, message) => {
      expect(['reply', 'error', 'other']).toContain(readIcmp(of, message).kind);
      const inner = icmpOfIpv4(message);
      if (inner) expect(inner.length).toBeGreaterThanOrEqual(8);
    }),
    { numRuns: 2000 },
  );
});
